"""Times, lengths and numbers as people here write them."""

import ast
import fnmatch
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import collectors
from api import words
from core import quantity
from core.incident import IncidentNote
from core.reading import FailureKind
from core.text import Language
from tests.factories import DAWN


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "0 giây", "0 s"),
        (59, "59 giây", "59 s"),
        (61, "1 phút 01 giây", "1 min 01 s"),
        (600, "10 phút", "10 min"),
        (3900, "1 giờ 05 phút", "1 h 05 min"),
        (90000, "1 ngày 1 giờ", "1 d 1 h"),
        (-5, "0 giây", "0 s"),
    ],
)
def test_lengths_have_at_most_two_units(seconds: int, vi: str, en: str) -> None:
    assert quantity.length(timedelta(seconds=seconds), "vi") == vi
    assert quantity.length(timedelta(seconds=seconds), "en") == en


@pytest.mark.parametrize(("language", "said"), [("vi", "1.234.567,8"), ("en", "1,234,567.8")])
def test_numbers_have_the_decimal_sign_of_the_language(language: Language, said: str) -> None:
    assert quantity.number(1234567.8, language) == said


def test_times_are_local_and_twenty_four_hours() -> None:
    assert words.moment(DAWN) == "22/11/2026 09:00"
    assert words.moment_exact(DAWN) == "22/11/2026 09:00:00"
    assert words.moment(None) == "–"
    assert words.moment_near(DAWN, DAWN + timedelta(hours=1)) == "09:00"
    assert words.moment_near(DAWN, DAWN + timedelta(days=1)) == "09:00 22/11"


def test_an_unknown_reason_is_readable() -> None:
    assert words.reason("carrier_pigeon_lost", "vi") == "carrier pigeon lost"


def test_a_settled_message_is_told_by_name() -> None:
    note = IncidentNote(incident="SC-1", at=DAWN, kind="told", text="problem: email → lan")
    said = words.note_text(note, {"lan": "Nguyễn Thị Lan"}.__getitem__, "vi")
    assert said == "báo sự cố: Nguyễn Thị Lan (email)"
    comment = IncidentNote(incident="SC-1", at=DAWN, kind="comment", text="problem: a → b")
    assert words.note_text(comment, str, "vi") == "problem: a → b"


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("timeout: no answer within 150 ms", "hết thời gian chờ"),
        ("refused: Connection refused", "từ chối kết nối"),
        (
            "snmp_interfaces: timeout: no answer to 3 requests of 1 s",
            "Các cổng (SNMP): SNMP không trả lời: kiểm tra community, địa chỉ và quyền truy cập "
            "trên thiết bị",
        ),
        (
            "local: the secret snmp-default is not set",
            "chưa đặt mật khẩu SNMP snmp-default: thongsuot secret set snmp-default",
        ),
        ("≥ 10%", "≥ 10%"),
        ("note: as it stands", "note: as it stands"),
    ],
)
def test_the_detail_of_a_status_is_said_in_words(detail: str, said: str) -> None:
    assert words.detail(detail, "vi") == said


def test_every_kind_of_failure_has_words() -> None:
    assert set(words.FAILURE) == set(FailureKind)


def test_every_collector_has_words() -> None:
    own = {file.stem for file in Path(collectors.__file__).parent.glob("[a-z]*.py")}
    assert own == set(words.COLLECTOR)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0008, "0,8 ms"), (0.0098, "9,8 ms"), (0.142, "142 ms"), (5.001, "5,0 s")],
)
def test_the_time_to_an_answer_is_as_exact_as_it_matters(seconds: float, said: str) -> None:
    assert words.answered_in(seconds, "vi") == said


def test_an_instant_in_the_audit_trail_is_local_time() -> None:
    detail = "2026-11-30T22:25:00+00:00 – 2026-12-01T00:25:00.123456+00:00: Giao ban"
    assert words.audited(detail, "vi") == "01/12/2026 05:25 – 01/12/2026 07:25: Giao ban"
    assert words.audited("version 7", "vi") == "phiên bản 7"


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("version 7", "phiên bản 7", "version 7"),
        ("bts.xlsx: 2 added, 0 changed", "bts.xlsx: thêm 2, sửa 0", "bts.xlsx: 2 added, 0 changed"),
        (
            "links/kenh-1?near_port=GE0/0/4,far_port=Gi0/1",
            "kenh-1: Cổng phía trung tâm: GE0/0/4; Cổng phía xa: Gi0/1",
            "kenh-1: Near port: GE0/0/4; Far port: Gi0/1",
        ),
        ("devices/rt-1?uplinks=sw-1", "rt-1: Đường lên: sw-1", "rt-1: Uplinks: sw-1"),
    ],
)
def test_what_the_ledger_wrote_of_an_action_is_said_in_words(text: str, vi: str, en: str) -> None:
    assert (words.audited(text, "vi"), words.audited(text, "en")) == (vi, en)


WRITES = re.compile(r"AuditRow|write_audit|_audited\(|record\(|_decided\(")


def audited_in(source: str) -> Iterator[str]:
    """Yield every text of a module that names an action of the audit trail, `*` for what varies."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = (str(p.value) if isinstance(p, ast.Constant) else "*" for p in node.values)
            text = "".join(parts)
        else:
            text = str(node.value) if isinstance(node, ast.Constant) else ""
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)*\.([a-z_]+|\*)", text):
            yield text


def test_every_action_that_is_written_down_has_words() -> None:
    root = Path(words.__file__).parents[1]
    sources = [
        text
        for package in ("alerts", "api", "runtime", "storage")
        for file in (root / package).rglob("*.py")
        if re.search(
            r"AuditRow|write_audit|_audited\(|record\(|_decided\(", text := file.read_text()
        )
    ]
    found = {action for source in sources for action in audited_in(source)}
    actions = {one for one in found if not one.endswith((".html", ".csv", ".xlsx", ".toml", ".md"))}
    assert len(actions) > 30
    bare = {one for one in actions if not fnmatch.filter(words.ACTION, one)}
    assert not bare
