"""What is written beside measurements, and that it ends when it is no longer so."""

from datetime import timedelta

from core.incident import Incident, Severity
from core.inventory import Unit, UnitLevel
from core.reading import Failure, FailureKind, Reading, is_stale
from core.watching import Check
from runtime.surroundings import (
    MOST_INCIDENTS,
    Lapse,
    incident_samples,
    line_samples,
    unit_samples,
)
from runtime.tally import Tally
from tests.api.world import COMMUNES, PROVINCE, estate, inventory
from tests.factories import DAWN


def _incident(number: int, severity: Severity, root: str = "link-an-loc") -> Incident:
    at = DAWN + timedelta(seconds=number)
    return Incident(
        id=f"SC-20261122-{number:04d}",
        root=root,
        severity=severity,
        began_at=at,
        decided_at=at,
        cause="silence",
    )


def test_units_with_targets_are_named_and_know_the_units_above() -> None:
    found = {str(series) for series, _ in unit_samples(estate(), inventory().units)}
    assert (
        'unit_info{commune="dak-o",level="commune",name="Xã Đăk Ơ",province="dong-nai",'
        'unit="dak-o"}' in found
    )
    assert len(found) == len(COMMUNES) + 1
    assert any('level="province"' in one for one in found)


def test_a_unit_that_holds_nothing_is_left_out() -> None:
    empty = Unit(
        slug="xa-khac", code="25999", level=UnitLevel.COMMUNE, name="Xã Khác",
        parent=PROVINCE, province_code="75",
    )  # fmt: skip
    names = [str(s) for s, _ in unit_samples(estate(), (*inventory().units, empty))]
    assert not any("xa-khac" in name for name in names)


def test_a_line_is_told_by_both_ends_with_the_port_where_it_is_known() -> None:
    found = {str(series): value for series, value in line_samples(estate())}
    assert (
        'link_end_info{end="near",ifName="Gi0/0",instance="core-1",link="link-dong-xoai"}' in found
        or 'link_end_info{end="near",ifName="Gi0/1",instance="core-1",link="link-an-loc"}' in found
    )
    assert 'link_end_info{end="far",instance="gw-an-loc",link="link-an-loc"}' in found
    assert found['link_capacity_bits_per_second{link="link-an-loc"}'] == 50e6


def test_a_storm_of_incidents_makes_few_series_and_counts_them_all() -> None:
    storm = [_incident(n, Severity.WARNING) for n in range(80)]
    storm.append(_incident(99, Severity.CRITICAL))
    found = {str(series): value for series, value in incident_samples(storm, estate())}
    alone = [name for name in found if name.startswith("incident_open")]
    assert len(alone) == MOST_INCIDENTS
    assert any('severity="critical"' in name for name in alone)
    assert found['incidents_open{severity="warning"}'] == 80
    assert found['incidents_open{severity="info"}'] == 0


def test_an_incident_names_its_root_and_the_units_by_which_boards_choose() -> None:
    [sample, *_] = incident_samples([_incident(1, Severity.MAJOR)], estate())
    labels = dict(sample[0].labels)
    assert labels["name"] == "Kênh TSLCD Gateway Phường An Lộc"
    assert (labels["province"], labels["commune"]) == ("dong-nai", "an-loc")
    gone = dict(incident_samples([_incident(1, Severity.MAJOR, "gone")], estate())[0][0].labels)
    assert gone["name"] == "gone"


def test_what_is_no_longer_written_is_ended_once() -> None:
    lapse = Lapse()
    first = incident_samples([_incident(1, Severity.MAJOR)], estate())
    assert lapse.ended(first) == []
    after = incident_samples([], estate())
    [(series, value)] = lapse.ended(after)
    assert series.name == "incident_open"
    assert is_stale(value)
    assert lapse.ended(after) == []


def test_readings_are_counted_by_collector_and_handed_on() -> None:
    taken: list[Reading] = []

    class Sink:
        def put(self, batch: object) -> None:
            taken.extend(batch)  # type: ignore[arg-type]

    tally = Tally(Sink())
    failure = Failure(FailureKind.TIMEOUT, "silence")
    tally.put([Reading("gw/icmp", "center", DAWN), Reading("gw/tcp", "center", DAWN, duration=0.5)])
    tally.put([Reading("gw/tcp", "center", DAWN, failure=failure, duration=1.5)])
    assert len(taken) == 3
    checks = [Check(slug="gw/snmp", target="gw", collector="snmp", address="10.0.0.1")]
    found = {str(series): value for series, value in tally.samples(checks, (("job", "x"),))}
    assert found['thongsuot_collector_readings_total{collector="tcp",job="x"}'] == 2
    assert found['thongsuot_collector_look_seconds_total{collector="tcp",job="x"}'] == 2.0
    assert found['thongsuot_collector_failures_total{collector="tcp",job="x",kind="timeout"}'] == 1
    assert found['thongsuot_collector_readings_total{collector="snmp",job="x"}'] == 0
    assert found['thongsuot_collector_checks{collector="snmp",job="x"}'] == 1
