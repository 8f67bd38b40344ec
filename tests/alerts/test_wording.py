"""How a trouble is said to a person."""

import re
from datetime import timedelta

import pytest

from alerts.topology import Topology
from alerts.wording import SMS_LENGTH, Telling, moment, render, root_in_words, sms
from core.incident import OF_MEETINGS, Incident, IncidentState, Member, Message, Purpose, Severity
from core.text import Language
from core.watching import Estate, Target
from tests.alerts.province import device, estate, link, sharing, site
from tests.factories import DAWN

TOPOLOGY = Topology(estate(hubs=1, communes=9))
HUB = ("line1", "hub1-gw", "hub1", *(f"c1{k}" for k in range(1, 10)))


def incident(root: str = "line1", *members: str, **changes: object) -> Incident:
    fields: dict[str, object] = {
        "id": "SC-20261122-0001",
        "root": root,
        "severity": Severity.CRITICAL,
        "began_at": DAWN,
        "decided_at": DAWN,
        "cause": "silence",
        "members": tuple(Member(target=m, joined_at=DAWN) for m in (root, *members)),
    }
    return Incident.model_validate(fields | changes)


def said(
    what: Incident | None,
    language: Language = "vi",
    purpose: Purpose = Purpose.PROBLEM,
    topology: Topology = TOPOLOGY,
    **facts: object,
) -> Message:
    telling = Telling(purpose, what, DAWN + timedelta(minutes=9), "https://ts.example.vn", **facts)  # type: ignore[arg-type]
    return render(telling, topology, language, message_id="1", to="truc@example.vn")


def test_the_problem_is_one_true_message_in_vietnamese() -> None:
    message = said(incident("line1", *HUB[1:]), ack_url="https://ts.example.vn/a/abc")
    assert message.subject == (
        "SỰ CỐ SC-20261122-0001: Kênh VNPT đi hub1 (VNPT-line1) mất kết nối, 10 điểm cầu mất theo"
    )
    assert message.body == (
        "Kênh VNPT đi hub1 (VNPT-line1) mất kết nối từ 09:00 ngày 22/11/2026.\n"
        "\n"
        "Nguyên nhân: phía Thiết bị core vẫn hoạt động, đầu xa của kênh không phản hồi.\n"
        "Ảnh hưởng: 10 điểm cầu mất kết nối theo: UBND c11, UBND c12, UBND c13, UBND c14, "
        "UBND c15 và 05 điểm cầu khác.\n"
        "Mức độ: khẩn cấp.\n"
        "Nhà mạng: VNPT, mã kênh VNPT-line1.\n"
        "Mã sự cố: SC-20261122-0001\n"
        "\n"
        "Xem chi tiết và ghi ý kiến: https://ts.example.vn/incidents/SC-20261122-0001\n"
        "Tiếp nhận xử lý (mở rồi bấm một lần, không cần đăng nhập): https://ts.example.vn/a/abc\n"
    )


def test_the_problem_in_english() -> None:
    message = said(incident("line1", *HUB[1:]), "en")
    assert message.subject.endswith("VNPT đi hub1 (VNPT-line1) is down, 10 sites lost with it")
    assert "is down since 09:00 on 22/11/2026." in message.body
    assert "UBND c15 and 5 more." in message.body


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("port_admin_down", "đang bị tắt"),
        ("port_down", "mất tín hiệu"),
        ("port_up_silent", "vẫn báo hoạt động nhưng đầu xa im lặng"),
        ("silence", "không phản hồi"),
    ],
)
def test_what_the_port_says_is_told(cause: str, words: str) -> None:
    assert words in said(incident(cause=cause)).body
    assert "{near}" not in said(incident(cause=cause), "en").body


def test_a_device_is_named_with_its_site_unless_its_name_says_it() -> None:
    topology = Topology(
        Estate(
            targets=(
                site("tan-khai", "site", "a", "b"),
                device("a", "tan-khai", "endpoint"),
                device("b", "tan-khai", "endpoint").model_copy(
                    update={"name": "Thiết bị HNTH UBND tan-khai"}
                ),
            )
        )
    )
    assert root_in_words(topology, "a", "vi") == "Thiết bị a (UBND tan-khai)"
    assert root_in_words(topology, "b", "vi") == "Thiết bị HNTH UBND tan-khai"
    assert root_in_words(topology, "gone", "vi") == "gone"


