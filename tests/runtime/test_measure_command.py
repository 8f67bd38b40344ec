"""The command of templates: what there is, what one wants to know, what it would see."""

import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.inventory import Changes, Inventory, Service, Unit, UnitLevel
from runtime.cli import _ledger
from runtime.cli._ledger import BAD_INPUT, REFUSED
from runtime.cli.init import app as init
from runtime.cli.measure import FAILED, app
from tests.factories import DAWN


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "tin.html").write_text("<p>Đăng ngày 05/11/2020</p> Đồng Nai", encoding="utf-8")
    handler = partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tin.html"
        server.shutdown()
        thread.join()


def measure(*words: str, language: str = "en") -> Result:
    return CliRunner().invoke(app, list(words), env={"THONGSUOT_LANG": language})


def test_the_list_says_what_each_template_is_for() -> None:
    rows = json.loads(measure("list", "--json").output)
    by_name = {row["name"]: row for row in rows}
    assert by_name["email"]["collectors"] == "smtp mailbox mail_roundtrip dns_zone"
    assert json.loads(measure("list", "--row", "d10", "--json").output)[0]["name"] == (
        "sms-brandname"
    )
    assert "Thư điện tử công vụ" in measure("list", language="vi").output


def test_one_is_shown_with_what_it_wants_to_know_and_how_a_row_is_written() -> None:
    said = measure("show", "database", language="vi").output
    assert "tài khoản chỉ đọc" in said
    assert "Chưa thử trên hệ thống thật" in said
    assert "engine=postgresql; database=ioffice" in said
    fields = json.loads(measure("show", "database", "--json").output)
    assert {"name": "engine", "required": True}.items() <= fields[0].items()


def test_one_that_is_not_there_is_named() -> None:
    result = measure("show", "web-portl")
    assert result.exit_code != 0
    assert 'no template "web-portl"' in result.output


def test_it_is_tried_as_a_row_of_the_inventory_would_be(site: str) -> None:
    words = ("try", "web-portal", "--address", "127.0.0.1", "--json", "-p")
    good = measure(*words, f"url={site}; keyword=Đồng Nai")
    assert good.exit_code == 0, good.output
    assert json.loads(good.output)["ok"]
    old = measure(*words, f"url={site}; max_age_days=7")
    assert old.exit_code == FAILED
    assert not json.loads(old.output)["ok"]


def test_what_a_collector_does_not_take_is_a_sentence_and_no_traceback() -> None:
    words = ("try", "data-centre-environment", "--address", "127.0.0.1", "-p", "registers=xx")
    refused = measure(*words)
    assert refused.exit_code != 0
    assert "registers" in refused.output
    assert "Traceback" not in refused.output


def test_what_is_filled_in_wrongly_is_told_and_nothing_is_asked() -> None:
    result = measure("try", "web-portal", "--address", "127.0.0.1", "-p", "url=ftp://x")
    assert result.exit_code == 2
    assert "web-portal: params:" in result.output
    assert "Write it like url=" in result.output


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """Return the settings of a platform with one website."""
    folder = tmp_path / "nen-tang"
    made = CliRunner().invoke(init, [str(folder)])
    assert made.exit_code == 0, made.output
    file = folder / "thongsuot.toml"
    row = Service(slug="cong", name="Cổng", kind="portal", unit="tinh", url="https://tinh.gov.vn/")
    unit = Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Tỉnh", province_code="75")
    put = Changes(put=Inventory(units=(unit,), services=(row,)))
    voice = _ledger.Voice(as_json=True)
    _ledger.with_ledger(file, voice, lambda one: one.inventory.apply(put, "test", DAWN))
    return str(file)


def test_one_is_added_changed_and_ended_where_the_settings_say(settings: str) -> None:
    words = ("web-portal", "--target", "cong", "-c", settings)
    added = measure("add", *words, "-p", "url=https://tinh.gov.vn/tin")
    assert added.output.strip() == "Measure cong-web-portal is added", added.output
    changed = measure("set", "cong-web-portal", "-p", "keyword=a; b", "-c", settings)
    assert changed.exit_code == 0, changed.output
    [row] = json.loads(measure("used", "-c", settings, "--json").output)
    assert row["params"] == {"url": "https://tinh.gov.vn/tin", "keyword": "a; b"}
    by_name = {
        row["name"]: row for row in json.loads(measure("list", "--json", "-c", settings).output)
    }
    assert (by_name["web-portal"]["used"], by_name["email"]["used"]) == (1, 0)
    assert "in use: cong-web-portal" in measure("show", "web-portal", "-c", settings).output
    assert measure("set", "cong-web-portal", "-p", "keyword=", "-c", settings).exit_code == 0
    [row] = json.loads(measure("used", "-c", settings, "--json").output)
    assert row["params"] == {"url": "https://tinh.gov.vn/tin"}
    assert measure("end", "cong-web-portal", "-c", settings).exit_code == 0
    assert json.loads(measure("used", "-c", settings, "--json").output) == []


def test_what_does_not_fit_is_refused_by_field_and_nothing_is_written(settings: str) -> None:
    refused = measure("add", "web-portal", "--target", "cong", "-p", "url=x", "-c", settings)
    assert refused.exit_code == BAD_INPUT
    assert "measures.csv: params.url: “x” is not usable. Such as: https://" in refused.output
    strange = measure(
        "add", "web-portal", "--target", "khac", "-p", "url=https://a.vn/", "-c", settings
    )
    assert strange.exit_code == BAD_INPUT
    assert "khac" in strange.output
    assert measure("end", "khac", "-c", settings).exit_code == REFUSED
    assert json.loads(measure("used", "-c", settings, "--json").output) == []
