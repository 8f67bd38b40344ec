"""The fleet's metrics page."""

import math
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from api.fleet import FleetPage
from benchmarks.fleet_page import measure
from core.collector import Emit
from core.labels import Series
from core.reading import STALE, Failure, FailureKind, Reading
from core.text import Text
from tests.factories import DAWN

UP = Series.of("ifOperStatus", instance="gw-1", ifName="Gi0/1")
OCTETS = Series.of("ifHCInOctets", instance="gw-1", ifName="Gi0/1")
RTT = Series.of("probe_duration_seconds", instance='tên "lạ"\\\n')


def reading(*samples: tuple[Series, float], at: float = 0.0, check: str = "gw-1/snmp") -> Reading:
    """Return a good reading with samples."""
    return Reading(check, "center", DAWN + timedelta(seconds=at), list(samples))


def lines(page: FleetPage) -> list[str]:
    """Return the samples of the page."""
    return [line for line in page.render().decode().splitlines() if not line.startswith("#")]


def test_the_newest_samples_stand_on_the_page_and_parse_as_prometheus_text() -> None:
    page = FleetPage([Emit("ifOperStatus", Text("cổng", "state of the port"))])
    page.update([reading((UP, 1.0), (OCTETS, 2**53 - 1), (RTT, 0.00412), check="a")])
    page.update([reading((UP, 2.0), (OCTETS, 12.0), (RTT, 1e-7), at=30, check="a")])
    found = {
        (sample.name, sample.labels["instance"]): sample.value
        for family in text_string_to_metric_families(page.render().decode())
        for sample in family.samples
    }
    assert found == {
        ("ifOperStatus", "gw-1"): 2.0,
        ("ifHCInOctets", "gw-1"): 12.0,
        ("probe_duration_seconds", 'tên "lạ"\\\n'): 1e-7,
    }
    assert (
        "# HELP ifOperStatus state of the port\n# TYPE ifOperStatus gauge" in page.render().decode()
    )


def test_lines_of_a_metric_stand_together_over_all_devices() -> None:
    page = FleetPage()
    for device in ("a", "b", "c"):
        samples = [
            (Series.of(name, instance=device, ifName=f"Gi{n}"), float(n))
            for n in range(3)
            for name in ("ifHCInOctets", "ifOperStatus")
        ]
        page.update([reading(*samples, check=device)])
    names = [line.split("{")[0] for line in lines(page)]
    assert names == ["ifHCInOctets"] * 9 + ["ifOperStatus"] * 9


def test_large_counters_keep_every_digit() -> None:
    page = FleetPage()
    page.update([reading((OCTETS, 9007199254740991.0), (UP, 0.1 + 0.2))])
    assert [line.split()[-1] for line in lines(page)] == ["9007199254740991", "0.30000000000000004"]


def test_infinities_and_percent_signs_do_no_harm() -> None:
    odd = Series.of("x", instance="100%r %d %")
    page = FleetPage()
    page.update([reading((odd, math.inf), check="a"), reading((odd, 5.0), check="b")])
    assert lines(page) == ['x{instance="100%r %d %"} inf', 'x{instance="100%r %d %"} 5']


def test_a_series_that_ended_leaves_the_page() -> None:
    page = FleetPage()
    page.update([reading((UP, 1.0), (OCTETS, 5.0))])
    page.update([reading((UP, STALE), (OCTETS, 6.0), at=30)])
    assert [line.split("{")[0] for line in lines(page)] == ["ifHCInOctets"]


def test_a_layout_that_changes_is_learned_anew() -> None:
    page = FleetPage()
    page.update([reading((UP, 1.0))])
    page.render()
    page.update([reading((OCTETS, 7.0), (UP, 2.0), at=30)])
    assert [line.split()[-1] for line in lines(page)] == ["7", "2"]


def test_failures_and_late_readings_change_nothing_and_old_checks_are_forgotten() -> None:
    page = FleetPage()
    page.update([reading((UP, 1.0), at=60)])
    page.update([reading((UP, 9.0), at=30)])
    failed = Reading("gw-1/snmp", "center", DAWN, failure=Failure(FailureKind.TIMEOUT, ""))
    page.update([failed])
    assert [line.split()[-1] for line in lines(page)] == ["1"]
    page.update([reading((OCTETS, 1.0), at=60 + 301, check="b")])
    assert [line.split("{")[0] for line in lines(page)] == ["ifHCInOctets"]
    assert page.newest("gw-1/snmp") is None


def test_the_page_costs_a_small_part_of_what_prometheus_client_does() -> None:
    """The full figure is in docs/performance.md; here only that nothing went badly wrong."""
    found = measure(100, 2)
    assert found["cheaper_than_gauges"] > 8
    assert found["cheaper_than_custom"] > 8
