"""What does the fleet's metrics page cost beside prometheus_client, per round of polls?

One round: every device brings a new reading of 192 samples, then the page is rendered.
`python -m benchmarks.fleet_page [-n DEVICES] [-r ROUNDS]` prints one JSON line.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from api.fleet import FleetPage
from core.labels import Series
from core.reading import Reading, Sample

PORTS = 24
COUNTERS = ("ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts")
CALM = ("ifOperStatus", "ifAdminStatus", "ifHighSpeed", "ifInErrors")
LABELS = ("ifName", "instance", "job", "site")
BEGIN = datetime(2026, 11, 22, tzinfo=UTC)


def layouts(devices: int) -> list[list[Series]]:
    """Return the series of every device, as a collector would have interned them."""
    return [
        [
            Series.of(
                metric, ifName=f"Gi0/{port}", instance=f"gw-{n}", job="thongsuot", site=f"s-{n}"
            )
            for port in range(PORTS)
            for metric in COUNTERS + CALM
        ]
        for n in range(devices)
    ]


def rounds(series: list[list[Series]], count: int) -> Iterator[list[list[Sample]]]:
    """Yield the fleet's samples round by round: counters move, the calm columns seldom do."""
    chance = random.Random(7)
    state = [[float(chance.randrange(10**6, 10**13)) for _ in device] for device in series]
    for _ in range(count):
        for device, values in zip(series, state, strict=True):
            for index, one in enumerate(device):
                if one.name in COUNTERS:
                    values[index] += chance.randrange(10**7)
        yield [
            list(zip(device, values, strict=True))
            for device, values in zip(series, state, strict=True)
        ]


def ours(fleet: list[list[list[Sample]]]) -> tuple[float, int]:
    """Return CPU seconds per round (the first, which learns the layouts, apart) and page bytes."""
    page, spent, size = FleetPage(), 0.0, 0
    for number, samples in enumerate(fleet):
        readings = [
            Reading(f"gw-{n}/snmp", "center", BEGIN + timedelta(minutes=number), device)
            for n, device in enumerate(samples)
        ]
        begun = time.process_time()
        page.update(readings)
        size = len(page.render())
        if number:
            spent += time.process_time() - begun
    return spent / (len(fleet) - 1), size


def gauges(fleet: list[list[list[Sample]]]) -> tuple[float, int]:
    """Return the same for prometheus_client's gauges, children kept (its cheapest honest use)."""
    registry = CollectorRegistry()
    by_name = {name: Gauge(name, name, LABELS, registry=registry) for name in COUNTERS + CALM}
    children = [
        [by_name[one.name].labels(*[value for _, value in one.labels]) for one, _ in device]
        for device in fleet[0]
    ]
    spent, size = 0.0, 0
    for number, samples in enumerate(fleet):
        begun = time.process_time()
        for device, known in zip(samples, children, strict=True):
            for (_, value), child in zip(device, known, strict=True):
                child.set(value)
        size = len(generate_latest(registry))
        if number:
            spent += time.process_time() - begun
    return spent / (len(fleet) - 1), size


class _Custom:
    """prometheus_client's custom collector over the newest samples."""

    def __init__(self) -> None:
        self.samples: list[list[Sample]] = []

    def collect(self) -> Iterator[Metric]:
        families = {name: GaugeMetricFamily(name, name, labels=LABELS) for name in COUNTERS + CALM}
        for device in self.samples:
            for one, value in device:
                families[one.name].add_metric([v for _, v in one.labels], value)
        yield from families.values()


def custom(fleet: list[list[list[Sample]]]) -> tuple[float, int]:
    """Return the same for a custom collector."""
    registry, collector = CollectorRegistry(), _Custom()
    registry.register(collector)
    spent, size = 0.0, 0
    for number, samples in enumerate(fleet):
        begun = time.process_time()
        collector.samples = samples
        size = len(generate_latest(registry))
        if number:
            spent += time.process_time() - begun
    return spent / (len(fleet) - 1), size


def measure(devices: int, count: int) -> dict[str, float]:
    """Return CPU seconds per round of each contender and the ratios."""
    fleet = list(rounds(layouts(devices), count + 1))
    own, size = ours(fleet)
    gauge, _ = gauges(fleet)
    family, _ = custom(fleet)
    samples = devices * PORTS * len(COUNTERS + CALM)
    return {
        "devices": devices,
        "samples": samples,
        "page_bytes": size,
        "own_cpu_s": round(own, 4),
        "own_us_per_sample": round(own / samples * 1e6, 3),
        "gauges_cpu_s": round(gauge, 3),
        "custom_cpu_s": round(family, 3),
        "cheaper_than_gauges": round(gauge / own, 1),
        "cheaper_than_custom": round(family / own, 1),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--devices", type=int, default=1000)
    parser.add_argument("-r", "--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.devices, asked.rounds)))


if __name__ == "__main__":
    main()
