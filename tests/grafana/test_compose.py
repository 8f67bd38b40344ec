"""The compose file, as far as it can be judged without an engine for it: nobody has run it yet."""

import re
from pathlib import Path
from typing import Any

import yaml

from runtime.settings import load
from tests.project.tree import ROOT

FOLDER = ROOT / "deploy"


def _compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yml").read_text("utf-8"))
    return document


def test_it_says_that_nobody_has_run_it() -> None:
    for name in ("compose.yml", "Dockerfile"):
        head = (FOLDER / name).read_text("utf-8").splitlines()[0]
        assert "CHƯA CHẠY THỬ" in head
        assert "unconfirmed" in head.lower()


def test_it_has_the_four_services_each_with_a_health_check() -> None:
    services = _compose()["services"]
    assert set(services) == {"hub", "postgres", "victoria", "grafana"}
    for name, service in services.items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert ("image" in service) != ("build" in service), name


def test_every_file_that_is_mounted_or_built_from_is_there() -> None:
    for name, service in _compose()["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (FOLDER / source).exists(), (name, source)
            else:
                assert source in _compose()["volumes"], (name, source)
    build_of = _compose()["services"]["hub"]["build"]
    context = FOLDER / build_of["context"]
    dockerfile = context / build_of["dockerfile"]
    for line in dockerfile.read_text("utf-8").splitlines():
        if match := re.match(r"COPY (\S+) ", line):
            wanted = match[1]
            assert wanted.startswith("dist/") or (context / wanted).exists(), wanted


def test_nothing_is_opened_beyond_this_machine() -> None:
    for service in _compose()["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), port


def test_no_secret_stands_in_it_and_every_one_that_is_used_is_declared() -> None:
    document = _compose()
    for service in document["services"].values():
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in document["secrets"]
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET(?!S__KEY_FILE)", key):
                assert str(value).startswith("/run/secrets/"), key


def test_the_provisioning_is_mounted_where_its_files_say(tmp_path: Path) -> None:
    mounted = {
        volume.split(":")[1]: FOLDER / volume.split(":")[0]
        for volume in _compose()["services"]["grafana"]["volumes"]
    }
    folders = yaml.safe_load((ROOT / "grafana/provisioning/dashboards/thongsuot.yml").read_text())
    for provider in folders["providers"]:
        path = Path(provider["options"]["path"])
        [source] = [file for inside, file in mounted.items() if path.is_relative_to(inside)]
        boards = {board.stem for board in (source / path.name).glob("*.json")}
        assert boards == {board.stem for board in (ROOT / "grafana/boards/en").glob("*.json")}
        assert boards


def test_the_hub_understands_its_environment() -> None:
    environ = {
        key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        for key, value in _compose()["services"]["hub"]["environment"].items()
    }
    environ["THONGSUOT_LEDGER__URL"] = "postgresql://thongsuot:x@postgres/thongsuot"
    settings = load(None, environ)
    assert settings.web.names == ("hub", "127.0.0.1", "localhost")
    assert settings.series.read_url == "http://victoria:8428"
