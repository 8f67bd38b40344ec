"""Bad calls of many rooms are the trouble of what they all lead over, where the rooms agree."""

from collections.abc import Collection, Mapping
from datetime import timedelta

import pytest

from alerts.brain import Brain
from alerts.segments import agreements, speakers_of_calls
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import Incident, IncidentState, Purpose
from core.inventory import Rule
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import Reading
from core.watching import Booking, Check, Confirm, Estate
from tests.alerts.province import AT_ONCE, CONTACT, estate, room, sharing
from tests.factories import DAWN

LOSS, CALL_LOSS = "probe_loss_ratio", "vc_media_loss_ratio"
OF_CALLS = Rule(
    slug="hinh-tieng",
    name="Hình tiếng mất gói quá 3 %",
    metric=CALL_LOSS,
    threshold=0.03,
    recovery=0.01,
    duration=1,
    enabled=True,
)
OF_LINES = OF_CALLS.model_copy(
    update={"slug": "mat-goi", "name": "Mất gói quá 5 %", "metric": LOSS, "threshold": 0.05}
)
RING = ("line-c11", "line-c12", "line-c13")
PLAIN = sharing(estate(hubs=3, communes=5, reserves=(3,)), {"ring:1": RING})
CODECS = sorted(t.slug for t in PLAIN.targets if t.slug.endswith("-vc"))
ROOMS = tuple(room(f"room-{c}", c.removesuffix("-vc"), c) for c in CODECS)
MEETING = Booking(
    meeting="HN-20261122-0001",
    title="Giao ban",
    begin=DAWN,
    end=DAWN + timedelta(hours=3),
    rooms=tuple(one.slug for one in ROOMS),
    bridge="bridge",
)
OF_HUB = {h: [c for c in CODECS if c.startswith((f"c{h}", f"hub{h}"))] for h in (1, 2, 3)}


def codec(target: str) -> Check:
    return Check(
        slug=f"{target}/codec",
        target=target,
        collector="cisco_codec",
        address="192.0.2.1",
        interval=15.0,
        timeout=5.0,
        confirm=Confirm(),
        reach=False,
    )


WHAT = Estate(
    targets=(*PLAIN.targets, *ROOMS),
    checks=(*PLAIN.checks, *map(codec, CODECS)),
    rules=(OF_CALLS, OF_LINES),
    bookings=(MEETING,),
)
TOPOLOGY = Topology(WHAT)


def spoken(
    bad: Collection[str], measured: Collection[str] = CODECS, bridge: str = "bridge"
) -> set[str]:
    return set(speakers_of_calls(TOPOLOGY, bad, dict.fromkeys(measured, bridge), ()).values())


def test_the_line_that_all_bad_rooms_of_a_hub_share_speaks_for_them() -> None:
    assert spoken(OF_HUB[1]) == {"line1"}


def test_good_rooms_on_the_same_line_speak_against_it() -> None:
    bad = ["c11-vc", "c14-vc", "c15-vc"]
    assert spoken(bad) == set(bad)


def test_one_room_blames_nothing_but_its_own_way() -> None:
    assert spoken(["c11-vc"]) == {"c11-vc"}
    assert spoken(OF_HUB[1][:2], OF_HUB[1][:2]) == set(OF_HUB[1][:2])


def test_what_is_not_measured_agrees_with_nobody() -> None:
    three = ["c11-vc", "c14-vc", "c15-vc"]
    assert spoken(three, [*three, *OF_HUB[2]]) == {"line1"}
    assert spoken(three[:2], [*three[:2], *OF_HUB[2]]) == set(three[:2])


def test_where_rooms_come_over_different_lines_it_is_the_bridge() -> None:
    everybody = [c for c in CODECS if c != "center-vc"]
    assert spoken(everybody) == {"bridge"}
    assert {
        one.at_bridge
        for one in agreements(TOPOLOGY, everybody, dict.fromkeys(everybody, "bridge")).values()
    } == {True}


def test_a_ring_speaks_for_its_rooms_while_others_are_good() -> None:
    assert spoken(["c11-vc", "c12-vc", "c13-vc"]) == {"ring:1"}


