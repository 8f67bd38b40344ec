"""What a silence means: its own incidents, and no more than it says."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.pausing import concerns, covered, paused
from core.incident import Incident, Member, Severity
from core.silence import Scope, Silence
from core.watching import Target, TargetKind
from tests.alerts.province import World, estate

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARGETS = {
    target.slug: target.model_copy(
        update={
            "unit_path": ("tinh", target.site or target.slug),
            "site": target.site or target.slug,
        }
    )
    for target in estate(hubs=2, communes=2).targets
}


def trouble(root: str, *others: str) -> Incident:
    members = tuple(Member(target=slug, joined_at=NOW) for slug in (root, *others))
    return Incident(
        id="SC-20261122-0001",
        root=root,
        severity=Severity.MAJOR,
        began_at=NOW,
        decided_at=NOW,
        members=members,
    )


def quiet(
    code: str,
    lasting: timedelta = HOUR,
    *,
    targets: tuple[str, ...] = (),
    carriers: tuple[str, ...] = (),
    units: tuple[str, ...] = (),
) -> Silence:
    return Silence(
        id=code,
        begin=NOW,
        end=NOW + lasting,
        until=NOW + lasting,
        owner="an",
        reason="Chờ vật tư",
        recorded_at=NOW,
        targets=targets,
        carriers=carriers,
        units=units,
    )


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        (Scope(incidents=("SC-20261122-0001",)), True),
        (Scope(incidents=("SC-20261122-0002",)), False),
        (Scope(targets=("line-c11",)), True),
        (Scope(targets=("c11",)), True),  # the site that the line leads to
        (Scope(targets=("hub1",)), False),
        (Scope(carriers=("  vnpt ",)), True),
        (Scope(carriers=("Viettel",)), False),
        (Scope(circuits=("vnpt-line-c11",)), True),
        (Scope(circuits=("VNPT-line-c12",)), False),
        (Scope(units=("c11",)), True),
        (Scope(units=("tinh",)), True),
        (Scope(units=("c12",)), False),
    ],
)
def test_a_lost_line_is_meant_by_its_names_its_carrier_and_where_it_leads(
    scope: Scope, meant: bool
) -> None:
    incident = trouble("line-c11", "c11-gw", "c11")
    assert concerns(scope, incident, TARGETS) is meant


def test_quiet_in_one_unit_hides_nothing_that_touches_another() -> None:
    hub = trouble("line1", "hub1", "c11", "c12")
    assert not concerns(Scope(units=("hub1",)), hub, TARGETS)
    assert concerns(Scope(units=("hub1", "c11", "c12")), hub, TARGETS)
    assert concerns(Scope(targets=("line1",)), hub, TARGETS)  # who named the line meant all of it


def test_what_the_inventory_does_not_know_is_meant_by_its_name_alone() -> None:
    gone = trouble("gone")
    assert not concerns(Scope(units=("tinh",), carriers=("VNPT",)), gone, TARGETS)
    assert concerns(Scope(targets=("gone",)), gone, TARGETS)


def test_of_silences_the_one_that_lasts_longest_holds_a_problem_back() -> None:
    incident = trouble("line-c11")
    silences = [
        quiet("TD-1", targets=("line-c11",)),
        quiet("TD-2", 3 * HOUR, carriers=("VNPT",)),
        quiet("TD-3", 9 * HOUR, targets=("line-c12",)),
    ]
    pause = paused(incident, TARGETS, silences, NOW)
    assert pause is not None
    assert (pause.by, pause.until, pause.owner) == ("TD-2", NOW + 3 * HOUR, "an")
    assert paused(incident, TARGETS, silences, NOW + 3 * HOUR) is None
    assert paused(incident, TARGETS, silences, NOW - HOUR) is None


def test_who_named_a_gateway_meant_its_silence_though_its_line_is_blamed() -> None:
    named = Scope(targets=("c11-gw",))
    assert concerns(named, trouble("line-c11", "c11-gw", "c11-vc", "c11"), TARGETS)
    assert not concerns(named, trouble("line-c12", "c12-gw", "c12"), TARGETS)
    both = Scope(targets=("hub1-gw",))
    assert concerns(both, trouble("line1", "hub1-gw", "hub1", "c11", "c12"), TARGETS)
    assert not concerns(both, trouble("line1"), TARGETS)  # the hub lives on by its other line
    assert not concerns(named, trouble("line1", "hub1-gw", "c11-gw", "hub1", "c11"), TARGETS)


WHAT = estate(hubs=2, communes=2, reserves=(2,), addressed=True)
DEVICES = sorted(t.slug for t in WHAT.targets if t.kind is TargetKind.DEVICE)


@pytest.mark.parametrize("device", DEVICES)
def test_a_silence_of_a_device_holds_whatever_its_death_is_told_as(device: str) -> None:
    world = World(WHAT)
    world.run(35)
    world.cut(device)
    world.run(20)
    [incident] = world.brain.incidents
    assert concerns(Scope(targets=(device,)), incident, world.brain.topology.targets)


def test_silences_that_cover_a_problem_only_together_hold_it_until_the_first_is_over() -> None:
    hub = trouble("line1", "hub1", "c11", "c12")
    silences = [
        quiet("TD-1", 2 * HOUR, units=("hub1", "c11")),
        quiet("TD-2", HOUR, units=("c12",)),
        quiet("TD-3", 9 * HOUR, units=("c21",)),
        quiet("TD-4", 3 * HOUR, targets=("line-c21",)),
    ]
    pause = paused(hub, TARGETS, silences, NOW)
    assert pause is not None
    assert (pause.by, pause.until) == ("TD-2", NOW + HOUR)
    assert [one.by for one in pause.beside] == ["TD-1"]
    assert paused(hub, TARGETS, silences[:1], NOW) is None
    longer = [*silences, quiet("TD-5", 4 * HOUR, units=("c12", "c21"))]
    pause = paused(hub, TARGETS, longer, NOW)
    assert pause is not None
    assert (pause.by, [one.by for one in pause.beside]) == ("TD-1", ["TD-5"])


def test_a_silence_that_was_ended_holds_nothing_back() -> None:
    ended = quiet("TD-1", targets=("line-c11",)).model_copy(update={"ended_at": NOW})
    assert paused(trouble("line-c11"), TARGETS, [ended], NOW) is None


def test_a_silence_that_means_nothing_is_found_out() -> None:
    assert covered(Scope(targets=("c11",)), TARGETS) == 4  # site, line, gateway, endpoint
    assert covered(Scope(targets=("gone",), carriers=("FPT",)), TARGETS) == 0


def test_a_target_of_no_unit_is_in_no_unit() -> None:
    outside = Target(slug="out", kind=TargetKind.SERVICE, name="Ngoài", role="website")
    assert not concerns(Scope(units=("",)), trouble("out"), {"out": outside})
