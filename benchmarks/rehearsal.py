"""What does a rehearsal cost? A month of a province, or the storm in which every site falls.

`python -m benchmarks.rehearsal [-i INCIDENTS] [-c COMMUNES]` lets a synthetic province live
through a month with that many failures, rehearses it, and prints one JSON line; `--storm` plays
`all` instead.
"""

import argparse
import asyncio
import json
import random
import resource
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from alerts.storm import Event, Step, Storm, events
from alerts.topology import Topology
from core.clock import SystemClock
from core.inventory import Changes, Contact, EscalationStep, Rota, RotaRule
from lab import synthetic
from runtime.process import run
from runtime.rehearsal import Month, asked, manners_of, rehearse_month, rehearsed_as
from runtime.sandbox import Stage, StageClock
from runtime.settings import Settings, load
from storage import migrations
from storage.ledger import Ledger, open_ledger

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
HUBS = 11
CONFIG = '[channels.mail]\nkind = "email"\nhost = "127.0.0.1"\nsender = "a@example.vn"\n'
PEOPLE = {
    "contacts": tuple(
        Contact(slug=f"truc-{n}", name=f"Trực {n}", email=f"truc-{n}@example.vn") for n in range(4)
    ),
    "rotas": (Rota(slug="cntt", name="Trực CNTT"),),
    "rota_rules": (
        RotaRule(
            slug="tuan",
            name="Tuần",
            rota="cntt",
            people=("truc-0", "truc-1", "truc-2"),
            start=date(2026, 1, 5),
            turn="week",
        ),
    ),
    "escalations": (
        EscalationStep(slug="chung", name="Chung", rota="cntt"),
        EscalationStep(
            slug="chung", name="Chung", step=2, after=15, tell="contact", contact="truc-3"
        ),
    ),
}


def past(topology: Topology, month: Month, failures: int) -> list[Event]:
    """Return failures at random instants, lasting from a minute to some hours."""
    chance = random.Random(1)
    names = [*topology.links, *(s for s in topology.order if s in topology.reach)]
    span = (month.end - month.begin - timedelta(hours=6)).total_seconds()
    steps = []
    for _ in range(failures):
        at = month.begin + timedelta(seconds=chance.random() * span)
        over = at + timedelta(seconds=60 + chance.expovariate(1 / 1800))
        name = chance.choice(names)
        steps += [Step(at=at, fails=(name,)), Step(at=over, restored=(name,))]
        if chance.random() < 0.5:
            steps.append(Step(at=at + timedelta(minutes=7), takes=name, by="truc-3"))
    steps.sort(key=lambda step: step.at)
    return events(Storm(name="past", steps=tuple(steps), until=month.end), topology)


async def lived(ledger: Ledger, settings: Settings, month: Month, failures: int) -> None:
    """Let the platform live through the month."""
    stage = Stage(ledger, manners_of(settings), StageClock(month.begin - timedelta(seconds=1)))
    topology = await stage.open()
    happened = past(topology, month, failures)

    async def each() -> AsyncIterator[Event]:
        for event in happened:
            yield event

    await stage.play(each(), month.begin, month.end)


async def measure(communes: int, failures: int, *, storm: bool) -> dict[str, object]:
    """Make the past, rehearse, and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "thongsuot.toml"
        await asyncio.to_thread(config.write_text, CONFIG)
        settings = load(config, {})
        url = f"sqlite:///{folder}/ledger.db"
        await migrations.upgrade(url)
        ledger = await open_ledger(url, None, SystemClock())
        rows = synthetic.inventory(HUBS, communes).model_copy(update=PEOPLE)
        await ledger.inventory.apply(Changes(put=rows), "benchmark", NOW)
        month = Month.of("2026-10", NOW)
        if not storm:
            await lived(ledger, settings, month, failures)
        before, wall, cpu = _memory(), perf_counter(), process_time()
        if storm:
            found = await rehearsed_as(
                asked(None, None, "", "all", None, NOW), ledger, settings, NOW, lambda _: None
            )
        else:
            found = await rehearse_month(ledger, settings, month, NOW)
        await ledger.aclose()
    same = found.told is None or (found.told.messages == found.tally.messages)
    return {
        "sites": len(rows.sites),
        "incidents": found.tally.incidents,
        "messages": found.tally.messages,
        "told_as_it_was": same,
        "wall_s": round(perf_counter() - wall, 1),
        "cpu_s": round(process_time() - cpu, 1),
        "peak_mb": round(_memory() / 1024),
        "peak_before_mb": round(before / 1024),
    }


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-c", "--communes", type=int, default=111)
    parser.add_argument("-i", "--incidents", type=int, default=300)
    parser.add_argument("--storm", action="store_true")
    options = parser.parse_args()
    found = measure(options.communes, options.incidents, storm=options.storm)
    print(json.dumps(run(found)))


if __name__ == "__main__":
    main()
