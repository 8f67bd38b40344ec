"""What fails again and again is one trouble, told once, and its downtime is counted as ever."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.flapping import flapping
from alerts.wording import Telling, render
from core.incident import FLAPPING, OUTAGE, Incident, IncidentState, Message, Purpose
from core.status import Status
from core.text import Language
from tests.alerts.province import World, estate
from tests.alerts.test_memory import WAIT, calm, remembered
from tests.factories import DAWN

LINE = "line-c11"


def at(*seconds: float) -> list[datetime]:
    return [DAWN + timedelta(seconds=s) for s in seconds]


def flaps(seconds: Iterable[float], now: float) -> bool:
    return flapping(at(*seconds), *at(now)) is not None


def test_three_falls_in_two_minutes_flap_and_two_do_not() -> None:
    assert not flaps([0, 60], 61)
    assert flaps([0, 60, 120], 121)
    assert not flaps([0, 120, 240], 241)


def test_a_fall_every_ten_minutes_never_flaps_and_one_every_minute_always_does() -> None:
    assert not any(flaps(range(0, n * 600, 600), n * 600) for n in range(1, 30))
    assert all(flaps(range(0, n * 60, 60), n * 60 - 1) for n in range(3, 30))


def test_what_has_flapped_wildly_is_calm_after_ten_quiet_minutes_and_not_before_eight() -> None:
    falls = range(0, 600, 6)
    assert flaps(falls, 594 + 480)
    assert not flaps(falls, 594 + 600)
    known = flapping(at(*falls), *at(600))
    assert known is not None
    assert known.falls == 100
    assert flapping(at(*falls), known.calm_at) is None


def test_a_series_that_rests_for_a_while_is_one() -> None:
    falls = [0, 30, 60, 360]
    assert flaps(falls[:3], 359)
    known = flapping(at(*falls), *at(361))
    assert known is not None
    assert known.falls == 4


@given(st.lists(st.integers(0, 3600), max_size=12), st.randoms())
def test_the_order_of_arrival_does_not_matter(falls: list[int], chance: random.Random) -> None:
    mixed = falls * 2
    chance.shuffle(mixed)
    assert flapping(at(*mixed), *at(1800)) == flapping(at(*sorted(falls)), *at(1800))


def flapped(world: World, times: int, down: float = 8, up: float = 12) -> None:
    for _ in range(times):
        world.cut(LINE)
        world.run(down)
        world.mend(LINE)
        world.run(up)


def kinds(world: World) -> list[str]:
    return [i.kind for i in world.incidents.values()]


def test_a_flapping_line_is_told_of_twice_and_then_once_until_it_is_stable() -> None:
    world = calm()
    begun = world.now
    flapped(world, 7)
    assert kinds(world) == [OUTAGE, OUTAGE, FLAPPING]
    (incident,) = world.brain.incidents
    assert (incident.root, incident.detail) == (LINE, "7")
    assert world.status(LINE) is Status.UP
    assert world.told(Purpose.PROBLEM) == [LINE] * 3
    assert world.told(Purpose.RECOVERY) == [LINE] * 2
    last = world.now
    world.run(700, until=lambda: not world.brain.incidents)
    assert timedelta(minutes=7) < world.now - last < timedelta(minutes=10)
    assert world.told(Purpose.RECOVERY) == [LINE] * 3
    ended = world.incidents[incident.id]
    assert ended.recovered_at is not None
    assert ended.recovered_at < last
    assert downtime(world, begun) == pytest.approx(7 * 8, abs=7)
    assert world.told(Purpose.PROBLEM) == [LINE] * 3


def test_that_a_line_flaps_is_news_though_the_hub_above_it_is_only_just_back() -> None:
    world = calm(estate())
    flapped(world, 4)
    world.cut("line1")
    world.run(8)
    world.cut(LINE)
    world.run(4)
    world.mend("line1")
    world.run(25)
    (incident,) = [i for i in world.brain.incidents if i.root == LINE]
    assert incident.kind == FLAPPING
    due = [n.due_at for n in world.notifications if n.incident == incident.id]
    assert due == [incident.decided_at]


def downtime(world: World, begun: datetime) -> float:
    """Return the seconds for which the line was down, as reports count them."""
    rows = [t for t in world.transitions if t.target == LINE and t.at >= begun]
    pairs = zip(rows, [*rows[1:], replace(rows[-1], at=world.now)], strict=True)
    return sum((b.at - a.at).total_seconds() for a, b in pairs if a.new is Status.DOWN)


def test_a_line_that_flaps_and_then_stays_down_is_an_outage_that_ends_at_its_recovery() -> None:
    world = calm()
    flapped(world, 4)
    world.cut(LINE)
    world.run(900)
    assert kinds(world) == [OUTAGE] * 3
    assert [i.kind for i in world.brain.incidents] == [OUTAGE]
    world.mend(LINE)
    world.run(20)
    assert not world.brain.incidents
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == [LINE] * 3


def test_short_outages_that_each_end_before_their_page_are_told_once_they_flap() -> None:
    world = calm(policy=WAIT)
    flapped(world, 16, down=6, up=10)
    sent = [
        (n.incident, n.due_at)
        for n in world.notifications
        if n.purpose is Purpose.PROBLEM and n.due_at <= world.now
    ]
    cancelled = {c for o in world.outcomes for c in o.cancelled}
    told = {i for i, _ in sent if (i, Purpose.PROBLEM) not in cancelled}
    assert told == {i.id for i in world.incidents.values() if i.kind == FLAPPING}


def test_a_restart_goes_on_with_what_flaps_and_tells_nobody_again() -> None:
    world = calm()
    flapped(world, 4)
    falls = tuple(t.at for t in world.transitions if t.target == LINE and t.is_fall)
    assert len(falls) == 4
    memory = replace(remembered(world), falls={LINE: falls})
    later = World(world.estate, memory=memory, now=world.now + timedelta(seconds=2), seed=9)
    later.run(60)
    (incident,) = later.brain.incidents
    assert incident.kind == FLAPPING
    flapped(later, 1)
    assert [i.detail for i in later.brain.incidents] == ["5"]
    later.run(700)
    assert not later.brain.incidents
    assert later.told(Purpose.PROBLEM) == []
    assert later.told(Purpose.RECOVERY) == [LINE]


def test_a_hub_above_speaks_for_what_flaps_below_it() -> None:
    world = calm(estate())
    flapped(world, 4)
    world.cut("line1", LINE)
    world.run(20)
    assert [i.root for i in world.brain.incidents] == ["line1"]
    world.mend("line1", LINE)
    world.run(700)
    assert not world.brain.incidents
    states = {i.state for i in world.incidents.values()}
    assert states == {IncidentState.RECOVERED, IncidentState.MERGED}


def said(world: World, incident: Incident, purpose: Purpose, language: Language) -> Message:
    telling = Telling(purpose, incident, DAWN)
    return render(telling, world.brain.topology, language, message_id="1", to="x")


def test_its_message_says_so_in_both_languages() -> None:
    world = calm()
    flapped(world, 4)
    (incident,) = world.brain.incidents
    problem = said(world, incident, Purpose.PROBLEM, "vi")
    assert "chập chờn" in problem.subject
    assert "mất kết nối rồi có lại 4 lần" in problem.body
    assert problem.short is not None
    assert "chap chon" in problem.short.sms
    english = said(world, incident, Purpose.PROBLEM, "en")
    assert "flapping" in english.subject
    assert "down and back 4 times" in english.body
    world.run(700)
    ended = world.incidents[incident.id]
    assert "ổn định trở lại" in said(world, ended, Purpose.RECOVERY, "vi").subject
    assert "stable again" in said(world, ended, Purpose.RECOVERY, "en").subject