def test_a_line_is_named_with_carrier_and_circuit_whatever_its_name() -> None:
    line: Target = link("x", "core", "hub1-gw", "hub1").model_copy(
        update={"name": "tỉnh – Bù Đăng"}
    )
    topology = Topology(Estate(targets=(line,)))
    assert root_in_words(topology, "x", "vi") == "Kênh tỉnh – Bù Đăng, VNPT (VNPT-x)"
    assert root_in_words(topology, "x", "en") == "Line tỉnh – Bù Đăng, VNPT (VNPT-x)"


def test_a_reserve_line_that_breaks_takes_nobody_with_it() -> None:
    message = said(incident())
    assert "không điểm cầu nào mất kết nối" in message.body
    assert "mất theo" not in message.subject


def test_the_recovery_says_how_long_it_lasted_and_who_was_touched() -> None:
    over = incident("line1", "hub1", recovered_at=DAWN + timedelta(hours=3, minutes=5))
    over = over.model_copy(
        update={"members": tuple(m.model_copy(update={"left_at": DAWN}) for m in over.members)}
    )
    message = said(over, purpose=Purpose.RECOVERY)
    assert message.subject.endswith("có kết nối trở lại, gián đoạn 3 giờ 05 phút")
    assert "có kết nối trở lại lúc 12:05:00 ngày 22/11/2026." in message.body
    assert "Điểm cầu đã bị ảnh hưởng: 01 (UBND hub1)." in message.body


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_watched_no_more_is_not_said_to_be_back(language: Language) -> None:
    ended = incident(state=IncidentState.RECOVERED, recovered_at=DAWN)
    message = said(ended, language, Purpose.RECOVERY, retired=True)
    sms = (message.data or {})["sms"]
    for text in (message.subject, message.body, message.html or "", str(sms)):
        assert "trở lại lúc" not in text
        assert "tro lai" not in text
        assert "is back" not in text
        assert "RESTORED" not in text
    assert (message.data or {})["retired"] is True
    assert "SC-20261122-" in message.subject


def test_names_with_markup_stay_words() -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    line = link("x", "core", "hub1-gw", "hub1").model_copy(update={"name": evil})
    message = said(incident("x"), topology=Topology(Estate(targets=(line,))))
    assert message.html is not None
    assert "<script>" not in message.html
    assert "{{ 7*7 }}" in message.body


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("purpose", [p for p in Purpose if p not in OF_MEETINGS])
def test_every_message_is_whole_in_both_languages(language: Language, purpose: Purpose) -> None:
    what = None if purpose is Purpose.TEST else incident("line1", *HUB[1:], acked_by="an")
    message = said(what, language, purpose, merged=["SC-20261122-0009"])
    assert message.html is not None
    short = message.data["sms"] if message.data else None
    assert isinstance(short, str)
    assert short.isascii()
    assert len(short) <= SMS_LENGTH
    for text in (message.subject, message.body, message.html):
        assert "None" not in text
        assert not re.search(r"\{\{|\}\}|\n\n\n| [,.]", text)
    assert "\n" not in message.subject


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("purpose", [p for p in Purpose if p not in OF_MEETINGS])
def test_what_goes_outside_names_no_place_and_no_cause(
    language: Language, purpose: Purpose
) -> None:
    what = None if purpose is Purpose.TEST else incident("line1", *HUB[1:], acked_by="an")
    short = said(what, language, purpose).short
    assert short is not None
    assert "\n" not in short.minimal
    for secret in ("VNPT", "hub1", "c11", "core"):
        assert secret not in short.minimal
    if what is not None:
        assert "SC-20261122-0001" in short.minimal
        assert "https://ts.example.vn/incidents/SC-20261122-0001" in short.minimal


FIXED = {
    "problem": "SU CO: {} luc {}. Ma {}",
    "recovery": "KHOI PHUC: {} luc {}, gian doan {}. Ma {}",
    "retired": "NGUNG THEO DOI: {} khong con duoc theo doi tu {}. Ma {}",
    "test": "Tin thu cua Thong Suot luc {}. Khong can tra loi.",
}


@pytest.mark.parametrize("name", sorted(FIXED))
def test_every_sms_is_one_of_four_fixed_texts_and_its_parts(name: str) -> None:
    what = incident("line1", *HUB[1:], recovered_at=DAWN + timedelta(minutes=5))
    purpose = Purpose.RECOVERY if name == "retired" else Purpose(name)
    message = said(None if name == "test" else what, "vi", purpose, retired=name == "retired")
    assert message.short is not None
    assert message.short.template == name
    assert message.short.sms == FIXED[name].format(*message.short.parts)
    assert message.data is not None
    assert message.data["sms"] == message.short.sms


