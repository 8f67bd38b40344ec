"""A slow or lossy segment is one trouble; whoever behind it does not agree stays apart."""

from collections.abc import Mapping
from datetime import timedelta

from alerts.brain import Brain
from alerts.segments import is_of_the_path, speakers
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import Incident, IncidentState, Purpose
from core.inventory import Rule
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import Reading
from core.watching import Estate, TargetKind
from tests.alerts.province import AT_ONCE, CONTACT, estate, sharing
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
