"""Is a country that falls within ten seconds told as what it is? In real time, on real sockets.

`python -m benchmarks.storm [--fall carriers|routers|apart] [--sites 3321]` builds the platform as
`thongsuot run` does (needs CAP_NET_RAW, gcc and VictoriaMetrics), watches the routers of a country
by ICMP once a second and by SNMP (`benchmarks/responder.c` plays them, on loopback), lets all of
them fall, waits until all that is to be told of it has arrived at a mail server, mends everything,
waits again, and prints one JSON line. What falls, and so the true roots:

- `carriers`: every line, each at its own instant; three carriers share them (3 roots)
- `routers`: the centre's three routers, one after the other, and all behind each with it (3 roots)
- `apart`: the communes' lines, none of which shares anything with another (as many roots as lines)
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import nation
from benchmarks.build import built
from benchmarks.pipeline import Stage, cpu, delays, memory, staged
from benchmarks.scenario import free_port
from core.incident import Incident, IncidentState
from core.inventory import Contact, Device, Inventory
from core.status import Status
from core.watching import Estate, TargetKind
from lab.mailbox import Letter, Mailbox
from runtime import process

PROVINCES = 34
ROUTERS = 3  # of the centre, besides the one that stands beside us
CARRIERS = ("VNPT", "Viettel", "MobiFone")
WATCHED = frozenset({"icmp", "snmp_system", "snmp_interfaces"})
WITHIN = 10.0  # seconds in which all falls, and in which all comes back
STEP = 0.1  # seconds between two looks, and two pieces of the fall
WARM = 35.0  # seconds until the sweep has learned how soon each line answers
SILENT = 12.0  # seconds without a letter, with none waiting: all is told
LONGEST = 420.0  # seconds until that must be
NEVER = float("inf")
LOST = frozenset({Status.DOWN, Status.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Fall:
    """What falls silent how many seconds after the beginning, and what is truly to blame."""

    country: Inventory
    lost: Sequence[tuple[float, str]]  # after, address; in order
    roots: frozenset[str]


def country(sites: int) -> Inventory:
    """Return a country of routers alone: one of each site, and the centre's three above the hubs.

    A person in every province hears of what touches it, one of everything.
    """
    plain = nation.inventory(sites, PROVINCES)
    core = [
        Device(
            slug=f"loi-{number}",
            name=f"Định tuyến lõi {number}",
            site="diem-0000",
            kind="router",
            vendor="Cisco",
            model="ISR 1100",
            address=f"127.200.0.{number}",
        )
        for number in range(1, ROUTERS + 1)
    ]
    links = []
    for number, link in enumerate(plain.links, 1):
        changes: dict[str, object] = {"carrier": CARRIERS[number % len(CARRIERS)]}
        if number < PROVINCES:
            changes["near"] = f"loi-{1 + number % ROUTERS}"
        elif link.near == "diem-0000.gw":
            changes["near"] = f"loi-{1 + number // PROVINCES % ROUTERS}"
        links.append(link.model_copy(update=changes))
    people = [
        Contact(slug=f"truc-{p:02d}", name=f"Trực {p}", email=f"truc-{p:02d}@example.vn", unit=unit)
        for p, unit in enumerate(f"tinh-{p:02d}" for p in range(PROVINCES))
    ]
    people.append(Contact(slug="truc", name="Trực toàn quốc", email="truc@example.vn"))
    return plain.model_copy(
        update={
            "devices": (*(d for d in plain.devices if d.slug.endswith(".gw")), *core),
            "links": tuple(links),
            "contacts": tuple(people),
        }
    )


def watched(estate: Estate) -> Estate:
    """Return the estate with what the played routers answer to."""
    checks = (check for check in estate.checks if check.collector in WATCHED)
    return estate.model_copy(update={"checks": tuple(checks)})


def carriers(rows: Inventory) -> Fall:
    """Let every line fall at its own instant."""
    names = {link.slug: f"carrier:{(link.carrier or '').casefold()}" for link in rows.links}
    return Fall(rows, _lost(rows, _at_random(list(names))), frozenset(names.values()))


def routers(rows: Inventory) -> Fall:
    """Let the centre's three routers fall, one after the other."""
    after = {f"loi-{n}": WITHIN * (n - 1) / (ROUTERS - 1) for n in range(1, ROUTERS + 1)}
    return Fall(rows, _lost(rows, after), frozenset(after))


def apart(rows: Inventory) -> Fall:
    """Let the lines of communes fall, each for a reason of its own."""
    rows = rows.model_copy(
        update={"links": tuple(k.model_copy(update={"carrier": None}) for k in rows.links)}
    )
    own = [link.slug for link in rows.links if not link.near.startswith("loi-")]
    return Fall(rows, _lost(rows, _at_random(own)), frozenset(own))


def _at_random(lines: Sequence[str]) -> dict[str, float]:
    chance = random.Random(3)
    return {line: chance.uniform(0.0, WITHIN) for line in lines}


