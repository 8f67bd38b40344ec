"""Where all is well nothing is weighed, and yet nothing comes out otherwise than by weighing it."""

import random
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from alerts.derived import Derived
from alerts.facts import Fact, Facts, Port
from alerts.rootcause import View, resolve
from alerts.topology import Topology
from core.status import Status, TargetState, Verdict
from core.watching import Estate, TargetKind
from tests.alerts.province import estate, serving
from tests.factories import DAWN

ESTATES = {
    "a tree": serving(estate(hubs=2, communes=3)),
    "a ring": serving(estate(hubs=3, communes=2, reserves=(1, 3))),
}
NOW = DAWN + timedelta(minutes=20)


def moment(chance: random.Random) -> datetime:
    return NOW - timedelta(seconds=chance.choice((0, 1, 2, 3, 5, 8, 15, 40, 70, 200, 900)))


def fact(chance: random.Random, calm: float) -> Fact:
    verdict = Verdict.OK if chance.random() < calm else chance.choice(list(Verdict))
    failing = verdict in {Verdict.FAILED, Verdict.SUSPECT}
    return Fact(
        verdict=verdict,
        since=moment(chance) if chance.random() < 0.9 else None,
        failed_at=moment(chance) if failing else None,
        last_ok=moment(chance),
        alive_since=moment(chance),
        confirmed_at=moment(chance),
        kind=chance.choice(("", "timeout", "refused")) if failing else "",
        degraded="http: slow" if chance.random() > calm else "",
        lossy=verdict is Verdict.LOSSY,
        interval=chance.choice((1.0, 30.0)),
        heard_within=chance.choice((None, 2.5)),
    )


def facts(what: Estate, chance: random.Random) -> Facts:
    calm = chance.choice((0.3, 0.7, 0.95, 1.0))
    looked_at = {check.target for check in what.checks}
    links = [t.slug for t in what.targets if t.kind is TargetKind.LINK]
    return Facts(
        targets={slug: fact(chance, calm) for slug in sorted(looked_at)},
        ports={
            slug: Port(moment(chance), up=chance.random() < calm, since=moment(chance))
            for slug in links
            if chance.random() < 0.5
        },
        before={
            t.slug: TargetState(
                t.slug,
                Status.UP if chance.random() < calm else chance.choice(list(Status)),
                moment(chance),
                "held",
            )
            for t in what.targets
            if chance.random() < 0.8
        },
    )


def weighed(topology: Topology, known: Facts) -> View:
    with patch.object(Derived, "_is_calm", return_value=False):
        return resolve(topology, known, NOW)


@pytest.mark.parametrize("name", ESTATES)
def test_a_site_at_which_all_is_up_is_as_it_would_be_if_everything_were_weighed(name: str) -> None:
    topology, chance = Topology(ESTATES[name]), random.Random(14)
    shown: set[str] = set()
    for _ in range(1000):
        known = facts(ESTATES[name], chance)
        view = resolve(topology, known, NOW)
        assert view == weighed(topology, known)
        shown |= {state.reason for state in view.states.values()}
    assert {"gateway_answers", "gateway_lost", "member_amiss", "parent_failed"} <= shown


def test_a_line_of_a_gateway_that_has_another_is_its_reserve() -> None:
    ring, tree = Topology(ESTATES["a ring"]), Topology(ESTATES["a tree"])
    assert not tree.reserved
    assert not any(tree.reserves.values())
    for site, lines in ring.reserves.items():
        for line in lines:
            assert any(len(ring.uplinks[user]) > 1 for user in ring.users[line]), site
    assert any(ring.reserves.values())
