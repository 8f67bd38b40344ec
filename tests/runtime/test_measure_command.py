"""The command of templates: what there is, what one wants to know, what it would see."""

import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from runtime.cli.measure import FAILED, app


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