def _lost(rows: Inventory, after: Mapping[str, float]) -> list[tuple[float, str]]:
    """Return who falls silent when: what fails after so many seconds, and all behind it."""
    silent = {slug: at for slug, at in after.items() if slug.startswith("loi-")}
    for link in rows.links:  # hubs come before the communes behind them
        first = min(after.get(link.slug, NEVER), silent.get(link.near, NEVER))
        if first < NEVER:
            silent[link.far] = first
    places = {device.slug: str(device.address) for device in rows.devices}
    return sorted((at, places[slug]) for slug, at in silent.items())


FALLS = {"carriers": carriers, "routers": routers, "apart": apart}


@dataclass(slots=True)
class Watch:
    """What was seen ten times a second: of the incidents, of the targets, of the letters."""

    stage: Stage
    box: Mailbox
    letters: list[tuple[datetime, Letter]] = field(default_factory=list)
    most_open: int = 0
    roots: frozenset[str] = frozenset()
    roots_since: datetime | None = None  # the open roots are what they are

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            now = self.stage.clock.now()
            self.letters += [(now, one) for one in self.box.letters[len(self.letters) :]]
            roots = frozenset(i.root for i in self.stage.hub.brain.incidents)
            self.most_open = max(self.most_open, len(roots))
            if roots != self.roots:
                self.roots, self.roots_since = roots, now
            await asyncio.sleep(STEP)

    def lost(self) -> int:
        """Return how many targets are held to be lost."""
        return sum(one.status in LOST for one in self.stage.hub.brain.states.values())

    async def quiet(self) -> bool:
        """Wait until nothing is waiting to be told and nothing arrives; say whether that came."""
        hub, clock = self.stage.hub, self.stage.clock
        until = clock.monotonic() + LONGEST
        while clock.monotonic() < until:
            count = len(self.letters)
            await asyncio.sleep(SILENT)
            waits = await hub.ledger.outbox.next_due() is not None
            under_way = await hub.ledger.outbox.undelivered(clock.now())
            if len(self.letters) == count and not waits and not under_way:
                return True
        return False


async def changed(stage: Stage, pieces: Sequence[tuple[float, str]], *, fall: bool) -> datetime:
    """Cut addresses, or mend them, each at its time; return when the last of them was."""
    clock, begun, done = stage.clock, stage.clock.monotonic(), 0
    while done < len(pieces):
        due = clock.monotonic() - begun
        some = []
        while done < len(pieces) and pieces[done][0] <= due:
            some.append(pieces[done][1])
            done += 1
        if some:
            cut = stage.sockets.cut
            stage.sockets.lose(cut | frozenset(some) if fall else cut - frozenset(some))
        await asyncio.sleep(STEP / 2)
    return clock.now()


async def well(stage: Stage, patience: float) -> bool:
    """Wait until every target is up and nothing is open; say whether that came."""
    clock = stage.clock
    until = clock.monotonic() + patience
    targets = {t.slug for t in stage.hub.feed.estate().targets}
    while clock.monotonic() < until:
        states = stage.hub.brain.states
        up = all(slug in states and states[slug].status is Status.UP for slug in targets)
        if up and not stage.hub.brain.incidents:
            return True
        await asyncio.sleep(STEP)
    return False


async def every(stage: Stage) -> list[Incident]:
    """Return all incidents of the ledger."""
    found: list[Incident] = []
    cursor = None
    while True:
        page = await stage.hub.ledger.incidents.find(limit=500, cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def is_recovery(letter: Letter) -> bool:
    """Say whether a letter tells the end of something."""
    return "KHÔI PHỤC" in letter.subject


def per_person(letters: Sequence[tuple[datetime, Letter]]) -> dict[str, object]:
    """Return how many letters people got."""
    counts = Counter(letter.recipients[0] for _, letter in letters)
    return {
        "letters": sum(counts.values()),
        "people": len(counts),
        "most": max(counts.values(), default=0),
    }


async def told(stage: Stage, watch: Watch, fall: Fall) -> dict[str, object]:
    """Let all fall, and all come back; return what came of it."""
    hub, clock = stage.hub, stage.clock
    begun = clock.now()
    fell = await changed(stage, fall.lost, fall=True)
    said = await watch.quiet()
    storm, letters = watch.roots, list(watch.letters)
    first = await every(stage)
    lost = watch.lost()
    decided = max((i.decided_at for i in first if i.state is IncidentState.OPEN), default=begun)
    settled = watch.roots_since or begun
    most_open = watch.most_open
    mended = await changed(stage, fall.lost, fall=False)
    back = await well(stage, LONGEST)
    back_at = clock.now()
    said_again = await watch.quiet()
    after = await every(stage)
    news = [i for i in after if i.id not in {one.id for one in first}]
    ends = [(at, one) for at, one in watch.letters[len(letters) :] if is_recovery(one)]
    more = [(at, one) for at, one in watch.letters[len(letters) :] if not is_recovery(one)]
    heard = {one.recipients[0] for _, one in letters}
    return {
        "true_roots": len(fall.roots),
        "storm": {
            "open_incidents": len(storm),
            "roots_right": storm == fall.roots,
            "wrong_roots": sorted(storm - fall.roots)[:10],
            "missed_roots": sorted(fall.roots - storm)[:10],
            "most_open": most_open,
            "ever_opened": len(first),
            "merged": sum(i.state is IncidentState.MERGED for i in first),
            "ended_early": sum(i.state is IncidentState.RECOVERED for i in first),
            "lost_targets": lost,
            "last_fall_to_last_decision_s": _seconds(decided - fell),
            "last_fall_to_true_picture_s": _seconds(settled - fell),
            **per_person(letters),
            "first_letter_s": _seconds(letters[0][0] - begun) if letters else None,
            "last_letter_s": _seconds(letters[-1][0] - fell) if letters else None,
            "subjects": [
                one.subject for _, one in letters if one.recipients[0] == "truc@example.vn"
            ][:6],
            "all_told": said,
        },
        "recovery": {
            "all_well": back,
            "last_mend_to_all_well_s": _seconds(back_at - mended),
            "still_open": len(hub.brain.incidents),
            "opened_meanwhile": len(news),
            "opened_roots": sorted({i.root for i in news})[:10],
            "problems_told_meanwhile": per_person(more),
            "recoveries": per_person(ends),
            "people_not_told_of_the_end": len(heard - {one.recipients[0] for _, one in ends}),
            "all_told": said_again,
        },
    }


def _seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 2)