class Story:
    """A brain that hears every 15 s how much each room loses, and each half minute the routers."""

    def __init__(self) -> None:
        self.now = DAWN
        self.brain = Brain(WHAT, Memory(), AT_ONCE, [CONTACT], self.now)
        self.outcomes: list[Outcome] = []
        self.in_call = True
        self.run(3, {})

    def run(self, minutes: float, loss: Mapping[str, float]) -> None:
        end = self.now + timedelta(minutes=minutes)
        pings = [c for c in WHAT.checks if c.reach]
        while self.now < end:
            self.now += timedelta(seconds=1)
            second = int((self.now - DAWN).total_seconds())
            batch = [
                self._ping(c.target, loss) for n, c in enumerate(pings) if second % 30 == n % 30
            ]
            batch += [
                self._call(c, loss)
                for n, c in enumerate(CODECS)
                if self.in_call and second % 15 == n % 15
            ]
            self.outcomes += [self.brain.feed(batch, self.now), self.brain.tick(self.now)]

    def _ping(self, target: str, loss: Mapping[str, float]) -> Reading:
        share = loss.get(f"ping {target}", 0.0)
        series = Series.of(LOSS, (("instance", target),))
        return Reading(f"{target}/icmp", "center", self.now, [(series, share)], loss=share)

    def _call(self, target: str, loss: Mapping[str, float]) -> Reading:
        labels = (("instance", target), ("media", "video"), ("direction", "rx"))
        sample = (Series.of(CALL_LOSS, labels), loss.get(target, 0.0))
        return Reading(f"{target}/codec", "center", self.now, [sample])

    @property
    def open(self) -> dict[tuple[str, str], set[str]]:
        return {(i.cause, i.root): set(i.present) - {i.root} for i in self.brain.incidents}

    @property
    def incidents(self) -> dict[str, Incident]:
        return {i.id: i for o in self.outcomes for i in o.incidents}

    def told(self, purpose: Purpose) -> list[str]:
        notes = (n for o in self.outcomes for n in o.notifications if n.purpose is purpose)
        known = self.incidents
        return [known[code].root for code in dict.fromkeys(n.incident or "" for n in notes)]


def test_bad_calls_behind_one_line_are_one_incident_that_names_it_told_once_and_over_once() -> None:
    story = Story()
    story.run(6, dict.fromkeys(OF_HUB[1], 0.1))
    assert story.open == {("hinh-tieng", "line1"): set(OF_HUB[1])}
    assert story.told(Purpose.PROBLEM) == ["line1"]
    (incident,) = story.brain.incidents
    telling = Telling(Purpose.PROBLEM, incident, story.now)
    said = render(telling, story.brain.topology, "vi", message_id="1", to="x")
    assert "Kênh VNPT đi hub1" in said.body
    assert "6 đối tượng cùng đi qua đây cũng vậy" in said.body
    story.run(6, {})
    assert story.open == {}
    assert story.told(Purpose.RECOVERY) == ["line1"]


def test_a_room_that_was_bad_alone_goes_over_to_the_line_when_the_others_turn_bad() -> None:
    story = Story()
    story.run(5, {"c11-vc": 0.1})
    assert story.open == {("hinh-tieng", "c11-vc"): set()}
    story.run(5, dict.fromkeys(OF_HUB[1], 0.1))
    assert story.open == {("hinh-tieng", "line1"): set(OF_HUB[1])}
    story.run(6, {})
    assert {i.state for i in story.incidents.values()} == {
        IncidentState.RECOVERED,
        IncidentState.MERGED,
    }


@pytest.mark.parametrize("first", ["calls", "line"])
def test_a_line_that_loses_packets_speaks_for_the_calls_over_it_in_one_incident(first: str) -> None:
    line = {f"ping {g}": 0.2 for g in ("hub1-gw", *(f"c1{k}-gw" for k in range(1, 6)))}
    calls = dict.fromkeys(OF_HUB[1], 0.1)
    story = Story()
    story.run(5, calls if first == "calls" else line)
    story.run(5, calls | line)
    ((rule, root),) = story.open
    assert (rule, root) == ("mat-goi", "hub1-gw")
    assert set(OF_HUB[1]) <= story.open[rule, root]
    story.run(8, {})
    assert story.open == {}
    problems, ends = story.told(Purpose.PROBLEM), story.told(Purpose.RECOVERY)
    assert problems == (["line1", "hub1-gw"] if first == "calls" else ["hub1-gw"])
    assert ends == ["hub1-gw"]


def test_what_was_said_of_calls_is_over_when_the_calls_are() -> None:
    story = Story()
    story.run(5, dict.fromkeys(OF_HUB[1], 0.1))
    assert story.open
    story.in_call = False
    story.run(5, {})
    assert story.open == {}
    assert story.told(Purpose.RECOVERY) == ["line1"]
