"""A part that breaks and goes on must be seen to break, until it has been quiet for a while."""

from datetime import timedelta

from core.text import Text
from runtime.bugs import SPELL, Bugs, broken_by
from tests.factories import DAWN

PART = Text("Có tin báo không soạn được", "A fault of ours keeps messages back")


def test_a_spell_begins_with_its_first_fault_and_ends_in_quiet() -> None:
    bugs = Bugs()
    assert (bugs.lasting(DAWN), bugs.latest(DAWN)) == (0, "")
    bugs.add(KeyError("told"), DAWN)
    bugs.add(ValueError("no estate"), DAWN + timedelta(minutes=5))
    assert (bugs.lasting(DAWN + timedelta(minutes=14)), bugs.since) == (2, DAWN)
    said = broken_by(PART, bugs.latest(DAWN + timedelta(minutes=14)))
    assert said.vi == "Có tin báo không soạn được vì lỗi phần mềm (ValueError: no estate)"
    over = DAWN + timedelta(minutes=5) + SPELL + timedelta(seconds=1)
    assert (bugs.lasting(over), bugs.latest(over)) == (0, "")


def test_the_faults_of_an_earlier_spell_are_counted_and_not_told_again() -> None:
    bugs, later = Bugs(), DAWN + timedelta(hours=1)
    for at in (DAWN, DAWN, later):
        bugs.add(KeyError("told"), at)
    assert (bugs.count, bugs.lasting(later), bugs.since) == (3, 1, later)
