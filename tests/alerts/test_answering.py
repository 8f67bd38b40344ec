"""People answer as people do; only a clear yes with a code counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.answering import BY_CHANNEL, BY_SENDER, code_in, may_reply, reply
from alerts.wording import sms
from core.answer import Outcome, Replies, Verdict
from core.text import Language


@pytest.mark.parametrize(
    "text",
    [
        "OK 0042",
        "ok42",
        "Ok  0042!!!",
        "0042",
        "0042 ok",
        "da nhan 0042",
        "Đã nhận 0042",
        "ĐÃ NHẬN MÃ 0042 nhé, em đang ra trạm lúc 2:15",
        "tiếp nhận 42",
        "OK 0042, đang chữa",
        "Huy da nhan 0042",
        "no hong roi, ok 0042",
        "OK 0042 SC-20261122-0001",
        "SC-20261122-0001 ok 0042",
        "Tra loi: OK 0042",
        "\u200bOK\xa00042\n-- \nNguyễn Văn A",
    ],
)
def test_a_yes_with_a_code(text: str) -> None:
    assert code_in(text) == "0042"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Đã nhận",
        "42",
        "không nhận 0042",
        "khong ok 0042",
        "chưa ok 0042",
        "0042 thì sao?",
        "OK SC-20261122-0001",
        "ok 12345678",
        "gọi lại 0901234567",
        "ﾊﾝｶｸ ٠٠٤٢",
    ],
)
def test_no_clear_yes(text: str) -> None:
    assert code_in(text) is None


@given(st.text(max_size=2000))
def test_no_text_breaks_the_reading(text: str) -> None:
    code = code_in(text)
    assert code is None or (code.isdecimal() and 4 <= len(code) <= 6)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_reply_is_one_sms_and_loses_nothing(verdict: Verdict, language: Language) -> None:
    many = tuple(f"SC-20261122-{n:04}" for n in range(1, 10))
    said = reply(Outcome(verdict, 1, "binh", "0042", many), "Nguyễn Thị Thanh Bình", language)
    assert len(sms(said)) <= 160
    assert "..." not in sms(said)
    assert "{" not in said


def test_replies_end_before_two_programs_talk_for_ever() -> None:
    def heard(verdict: Verdict, **lately: int) -> Outcome:
        return Outcome(verdict, 1, replies=Replies(**lately))

    number = "+84901234567"
    assert may_reply(heard(Verdict.TAKEN), number, by_phone=True)
    busy = heard(Verdict.TAKEN, sender_hour=BY_SENDER)
    assert not may_reply(busy, number, by_phone=True)
    flooded = heard(Verdict.UNCLEAR, channel_hour=BY_CHANNEL)
    assert not may_reply(flooded, number, by_phone=True)
    assert may_reply(heard(Verdict.STRANGER), number, by_phone=True)
    assert not may_reply(heard(Verdict.STRANGER, sender_day=1), number, by_phone=True)
    again = Outcome(Verdict.TAKEN, 1, again=True, replies=Replies())
    assert not may_reply(again, number, by_phone=True)


@pytest.mark.parametrize("machine", ["191", "VIETTEL", "9029", ""])
def test_machines_of_carriers_hear_nothing(machine: str) -> None:
    assert not may_reply(Outcome(Verdict.STRANGER, 1), machine, by_phone=True)
