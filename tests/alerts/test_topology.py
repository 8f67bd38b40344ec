"""Who lies behind whom?"""

import pytest

from alerts.severity import class_of, severity
from alerts.topology import Topology
from core.incident import Severity
from core.watching import Estate
from tests.alerts.province import device, estate, link, site

TOPOLOGY = Topology(estate(hubs=2, communes=3, reserves=(2,)))


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
