"""The rules for Prometheus: accepted by its own tool, true in its own tests, quiet in calm."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from grafana.__main__ import HERE
from tests.grafana.conftest import Engines
from tests.grafana.verifier import Ask

RULES = HERE / "rules/thongsuot.rules.yml"
CASES = Path(__file__).with_name("thongsuot.test.yml")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool (package prometheus)"
)


def _promtool(*arguments: str, folder: Path) -> str:
    result = subprocess.run(
        ["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@needs_promtool
def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    assert "SUCCESS" in _promtool("check", "rules", str(RULES), folder=tmp_path)


@needs_promtool
def test_the_alerts_say_what_they_should_and_only_that(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(CASES, tmp_path)
    assert "SUCCESS" in _promtool("test", "rules", CASES.name, folder=tmp_path)


def _rules() -> list[dict[str, str]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_alert_is_told_in_both_languages() -> None:
    for rule in _rules():
        if "alert" in rule:
            assert {"summary", "summary_en"} <= set(rule["annotations"])
            assert "severity" in rule["labels"]


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_every_rule_is_answered_by_both_engines(ask: Ask, filled_engines: Engines) -> None:
    found: dict[str, int] = {}
    for rule in _rules():
        name = rule.get("alert") or rule["record"]
        asked = [("query", rule["expr"]), ("time", str(filled_engines.end.timestamp()))]
        answer = await ask("POST", "query", asked)
        assert answer["status"] == "success", (name, answer)
        found[name] = len(answer["data"]["result"])
    assert all(count for name, count in found.items() if ":" in name), found
    assert found["ThongSuotSiteLost"] > 1
    assert found["ThongSuotLinkDown"] == 2
    assert found["ThongSuotSilent"] == 0
