"""A part that breaks and goes on must be seen to break, until it has been quiet for a while."""

from datetime import timedelta

from core.text import Text
from runtime.bugs import SPELL, Bugs
from tests.factories import DAWN

PART = Text("Có tin báo không soạn được", "A fault of ours keeps messages back")


def test_a_spell_begins_with_its_first_fault_and_ends_in_quiet() -> None:
    bugs = Bugs()
    assert bugs.trouble(PART, DAWN) is None
    bugs.add(KeyError("told"), DAWN)
    bugs.add(ValueError("no estate"), DAWN + timedelta(minutes=5))
    assert (bugs.count, bugs.since) == (2, DAWN)
    said = bugs.trouble(PART, DAWN + timedelta(minutes=14))
    assert said is not None
    assert said.vi == "Có tin báo không soạn được vì lỗi phần mềm (ValueError: no estate)"
    assert bugs.trouble(PART, DAWN + timedelta(minutes=5) + SPELL + timedelta(seconds=1)) is None
    bugs.add(KeyError("told"), DAWN + timedelta(hours=1))
    assert (bugs.count, bugs.since) == (3, DAWN + timedelta(hours=1))
