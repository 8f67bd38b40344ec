"""A slow or lossy segment is one trouble; whoever behind it does not agree stays apart."""

import random
from collections.abc import Mapping
from datetime import timedelta

from alerts.brain import Brain
from alerts.segments import Agreement, agreements, is_of_the_path, road, speakers
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import Incident, IncidentState, Purpose
from core.inventory import Rule
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import Reading
from core.watching import Estate, TargetKind
from tests.alerts.province import AT_ONCE, CONTACT, device, estate, sharing
from tests.factories import DAWN

LOSS = "probe_loss_ratio"
RULE = Rule(
    slug="mat-goi",
    name="Mất gói quá 5 %",
    metric=LOSS,
    threshold=0.05,
    recovery=0.02,
    duration=2,
    enabled=True,
)
RING = ("line-c11", "line-c12", "line-c13")
WHAT = sharing(estate(hubs=2, communes=5, reserves=(2,)), {"ring:1": RING})
TOPOLOGY = Topology(WHAT)
GATEWAYS = {t.slug for t in WHAT.targets if t.role == "gateway"}


def spoken(*firing: str) -> dict[str, str]:
    return dict(speakers(TOPOLOGY, set(firing), GATEWAYS, ()))


def test_the_topmost_that_fires_speaks_for_all_behind_it_and_for_nobody_else() -> None:
    assert spoken("hub1-gw", "c11-gw", "c14-gw", "c21-gw") == {
        "hub1-gw": "hub1-gw",
        "c11-gw": "hub1-gw",
        "c14-gw": "hub1-gw",
        "c21-gw": "c21-gw",
    }


def test_a_ring_speaks_for_its_lines_when_most_of_them_agree() -> None:
    assert set(spoken("c11-gw", "c12-gw", "c13-gw", "c14-gw").values()) == {"ring:1", "c14-gw"}
    assert set(spoken("c11-gw", "c12-gw").values()) == {"c11-gw", "c12-gw"}


def test_a_hub_above_a_ring_speaks_for_it() -> None:
    assert set(spoken("hub1-gw", "c11-gw", "c12-gw", "c13-gw").values()) == {"hub1-gw"}


def test_only_what_grows_along_the_way_is_of_the_path() -> None:
    def of(metric: str, value: str = "last") -> bool:
        return is_of_the_path(RULE.model_copy(update={"metric": metric, "value": value}))

    assert of(LOSS)
    assert of("probe_icmp_rtt_mean_seconds")
    assert of("ifHCInOctets", "of_capacity")
    assert not of("probe_ssl_earliest_cert_expiry")
    assert not of("ifHCInOctets", "rate")


def test_full_lines_of_one_ring_are_the_rings_and_a_full_line_above_speaks_for_those_behind() -> (
    None
):
    lines = {t.slug for t in WHAT.targets if t.kind is TargetKind.LINK}

    def full(*firing: str) -> dict[str, str]:
        return dict(speakers(TOPOLOGY, set(firing), lines, ()))

    assert set(full(*RING, "line-c14").values()) == {"ring:1", "line-c14"}
    assert full("line1", "line-c11") == {"line1": "line1", "line-c11": "line1"}


class Story:
    """A brain that hears every half minute how much each gateway loses."""

    def __init__(self, what: Estate = WHAT) -> None:
        self.estate = Estate(targets=what.targets, checks=what.checks, rules=(RULE,))
        self.now = DAWN
        self.brain = Brain(self.estate, Memory(), AT_ONCE, [CONTACT], self.now)
        self.loss: dict[str, float] = {}
        self.outcomes: list[Outcome] = []
        self._order = sorted(GATEWAYS)
        self.run(3)

    def run(self, minutes: float, loss: Mapping[str, float] | None = None) -> None:
        """Let time pass in seconds; each target is summed up at a phase of its own."""
        self.loss = dict(loss if loss is not None else self.loss)
        end = self.now + timedelta(minutes=minutes)
        checks = [c for c in self.estate.checks if c.reach]
        while self.now < end:
            self.now += timedelta(seconds=1)
            second = int((self.now - DAWN).total_seconds())
            batch = [self._summary(c.target) for n, c in enumerate(checks) if second % 30 == n % 30]
            self.outcomes += [self.brain.feed(batch, self.now), self.brain.tick(self.now)]

    def _summary(self, target: str) -> Reading:
        share = self.loss.get(target, 0.0)
        series = Series.of(LOSS, (("instance", target),))
        return Reading(f"{target}/icmp", "center", self.now, [(series, share)], loss=share)

    @property
    def open(self) -> dict[str, set[str]]:
        return {i.root: set(i.present) - {i.root} for i in self.brain.incidents}

    @property
    def incidents(self) -> dict[str, Incident]:
        return {i.id: i for o in self.outcomes for i in o.incidents}

    def told(self, purpose: Purpose) -> list[str]:
        known = self.incidents
        notes = (n for o in self.outcomes for n in o.notifications if n.purpose is purpose)
        return [known[code].root for code in dict.fromkeys(n.incident or "" for n in notes)]


def test_loss_on_a_hubs_line_is_one_incident_told_once_and_over_once() -> None:
    story = Story()
    behind = {f"c1{k}-gw" for k in range(1, 6)}
    story.run(10, dict.fromkeys({"hub1-gw", *behind}, 0.2))
    assert story.open == {"hub1-gw": behind}
    assert story.told(Purpose.PROBLEM) == ["hub1-gw"]
    (incident,) = story.brain.incidents
    said = render(
        Telling(Purpose.PROBLEM, incident, story.now),
        story.brain.topology,
        "vi",
        message_id="1",
        to="x",
    )
    assert "5 đối tượng cùng đi qua đây cũng vậy" in said.body
    story.run(10, {})
    assert story.open == {}
    assert story.told(Purpose.RECOVERY) == ["hub1-gw"]
    assert [i.state for i in story.incidents.values()] == [IncidentState.RECOVERED]


