"""What does judging cost? Summaries in calm times, and a storm in which everything fails.

`python -m benchmarks.brain [-s SITES]` feeds a tree of sites (a line, a gateway and an endpoint
each, twenty behind every hub) and prints one JSON line. Times are CPU seconds.
"""

import argparse
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from alerts.brain import Brain
from alerts.facts import Facts
from alerts.rootcause import resolve
from alerts.telling import TellingPolicy
from core.outcome import Memory
from core.reading import Failure, FailureKind, Reading
from core.watching import Check, Estate, Target, TargetKind, Verify

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
PER_HUB = 20
SILENCE = Failure(FailureKind.TIMEOUT, "no answer")


def device(slug: str, role: str, *uplinks: str) -> Target:
    """Return a device of the site that its slug begins with."""
    site = slug.partition(".")[0]
    return Target(
        slug=slug, kind=TargetKind.DEVICE, name=slug, role=role, site=site, uplinks=uplinks
    )


def place(site: str, role: str, near: str) -> list[Target]:
    """Return a site with its line, gateway and endpoint."""
    gateway, endpoint, line = f"{site}.gw", f"{site}.vc", f"{site}.line"
    return [
        Target(slug=site, kind=TargetKind.SITE, name=site, role=role, members=(gateway, endpoint)),
        Target(
            slug=line,
            kind=TargetKind.LINK,
            name=line,
            role="link",
            site=site,
            uplinks=(near,),
            members=(gateway,),
        ),
        device(gateway, "gateway", line),
        device(endpoint, "endpoint", gateway),
    ]


def estate(sites: int) -> Estate:
    """Return the tree, with a reach check of every device."""
    targets = [device("center.core", "router")]
    for number in range(sites):
        hub = number - number % PER_HUB
        near = "center.core" if number == hub else f"s{hub:05d}.gw"
        targets += place(f"s{number:05d}", "hub" if number == hub else "site", near)
    checks = [
        Check(
            slug=f"{t.slug}/icmp",
            target=t.slug,
            collector="icmp",
            address="192.0.2.1",
            interval=1.0,
            timeout=1.0,
            reach=True,
            verify=Verify(),
        )
        for t in targets
        if t.kind is TargetKind.DEVICE
    ]
    return Estate(targets=tuple(targets), checks=tuple(checks))


def timed(brain: Brain, readings: Iterable[Reading], now: datetime) -> float:
    """Return how long a batch took."""
    batch = list(readings)
    begun = time.process_time()
    brain.feed(batch, now)
    brain.tick(now)
    return time.process_time() - begun


def measure(sites: int) -> dict[str, object]:
    """Judge three calm summaries of everything, and then 3 s of bursts from everything."""
    what = estate(sites)
    brain = Brain(what, Memory(), TellingPolicy(), (), BEGIN)
    checks = [c.slug for c in what.checks]
    calm = []
    for number in range(4):
        at = BEGIN + timedelta(seconds=30 * number)
        calm.append(timed(brain, (Reading(c, "center", at, loss=0.0) for c in checks), at))
    facts = Facts(brain._facts, {}, brain.states)  # noqa: SLF001  (what `resolve` is given)
    begun = time.process_time()
    resolve(brain.topology, facts, at)
    once = time.process_time() - begun
    storm, readings = [], 0
    for number in range(40):
        at = BEGIN + timedelta(seconds=120 + 0.075 * number)
        batch = [Reading(c, "center", at, failure=SILENCE) for c in checks if "core" not in c]
        batch.append(Reading("center.core/icmp", "center", at))
        readings += len(batch)
        storm.append(timed(brain, batch, at + timedelta(seconds=0.2)))
    return {
        "targets": len(what.targets),
        "checks": len(checks),
        "first_s": round(calm[0], 4),
        "calm_readings_per_s": round(3 * len(checks) / sum(calm[1:])),
        "resolve_s": round(once, 4),
        "storm_readings_per_s": round(readings / sum(storm)),
        "storm_longest_batch_s": round(max(storm), 4),
        "incidents": len(brain.incidents),
    }


def main() -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-s", "--sites", type=int, default=630)
    print(json.dumps(measure(parser.parse_args().sites)))


if __name__ == "__main__":
    main()
