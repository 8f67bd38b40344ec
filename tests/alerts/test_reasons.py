"""Why a person is told is said for what it is."""

from datetime import timedelta

import pytest

from alerts.reasons import ESCALATED, FIRST, OFFICER, REASON, TOGETHER, beside, reason_in_words
from core.incident import Chain, Notification, Purpose, Step
from tests.factories import DAWN


def a_message(recipient: str = "an", minutes: float = 0, **changes: object) -> Notification:
    fields: dict[str, object] = {
        "incident": "SC-20261122-0001",
        "purpose": Purpose.PROBLEM,
        "recipient": recipient,
        "address": "an@donvi.vn",
        "channel": "mail",
        "reason": FIRST,
        "due_at": DAWN + timedelta(minutes=minutes),
    }
    return Notification.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (5, "sau 5 phút chưa ai tiếp nhận"),
        (15.2, "sau 15 phút chưa ai tiếp nhận"),
        (0.1, "bước tiếp theo, chưa ai tiếp nhận"),
    ],
)
def test_a_later_step_says_how_long_nobody_took_it_on(minutes: float, words: str) -> None:
    later = a_message("binh", minutes, reason=ESCALATED)
    assert reason_in_words(later, [a_message(), later]).vi == words


def test_a_reminder_says_so_and_an_end_is_not_counted_from() -> None:
    over = a_message(minutes=-30, purpose=Purpose.RECOVERY, reason="recovered")
    again = a_message(minutes=10, purpose=Purpose.REMINDER, reason="reminder")
    said = reason_in_words(again, [a_message(), over, again])
    assert said.vi == "nhắc lại, sau 10 phút chưa ai tiếp nhận"
    assert said.en == "reminder: nobody had taken it on for 10 min"


def test_who_is_told_with_others_is_told_with_whom() -> None:
    officer = a_message("lan", reason=OFFICER)
    mine = a_message("binh", reason=TOGETHER)
    told = [officer, mine, a_message("chi", 15, reason=ESCALATED)]
    assert beside(mine, told) == ["lan"]
    assert beside(officer, told) == []
    steps = (Step(number=1, tell="officer", contact="lan"), Step(number=2, tell="primary"))
    chain = Chain(slug="meeting-hn-1", name="Họp", steps=steps)
    assert beside(mine, [mine]) == []
    assert beside(mine, [mine], chain) == ["lan"]
    assert reason_in_words(mine, told, ["Lan"]).en == "told together with Lan"
    assert reason_in_words(mine, told) == REASON[TOGETHER]


def test_a_reason_without_words_is_shown_as_it_stands() -> None:
    assert reason_in_words(a_message(reason="stage_60"), []).vi == "stage_60"
