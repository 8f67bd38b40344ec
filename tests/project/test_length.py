"""The files that take longest begin first, and are files."""

from tests.length import HERE, LONGEST
from tests.sharing import TOGETHER


def test_every_long_file_is_there() -> None:
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_every_file_that_shares_something_is_there() -> None:
    assert [name for name in TOGETHER if not (HERE.parent / name).is_file()] == []