def test_a_long_name_shortens_its_own_part_and_the_text_stays_the_registered_one() -> None:
    line = link("x", "core", "far", "hub1")
    line = line.model_copy(update={"name": "Kênh rất dài [nhánh phụ] " * 20})
    topology = Topology(Estate(targets=(line,)))
    short = said(incident("x"), topology=topology).short
    assert short is not None
    assert short.sms == FIXED["problem"].format(*short.parts)
    assert len(short.sms) <= SMS_LENGTH
    assert short.parts[-1] == "SC-20261122-0001"


@pytest.mark.parametrize(("language", "verb"), [("vi", "mat ket noi"), ("en", "is down")])
def test_what_is_cut_is_the_name_and_neither_the_circuit_nor_what_happened(
    language: Language, verb: str
) -> None:
    line = link("x", "core", "far", "hub1").model_copy(
        update={
            "name": "Kênh đi Bù Gia Mập " * 8,
            "name_en": "Line to Bu Gia Map " * 8,
            "carrier": "VNPT",
            "circuit": "VNPT-DNI-0123",
        }
    )
    short = said(incident("x"), language, topology=Topology(Estate(targets=(line,)))).short
    assert short is not None
    assert short.parts[0].endswith(f"... (VNPT-DNI-0123) {verb}")
    assert short.parts[0].casefold().startswith(("kenh di bu gia map", "line to bu gia map"))
    assert len(short.sms) <= SMS_LENGTH


def test_a_line_break_in_a_name_moves_no_part_of_an_sms() -> None:
    for broken in ("Kênh\nphụ", "Kênh\u2028phụ", "Kênh\x85\x0bphụ"):
        line = link("x", "core", "far", "hub1").model_copy(update={"name": broken})
        short = said(incident("x"), topology=Topology(Estate(targets=(line,)))).short
        assert short is not None
        assert short.parts[-1] == "SC-20261122-0001"
        assert short.parts[0].startswith("Kenh phu")


def test_an_sms_has_no_character_that_costs_two() -> None:
    assert sms("a\x1a\rb\x00c") == "a b c"
    assert sms("Kênh [phụ] {x} – “A|B” ~ 5€ C\\D^") == 'Kenh (phu) (x) - "A/B" - 5EUR C/D\''


def test_an_sms_keeps_its_code_when_it_is_cut() -> None:
    long = "SU CO: " + "Kênh rất dài " * 30 + ". Ma SC-20261122-0001"
    assert len(sms(long)) == SMS_LENGTH
    assert sms(long).endswith("... Ma SC-20261122-0001")
    assert len(sms("x" * 200)) == SMS_LENGTH


def test_what_a_letter_says_of_a_length_is_what_its_instants_come_to() -> None:
    began, ended = DAWN + timedelta(seconds=5.9), DAWN + timedelta(minutes=7, seconds=0.1)
    over = incident("line1", "hub1", began_at=began, recovered_at=ended)
    message = said(over, purpose=Purpose.RECOVERY)
    assert "có kết nối trở lại lúc 09:07:00 ngày 22/11/2026." in message.body
    assert "từ 09:00:05 ngày 22/11/2026, gián đoạn 6 phút 55 giây." in message.body


def test_instants_are_local() -> None:
    assert moment(DAWN + timedelta(hours=15, minutes=13), "vi") == "00:13 ngày 23/11/2026"


def test_a_widespread_trouble_is_told_in_the_words_of_official_reports() -> None:
    rings = {"carrier:vnpt": [f"line-c{h}{k}" for h in (1, 2) for k in (1, 2, 3)]}
    topology = Topology(sharing(estate(hubs=2, communes=3), rings))
    lost = ("c11", "c12", "c13", "c21")
    what = incident("carrier:vnpt", *rings["carrier:vnpt"][:4], *lost, cause="shared")
    body = said(what, topology=topology).body
    assert "Toàn mạng: còn 4/9 điểm cầu mất kết nối (UBND hub1 3/4, UBND hub2 1/4)." in body
    assert "4 trong 6 đường truyền mất cùng lúc" in body
    assert "In all: 4 of 9 sites are down" in said(what, "en", topology=topology).body


def test_a_power_cut_is_only_suspected_and_says_why() -> None:
    topology = Topology(sharing(estate(hubs=1, communes=4), {"feeder:473": ["c11", "c12", "c13"]}))
    what = incident("feeder:473", "c11", "c12", "c13", cause="mains_suspected")
    body = said(what, topology=topology).body
    assert "nghi mất điện lưới" in body
    assert "còn 3/6 điểm cầu mất kết nối, nghi do mất điện" in body
    at_site = incident("c11", "c11-gw", "c11-vc", cause="mains_suspected")
    assert "chỉ thiết bị cổng còn trả lời: nghi mất điện" in said(at_site, topology=topology).body
