"""Who lies behind whom, and when is anybody expected to be on?"""

from datetime import UTC, datetime, time

import pytest

from alerts.severity import class_of, severity
from alerts.topology import Topology, expected_since, next_boundary
from core.clock import LOCAL
from core.incident import Severity
from core.watching import Estate, Hours
from tests.alerts.province import device, estate, link, site

TOPOLOGY = Topology(estate(hubs=2, communes=3, reserves=(2,)))
OFFICE = (
    Hours(days=(1, 2, 3, 4, 5), begin=time(7, 30), end=time(11, 30)),
    Hours(days=(1, 2, 3, 4, 5), begin=time(13, 30), end=time(17, 0)),
)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 in Vietnam; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


def test_uplinks_come_before_what_they_carry() -> None:
    seen: set[str] = set()
    for slug in TOPOLOGY.order:
        assert seen.issuperset(TOPOLOGY.uplinks[slug])
        seen.add(slug)


def test_behind_a_target_lies_what_has_no_other_way() -> None:
    assert TOPOLOGY.behind("line-c11") == {"line-c11", "c11-gw", "c11-vc"}
    assert "hub1-gw" in TOPOLOGY.behind("line1")
    assert TOPOLOGY.behind("line2") == {"line2"}
    assert "hub2-gw" not in TOPOLOGY.behind("core")


def test_a_loop_is_opened_and_not_followed_for_ever() -> None:
    targets = (
        device("a", "s", "gateway", "b"),
        device("b", "s", "gateway", "a"),
        device("c", "s", "endpoint", "b", "nobody", "c"),
    )
    topology = Topology(Estate(targets=targets))
    assert sorted(topology.order) == ["a", "b", "c"]
    assert topology.uplinks["c"] == ("b",)


@pytest.mark.parametrize(
    ("slug", "klass"),
    [
        ("core", "center"),
        ("bridge", "center"),
        ("center", "center"),
        ("hub1", "hub"),
        ("hub1-gw", "hub"),
        ("hub1-vc", "device"),
        ("line1", "link_hub"),
        ("line-c11", "link_site"),
        ("c11-gw", "site"),
        ("c11", "site"),
        ("c11-vc", "device"),
    ],
)
def test_every_target_has_a_class(slug: str, klass: str) -> None:
    assert class_of(TOPOLOGY, slug) == klass


def test_a_target_that_belongs_nowhere_is_an_ordinary_one() -> None:
    targets = (device("x", "gone", "gateway"), link("l", "x", "gone", "gone"))
    topology = Topology(Estate(targets=targets))
    assert class_of(topology, "x") == "site"
    assert class_of(topology, "l") == "link_site"


def test_severity_goes_by_class_and_by_how_much_went_with_it() -> None:
    assert severity(TOPOLOGY, "line1", ("line1", "hub1")) is Severity.CRITICAL
    assert severity(TOPOLOGY, "line2", ("line2",)) is Severity.MAJOR
    assert severity(TOPOLOGY, "line-c11", ("line-c11", "c11")) is Severity.MAJOR
    assert severity(TOPOLOGY, "c11-vc", ("c11-vc",)) is Severity.WARNING
    assert severity(TOPOLOGY, "c11-vc", ("c11-vc", "c11", "c12", "c13")) is Severity.CRITICAL


def test_a_site_is_reached_by_its_gateways_or_else_by_all_it_has() -> None:
    assert TOPOLOGY.heads("center") == ("core", "core2")
    plain = Topology(
        Estate(targets=(site("s", "site", "a", "b"), *(device(d, "s", "endpoint") for d in "ab")))
    )
    assert plain.heads("s") == ("a", "b")


@pytest.mark.parametrize(
    ("at", "begin"),
    [
        (local(23, 7, 29), None),
        (local(23, 7, 30), local(23, 7, 30)),
        (local(23, 11, 29), local(23, 7, 30)),
        (local(23, 11, 30), None),
        (local(23, 16, 59), local(23, 13, 30)),
        (local(22, 9), None),
    ],
)
def test_hours_are_local_and_half_open(at: datetime, begin: datetime | None) -> None:
    assert expected_since(OFFICE, at) == begin


def test_what_has_no_hours_is_always_expected() -> None:
    assert expected_since((), local(22, 3)) is not None


def test_an_evening_until_23_59_means_until_midnight() -> None:
    evening = (Hours(days=(7,), begin=time(18), end=time(23, 59)),)
    assert expected_since(evening, local(22, 23, 59)) == local(22, 18)


def test_the_next_edge_of_any_calendar_is_known() -> None:
    assert next_boundary([OFFICE], local(23, 7, 30)) == local(23, 11, 30)
    assert next_boundary([OFFICE], local(22, 12)) == local(23, 7, 30)
    assert next_boundary([OFFICE], local(27, 18)) == local(30, 7, 30)
    assert next_boundary([], local(22, 12)) is None