async def measured(stage: Stage, box: Mailbox, fall: Fall) -> dict[str, object]:
    """Run the storm, with what it cost."""
    hub, watch = stage.hub, Watch(stage, box)
    lateness: list[float] = []
    tasks = [asyncio.create_task(watch.run()), asyncio.create_task(delays(lateness))]
    begun, spent = stage.clock.monotonic(), cpu(os.getpid())
    try:
        found = await told(stage, watch, fall)
    finally:
        for task in tasks:
            task.cancel()
    lateness.sort()
    spool = await hub.series.spool.stats() if hub.series.spool is not None else None
    return {
        **found,
        "dropped": {
            "readings": hub.pipeline.stats.dropped,
            "samples": spool.dropped_samples if spool is not None else None,
            "looks_skipped": hub.scheduler.stats.skipped,
        },
        "lapses": hub.pipeline.stats.lapses,
        "loop_late_ms": {
            "p50": round(statistics.median(lateness), 1),
            "p99": round(lateness[int(len(lateness) * 0.99)], 1),
            "max": round(lateness[-1], 1),
        },
        "wall_s": round(stage.clock.monotonic() - begun, 1),
        "cpu_s": round(cpu(os.getpid()) - spent, 1),
        "memory_mb": round(memory(os.getpid())),
        "load": os.getloadavg(),
    }


@asynccontextmanager
async def answering(folder: Path) -> AsyncIterator[int]:
    """Let every address of 127/8 answer to SNMP on the port that is yielded."""
    port = free_port()
    program = built("responder", folder)
    player = await asyncio.create_subprocess_exec(
        str(program), "-p", str(port), "-i", "4", stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        player.send_signal(signal.SIGTERM)
        await player.wait()


def tables(mail_port: int, snmp_port: int) -> dict[str, object]:
    """Return settings as they are shipped, with a mail server and the played routers."""
    return {
        "looking": {"snmp_port": snmp_port, "snmp_community": "public"},
        "channels": {
            "mail": {
                "kind": "email",
                "host": "127.0.0.1",
                "port": mail_port,
                "security": "none",
                "sender": "thongsuot@example.vn",
            }
        },
    }


async def work(wish: argparse.Namespace) -> None:
    """Build, measure, take down."""
    process.log_to_stderr("warning")
    fall = FALLS[wish.fall](country(wish.sites))
    with tempfile.TemporaryDirectory(prefix="bench-storm-") as name:
        folder = Path(name)
        async with (
            Mailbox() as box,
            answering(folder) as port,
            staged(fall.country, folder, tables(box.port, port), watched) as stage,
        ):
            if not await well(stage, LONGEST):
                sys.exit(f"it was not well before it fell: {unwell(stage)}")
            await asyncio.sleep(WARM)
            print("it falls", file=sys.stderr, flush=True)
            found = await measured(stage, box, fall)
    print(json.dumps({"fall": wish.fall, "sites": wish.sites, **found}, ensure_ascii=False))


def unwell(stage: Stage) -> dict[str, int]:
    """Return how many targets of each kind and status are not up."""
    states = stage.hub.brain.states
    kinds: dict[str, TargetKind] = {t.slug: t.kind for t in stage.hub.feed.estate().targets}
    statuses = ((k, states[s].status if s in states else Status.UNKNOWN) for s, k in kinds.items())
    return dict(Counter(f"{k.value} {one.value}" for k, one in statuses if one is not Status.UP))


def main() -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storm")
    parser.add_argument("--sites", type=int, default=3321)
    parser.add_argument("--fall", choices=sorted(FALLS), default="carriers")
    process.run(work(parser.parse_args()))


if __name__ == "__main__":
    main()
