"""What began together and has something in common is explained by it, and by nothing dearer."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.explanation import ALONE, Failure, Sharing, explained
from tests.factories import DAWN

RINGS = {
    "ring:1": Sharing("ring", 4),
    "ring:2": Sharing("ring", 4),
    "carrier:v": Sharing("carrier", 10),
}


def failed(root: str, *groups: str, after: float = 0.0) -> Failure:
    return Failure(root, DAWN + timedelta(seconds=after), dict.fromkeys(groups, root))


def ring(number: int, *roots: str, after: float = 0.0) -> list[Failure]:
    return [failed(root, f"ring:{number}", "carrier:v", after=after) for root in roots]


def test_a_whole_ring_is_one_trouble() -> None:
    assert explained(ring(1, "a", "b", "c", "d"), RINGS, {}) == dict.fromkeys("abcd", "ring:1")


def test_a_line_beside_a_ring_is_a_trouble_of_its_own() -> None:
    failures = [*ring(1, "a", "b", "c", "d"), failed("x", "carrier:v")]
    assert explained(failures, RINGS, {}) == dict.fromkeys("abcd", "ring:1")


def test_all_that_a_carrier_has_is_the_carriers_trouble() -> None:
    failures = [
        *ring(1, *"abcd"),
        *ring(2, *"efgh"),
        failed("x", "carrier:v"),
        failed("y", "carrier:v"),
    ]
    assert set(explained(failures, RINGS, {}).values()) == {"carrier:v"}


def test_two_broken_rings_of_a_large_carrier_are_two_troubles() -> None:
    groups = {**RINGS, "carrier:v": Sharing("carrier", 60)}
    found = explained([*ring(1, *"abcd"), *ring(2, *"efgh")], groups, {})
    assert found == dict.fromkeys("abcd", "ring:1") | dict.fromkeys("efgh", "ring:2")


def test_two_of_four_may_be_chance_and_two_of_two_are_not() -> None:
    assert explained(ring(1, "a", "b"), RINGS, {}) == {}
    pair = {"ring:1": Sharing("ring", 2)}
    assert explained(ring(1, "a", "b"), pair, {}) == dict.fromkeys("ab", "ring:1")


def test_what_fell_minutes_apart_is_not_one_trouble() -> None:
    failures = [f for n, root in enumerate("abcd") for f in ring(1, root, after=120.0 * n)]
    assert explained(failures, RINGS, {}) == {}


def test_a_storm_that_goes_on_for_minutes_is_one_while_it_never_pauses() -> None:
    failures = [f for n, root in enumerate("abcd") for f in ring(1, root, after=20.0 * n)]
    assert explained(failures, RINGS, {}) == dict.fromkeys("abcd", "ring:1")


def test_mains_take_all_of_a_site_or_are_not_blamed() -> None:
    mains = {"xa": Sharing("site", 3)}
    three = [Failure(d, DAWN, {"xa": d}) for d in ("switch", "codec", "pc")]
    assert explained(three, mains, {}) == dict.fromkeys(("switch", "codec", "pc"), "xa")
    assert explained(three[:2], mains, {}) == {}


def test_what_is_left_of_a_trouble_stays_its_own_while_the_rest_comes_back() -> None:
    held = dict.fromkeys("abcd", "ring:1")
    assert explained(ring(1, "d"), RINGS, held) == {"d": "ring:1"}


def test_a_ring_that_is_left_of_a_carriers_trouble_remains_the_carriers() -> None:
    held = dict.fromkeys("abcdefgh", "carrier:v")
    assert explained(ring(1, *"abcd"), RINGS, held) == dict.fromkeys("abcd", "carrier:v")


def test_a_ring_becomes_its_carriers_trouble_when_the_rest_falls_too() -> None:
    held = dict.fromkeys("abcd", "ring:1")
    failures = [*ring(1, *"abcd"), *ring(2, *"efgh", after=5), failed("x", "carrier:v", after=6)]
    assert set(explained(failures, RINGS, held).values()) == {"carrier:v"}


def test_a_line_that_fell_alone_long_ago_joins_nothing() -> None:
    failures = [*ring(1, "a"), *ring(1, "b", "c", "d", after=3600)]
    assert explained(failures, RINGS, {"a": "a"}) == dict.fromkeys("bcd", "ring:1")


def cost(failures: list[Failure], groups: Mapping[str, Sharing], blamed: frozenset[str]) -> float:
    """What it costs in all to blame some groups: each takes whatever of it failed."""
    total = 0.0
    covered: set[str] = set()
    for group in blamed:
        members = {f.root for f in failures if group in f.groups}
        if len(members) < min(3, groups[group].members) or len(members) < 2:
            return float("inf")
        covered |= members
        spared = groups[group].members - len(members)
        total += {"ring": 3.0, "carrier": 6.0}[groups[group].kind]
        total += {"ring": 0.3, "carrier": 0.1}[groups[group].kind] * spared
    return total + ALONE * len({f.root for f in failures} - covered)


def cheapest(failures: list[Failure], groups: Mapping[str, Sharing]) -> float:
    """Try every set of groups."""
    choices = [c for n in range(len(groups) + 1) for c in combinations(sorted(groups), n)]
    return min(cost(failures, groups, frozenset(choice)) for choice in choices)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_of_rings_and_their_carrier_the_cheapest_explanation_is_found(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(2, 6), min_size=1, max_size=5))
    loose = data.draw(st.integers(0, 12))  # lines of the carrier on no ring
    groups: dict[str, Sharing] = {
        f"ring:{n}": Sharing("ring", size) for n, size in enumerate(sizes)
    }
    groups["carrier:v"] = Sharing("carrier", sum(sizes) + loose)
    failures = [
        failed(f"r{n}-{k}", f"ring:{n}", "carrier:v")
        for n, size in enumerate(sizes)
        for k in range(data.draw(st.integers(0, size)))
    ]
    failures += [failed(f"x{k}", "carrier:v") for k in range(data.draw(st.integers(0, loose)))]
    shuffled = data.draw(st.permutations(failures))
    found = explained(shuffled, groups, {})
    assert found == explained(failures, groups, {})
    blamed = frozenset(found.values())
    ours = sum(groups[g].cost(len({f.root for f in failures if g in f.groups})) for g in blamed)
    ours += ALONE * (len(failures) - len(found))
    assert ours == pytest.approx(cheapest(failures, groups))
