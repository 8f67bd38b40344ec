"""Rules in words, and the rules of a form's choices."""

from datetime import date, timedelta

import pytest

from api.repeating import chosen, said
from core.recurrence import normal
from tests.api.world import DAWN


@pytest.mark.parametrize(
    ("rule", "vi", "en"),
    [
        (
            "FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20271231",
            "mỗi tuần vào T7, CN, đến 31/12/2027",
            "every week on Sat, Sun, until 31/12/2027",
        ),
        ("FREQ=DAILY;INTERVAL=2;COUNT=10", "2 ngày một lần, 10 lần", "every 2 days, 10 times"),
        (
            "FREQ=MONTHLY;BYDAY=-1SA;COUNT=3",
            "mỗi tháng vào -1T7, 3 lần",
            "every month on -1Sat, 3 times",
        ),
        (
            "FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=2;UNTIL=20300101T170000Z",
            "mỗi năm ngày 2 tháng 9, đến 02/01/2030",
            "every year day 2 in month 9, until 02/01/2030",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule: str, vi: str, en: str) -> None:
    assert said(rule, "vi") == vi
    assert said(rule, "en") == en


def test_a_choice_of_the_form_is_a_rule() -> None:
    assert chosen("", date(2027, 1, 1)) is None
    rule = chosen("workdays", date(2027, 1, 1))
    assert rule == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270101"
    assert normal(rule, DAWN + timedelta(days=1)) == rule  # a Monday
