"""Who waits how long to hear of all at once."""

from datetime import datetime, timedelta

from alerts.gathering import SEVERAL, TOGETHER, Gathering
from tests.factories import DAWN

LAN, BINH = "lan", "binh"


def after(seconds: float) -> datetime:
    return DAWN + timedelta(seconds=seconds)


def calm() -> int:
    return 0


def a_few() -> int:
    return SEVERAL - 1


def a_storm() -> int:
    return SEVERAL


def test_the_first_message_waits_neither_in_calm_nor_for_a_few() -> None:
    assert Gathering().wait(LAN, DAWN, calm) is None
    assert Gathering().wait(LAN, DAWN, a_few) is None


def test_in_a_storm_the_first_message_waits_until_all_causes_are_known() -> None:
    gathering = Gathering()
    assert gathering.wait(LAN, DAWN, a_storm) == timedelta(seconds=1)
    assert gathering.wait(LAN, after(1), a_few) == timedelta(seconds=1)
    assert gathering.wait(LAN, after(2), calm) is None


def test_nobody_waits_longer_than_for_one_storm() -> None:
    gathering = Gathering()
    gathering.wait(LAN, DAWN, a_storm)
    assert gathering.wait(LAN, after(14.5), a_storm) == timedelta(seconds=0.5)
    assert gathering.wait(LAN, after(15), a_storm) is None


def test_what_follows_a_message_waits_for_the_rest_and_no_other_person_does() -> None:
    gathering = Gathering()
    gathering.told(LAN, DAWN)
    assert gathering.wait(LAN, after(5), calm) == TOGETHER - timedelta(seconds=5)
    assert gathering.wait(BINH, after(5), calm) is None
    assert gathering.wait(LAN, after(15), calm) is None


def test_who_was_told_of_nothing_after_all_is_told_at_once() -> None:
    gathering = Gathering()
    gathering.told(LAN, DAWN)
    gathering.untold(LAN)
    assert gathering.wait(LAN, after(1), calm) is None


def test_a_storm_that_passed_untold_shortens_no_later_wait() -> None:
    gathering = Gathering()
    gathering.wait(LAN, DAWN, a_storm)
    assert gathering.wait(LAN, after(3600), a_few) is None
    assert gathering.wait(LAN, after(3600), a_storm) == timedelta(seconds=1)
    assert gathering.wait(LAN, after(3610), a_few) == timedelta(seconds=1)
