"""The same facts in any order of arrival make the same incidents, told in the same words."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.brain import Brain
from alerts.wording import Telling, render
from core.incident import Incident, IncidentState, Purpose
from core.outcome import Memory, Outcome
from core.reading import Failure, FailureKind, Reading
from core.watching import Confirm, Estate, TargetKind
from tests.alerts.province import AT_ONCE, CONTACT, estate, serving, sharing
from tests.factories import DAWN

BEGUN = DAWN + timedelta(seconds=60)
Seen = dict[str, object]


def plain(what: Estate) -> Estate:
    """Return an estate whose reach checks are confirmed by one failure: one reading, one fact."""
    checks = [
        check.model_copy(
            update={
                "verify": None,
                "interval": 60.0,
                "confirm": Confirm(failures=1, window=1),
            }
        )
        for check in what.checks
        if check.reach
    ]
    return Estate(targets=what.targets, checks=tuple(checks))


TREE = plain(serving(estate(hubs=2, communes=3)))
SHARED = plain(
    sharing(
        estate(hubs=2, communes=4, reserves=(1,)),
        {
            "ring:1": ("line-c11", "line-c12", "line-c13"),
            "carrier:v": [f"line-c{h}{k}" for h in (1, 2) for k in range(1, 5)],
            "feeder:473": ("c21", "c22", "c23"),
        },
    )
)
RING = plain(serving(estate(hubs=3, communes=2, reserves=(1, 3))))
DERIVED = {TargetKind.SITE, TargetKind.ROOM}


def silent(what: Estate, cut: set[str]) -> set[str]:
    by_slug = {t.slug: t for t in what.targets}

    def reachable(slug: str) -> bool:
        ups = by_slug[slug].uplinks
        return slug not in cut and (not ups or any(reachable(u) for u in ups))

    probed = {check.target for check in what.checks}
    return {slug for slug in probed if not reachable(slug)}


def story(what: Estate, cut: set[str], chance: random.Random) -> list[Reading]:
    """Return what is seen of a cut: who fell silent when, and who answered after that."""
    dead = silent(what, cut)
    readings = []
    for check in sorted(what.checks, key=lambda c: c.slug):
        if check.target in dead:
            at = BEGUN + timedelta(milliseconds=chance.randrange(1000))
            failure = Failure(FailureKind.TIMEOUT, "no reply")
            readings.append(Reading(check.slug, "center", at, failure=failure))
        else:
            readings.append(Reading(check.slug, "center", BEGUN + timedelta(seconds=1.1)))
    return readings


def tell(what: Estate, arrivals: list[tuple[float, Reading]]) -> tuple[Brain, list[Outcome]]:
    brain = Brain(what, Memory(), AT_ONCE, [CONTACT], DAWN)
    calm = [Reading(c.slug, "center", DAWN + timedelta(seconds=1)) for c in what.checks]
    outcomes = [brain.feed(calm, DAWN + timedelta(seconds=2))]
    now = BEGUN + timedelta(seconds=1.2)
    for after, reading in arrivals:
        now = max(now, BEGUN + timedelta(seconds=1.2 + after))
        outcomes += [brain.feed([reading], now), brain.tick(now)]
    for _ in range(60):
        now += timedelta(seconds=0.2)
        outcomes.append(brain.tick(now))
    return brain, outcomes


def seen(brain: Brain) -> Seen:
    """Return all that anybody may know of the open incidents but when and how we decided."""
    return {
        incident.root: (
            incident.began_at,
            incident.cause,
            incident.severity,
            frozenset(incident.present),
            words(brain, incident),
        )
        for incident in brain.incidents
    }


def words(brain: Brain, incident: Incident) -> str:
    named = incident.model_copy(update={"id": "SC-20261122-0001"})
    telling = Telling(Purpose.PROBLEM, named, BEGUN)
    return render(telling, brain.topology, "vi", message_id="1", to="x").body


def roots_told(outcomes: list[Outcome]) -> list[str]:
    """Return the roots of the messages: of equal ones the ledger keeps the first."""
    incidents = {i.id: i for o in outcomes for i in o.incidents}
    told = {
        (n.incident, n.recipient, n.channel)
        for o in outcomes
        for n in o.notifications
        if n.purpose is Purpose.PROBLEM and n.incident is not None
    }
    return sorted(incidents[incident].root for incident, _, _ in told)


CUTS = {
    "a hub's line": (TREE, {"line1"}, ["line1"]),
    "a commune's line": (TREE, {"line-c11"}, ["line-c11"]),
    "a hub's line and a commune's line elsewhere": (
        TREE,
        {"line1", "line-c21"},
        ["line-c21", "line1"],
    ),
    "everything behind the first core": (TREE, {"core"}, ["core"]),
    "a hub with two lines": (RING, {"hub1-gw"}, ["hub1-gw"]),
    "a service alone": (TREE, {"hub1-web"}, ["hub1-web"]),
    "a service outside and one whose server is dead": (
        TREE,
        {"abroad", "bridge"},
        ["abroad", "bridge"],
    ),
    "a hub's line and a service elsewhere": (TREE, {"line1", "portal"}, ["line1", "portal"]),
    "an endpoint that is a room's": (TREE, {"hub1-vc", "c11-web"}, ["c11-web", "hub1-vc"]),
    "a ring of a carrier": (SHARED, {"line-c11", "line-c12", "line-c13"}, ["ring:1"]),
    "a ring, and a line elsewhere": (
        SHARED,
        {"line-c11", "line-c12", "line-c13", "line-c24"},
        ["line-c24", "ring:1"],
    ),
    "all of a carrier": (
        SHARED,
        {f"line-c{h}{k}" for h in (1, 2) for k in range(1, 5)},
        ["carrier:v"],
    ),
    "a feeder": (
        SHARED,
        {f"c2{k}-{d}" for k in (1, 2, 3) for d in ("gw", "vc")},
        ["feeder:473"],
    ),
    "a ring, and the reserve line of a hub": (
        SHARED,
        {"line-c11", "line-c12", "line-c13", "line1b"},
        ["ring:1"],
    ),
    "a hub with one line and a dead endpoint": (RING, {"line2", "c11-vc"}, ["c11-vc", "line2"]),
}


@pytest.mark.full
@pytest.mark.parametrize("name", CUTS)
def test_any_of_ten_thousand_orders_of_arrival_gives_the_same_incidents_and_no_other_message(
    name: str, full: bool
) -> None:
    what, cut, roots = CUTS[name]
    readings = story(what, cut, random.Random(7))
    expected: Seen | None = None
    for seed in range(10_000 // len(CUTS) + 1 if full else 100):
        chance = random.Random(seed)
        chance.shuffle(readings)
        times = sorted(chance.random() * 2.5 for _ in readings)
        brain, outcomes = tell(what, list(zip(times, readings, strict=True)))
        found = seen(brain)
        expected = expected or found
        assert found == expected
        assert sorted(found) == roots
        assert roots_told(outcomes) == roots


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_cuts_told_as_late_as_may_be_end_in_the_same_incidents(data: st.DataObject) -> None:
    what = data.draw(st.sampled_from([TREE, RING]))
    candidates = sorted(t.slug for t in what.targets if t.kind not in DERIVED)
    cut = set(data.draw(st.lists(st.sampled_from(candidates), min_size=1, max_size=3)))
    chance = random.Random(data.draw(st.integers(0, 10**6)))
    readings = story(what, cut, chance)
    prompt, _ = tell(what, [(0.0, r) for r in readings])
    for spread in (2.5, 30.0):
        chance.shuffle(readings)
        times = sorted(chance.random() * spread for _ in readings)
        late, outcomes = tell(what, list(zip(times, readings, strict=True)))
        assert seen(late) == seen(prompt)
        ended = {i.id: i.state for o in outcomes for i in o.incidents}
        assert IncidentState.RECOVERED not in ended.values()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_transitions_of_every_target_form_a_chain(seed: int) -> None:
    chance = random.Random(seed)
    slugs = sorted(t.slug for t in RING.targets if t.kind not in DERIVED)
    readings = story(RING, set(chance.sample(slugs, 3)), chance)
    readings += [Reading(r.check, "center", r.at + timedelta(seconds=40)) for r in readings]
    times = sorted(chance.random() * 60 for _ in readings)
    _, outcomes = tell(RING, list(zip(times, readings, strict=True)))
    last: dict[str, tuple[str, object]] = {}
    for transition in (t for o in outcomes for t in o.transitions):
        status, at = last.get(transition.target, ("unknown", None))
        assert transition.old == status
        if at is not None:
            assert (transition.at - at).total_seconds() >= 1  # type: ignore[operator]
        assert transition.at <= transition.recorded_at
        last[transition.target] = (transition.new, transition.at)