def test_loss_in_a_ring_is_the_rings_and_a_line_beside_it_has_its_own() -> None:
    story = Story()
    story.run(10, dict.fromkeys(("c11-gw", "c12-gw", "c13-gw", "c21-gw"), 0.2))
    assert story.open == {"ring:1": {"c11-gw", "c12-gw", "c13-gw"}, "c21-gw": set()}
    assert sorted(story.told(Purpose.PROBLEM)) == ["c21-gw", "ring:1"]
    story.run(10, {})
    assert story.open == {}
    assert sorted(story.told(Purpose.RECOVERY)) == ["c21-gw", "ring:1"]


def test_a_line_that_was_bad_alone_is_taken_over_when_its_hub_turns_bad_and_given_back() -> None:
    story = Story()
    story.run(8, {"c11-gw": 0.2})
    assert story.open == {"c11-gw": set()}
    story.run(8, {"c11-gw": 0.2, "hub1-gw": 0.2, "c12-gw": 0.2})
    assert story.open == {"hub1-gw": {"c11-gw", "c12-gw"}}
    story.run(8, {"c11-gw": 0.2})
    assert story.open == {"c11-gw": set()}
    story.run(8, {})
    assert story.open == {}


CALLS = Topology(estate(hubs=3, communes=5, reserves=(3,)))
HUB1, HUB2 = ([f"c{h}{k}-vc" for k in range(1, 6)] for h in (1, 2))


def agreed(bad: list[str], good: list[str], bridge: str = "bridge") -> dict[str, str]:
    calls = dict.fromkeys([*bad, *good], bridge)
    found = agreements(CALLS, set(bad), calls)
    return {end: one.segment for end, one in found.items()}


def test_bad_calls_of_one_hub_are_the_hubs_line_when_others_are_good() -> None:
    assert agreed(HUB1, HUB2) == dict.fromkeys(HUB1, "line1")
    found = agreements(CALLS, set(HUB1), dict.fromkeys([*HUB1, *HUB2], "bridge"))
    assert found["c11-vc"] == Agreement("line1", at_bridge=False, bad=5, measured=5)


def test_good_calls_over_a_line_speak_against_it() -> None:
    assert agreed(HUB1[:4], [HUB1[4], *HUB2]) == dict.fromkeys(HUB1[:4], "line1")
    assert agreed(HUB1[:3], [*HUB1[3:], *HUB2]) == {}


def test_too_few_places_and_rooms_that_are_not_measured_blame_nobody() -> None:
    assert agreed(HUB1[:1], HUB2) == {}
    assert agreed(HUB1[:2], HUB2) == {}
    assert agreed(HUB1[:3], HUB2) == dict.fromkeys(HUB1[:3], "line1")


def test_rooms_of_one_place_are_one_witness() -> None:
    shape = estate(hubs=2, communes=1)
    rooms = [device(f"c11-vc{n}", "c11", "endpoint", "c11-gw") for n in range(1, 4)]
    together = Topology(Estate(targets=(*shape.targets, *rooms)))
    bad = {one.slug for one in rooms}
    assert agreements(together, bad, dict.fromkeys([*bad, "c21-vc"], "bridge")) == {}


def test_bad_calls_over_different_lines_are_the_bridges_they_hang_on() -> None:
    both = [*HUB1, *HUB2]
    assert agreed(both, []) == dict.fromkeys(both, "bridge")
    found = agreements(CALLS, set(both), dict.fromkeys(both, "bridge"))
    assert found["c11-vc"].at_bridge


def test_a_good_call_on_another_bridge_leaves_the_line_above_alone() -> None:
    calls = dict.fromkeys([*HUB1, *HUB2], "bridge") | {"hub3-vc": "elsewhere"}
    assert {one.segment for one in agreements(CALLS, {*HUB1, *HUB2}, calls).values()} == {"bridge"}


def test_of_a_bridge_that_is_not_known_nothing_beside_the_vantage_is_blamed() -> None:
    assert agreed([*HUB1, *HUB2], [], bridge="") == {
        **dict.fromkeys(HUB1, "line1"),
        **dict.fromkeys(HUB2, "line2"),
    }


def test_where_a_way_forks_neither_of_its_lines_is_blamed() -> None:
    bad = [f"c3{k}-vc" for k in range(1, 6)]
    assert set(agreed(bad, HUB1).values()) == {"hub3-gw"}


def test_the_order_in_which_calls_are_known_changes_nothing() -> None:
    dice = random.Random(4)
    for _ in range(300):
        ends = [*HUB1, *HUB2, *(f"c3{k}-vc" for k in range(1, 6))]
        bad = set(dice.sample(ends, dice.randrange(len(ends) + 1)))
        measured = [*bad, *dice.sample(ends, 5)]
        found = agreements(CALLS, bad, dict.fromkeys(measured, "bridge"))
        dice.shuffle(measured)
        assert agreements(CALLS, bad, dict.fromkeys(measured, "bridge")) == found
        for end, one in found.items():
            assert end in bad
            assert one.segment in road(CALLS, end, "bridge")
            over = {e for e in measured if one.segment in road(CALLS, e, "bridge")}
            assert (one.bad, one.measured) == (len(over & bad), len(over))
