"""The board as data: nothing watched is missing from it, and the worst comes first."""

from api.board import draw, find, worst
from api.paths import sites_above, up
from api.snapshot import Picture, worst_first
from core.incident import Incident, Severity
from core.status import Status, TargetState
from core.watching import Estate, TargetKind
from tests.api.world import DAWN, HUB, PROVINCE, estate, hub_cut, inventory
from tests.factories import a_target


def picture(known: Estate | None = None, /, **statuses: Status) -> Picture:
    """Return a picture in which all is up but what is named (`_` stands for `-`)."""
    known = known or estate()
    changed = {slug.replace("_", "-"): status for slug, status in statuses.items()}
    states = {
        t.slug: TargetState(t.slug, changed.get(t.slug, Status.UP), DAWN) for t in known.targets
    }
    units = {unit.slug: unit for unit in inventory().units}
    return Picture((), 0, known, states, (), units)


def test_every_site_is_counted_once_in_the_tree() -> None:
    board = draw(picture())
    assert [node.slug for node in board.tree] == [PROVINCE]
    assert board.tree[0].total == 6
    assert sum(board.counts[TargetKind.DEVICE].values()) == 12


def test_one_bad_commune_makes_its_province_as_bad_and_comes_first() -> None:
    board = draw(picture(ubnd_phu_nghia=Status.DEGRADED))
    assert board.tree[0].status is Status.DEGRADED
    assert board.tree[0].children[0].slug == "phu-nghia"


def test_unknown_is_worse_than_up_and_better_than_any_trouble() -> None:
    assert worst({Status.UP: 3, Status.UNKNOWN: 1}) is Status.UNKNOWN
    assert worst({Status.UNKNOWN: 3, Status.DEGRADED: 1}) is Status.DEGRADED
    assert worst({}) is Status.UNKNOWN


def test_a_hub_shows_how_the_sites_behind_it_are() -> None:
    cut = {t.target.replace("-", "_"): t.new for t in hub_cut(DAWN).transitions}
    board = draw(picture(**cut))
    hubs = {row.target.slug: row for row in board.hubs}
    assert [row.target.role for row in board.hubs] == ["center", "hub"]
    assert hubs[HUB].behind == {Status.UNREACHABLE: 3}
    assert hubs["center"].behind == {Status.UNREACHABLE: 4, Status.UP: 1}


def test_a_unit_is_found_with_its_ancestors() -> None:
    found = find(draw(picture()).tree, "dak-o")
    assert found is not None
    assert [node.slug for node in found[0]] == [PROVINCE]
    assert find(draw(picture()).tree, "nowhere") is None


def test_a_site_without_a_unit_is_still_on_the_board() -> None:
    lone = a_target("lone", kind=TargetKind.SITE, role="site")
    assert draw(picture(Estate(targets=(lone,)))).tree[0].total == 1


def test_the_way_up_ends_even_where_the_topology_is_a_ring() -> None:
    ring = {s: a_target(s, uplinks=(u,)) for s, u in (("a", "b"), ("b", "c"), ("c", "a"))}
    assert [step.target.slug for step in up(ring, ring["a"])] == ["a", "b", "c"]


def test_reserves_stand_beside_the_main_line() -> None:
    targets = {
        "gw": a_target("gw", uplinks=("line-1", "line-2", "gone")),
        "line-1": a_target("line-1", kind=TargetKind.LINK, role="link"),
        "line-2": a_target("line-2", kind=TargetKind.LINK, role="link"),
    }
    steps = up(targets, targets["gw"])
    assert [step.target.slug for step in steps] == ["gw", "line-1"]
    assert [other.slug for other in steps[1].others] == ["line-2"]


def test_the_sites_on_the_way_are_named_nearest_first() -> None:
    targets = {t.slug: t for t in estate().targets}
    assert list(sites_above(targets, targets["ubnd-dak-o"])) == [HUB, "center"]


def test_incidents_stand_by_severity_then_unanswered_then_size() -> None:
    def incident(number: int, severity: Severity, acked: str | None = None) -> Incident:
        return Incident(
            id=f"SC-{number}",
            root="gw",
            severity=severity,
            began_at=DAWN,
            decided_at=DAWN,
            acked_by=acked,
        )

    found = worst_first(
        [
            incident(1, Severity.WARNING),
            incident(2, Severity.CRITICAL, "ha"),
            incident(3, Severity.CRITICAL),
        ]
    )
    assert [one.id for one in found] == ["SC-3", "SC-2", "SC-1"]
