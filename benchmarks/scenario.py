"""Is the first message true, and in time? Random cuts in a province of real lines.

`python -m benchmarks.scenario --cuts 30 --seed 1` builds 1 × 11 × 111 sites, one network
namespace each, runs the whole platform on them with page delays 0, cuts one line after another
in the four ways of LAB (`admin`, `far`, `blackhole`, `halfin`) and prints one JSON line.
`--soak 3600 --loss 0.2` instead puts random loss on every hub line and counts what goes down.
`--scenes 200` plays random scenes (`benchmarks.scenes`), one in every hub's branch at a time, and
has what was told of them judged by `benchmarks.witness`. `--booked` holds a meeting of all sites
meanwhile; `--starve` stops the whole platform for seconds, again and again (SIGSTOP).
"""

import argparse
import asyncio
import json
import math
import os
import random
import resource
import socket
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.scenes import Branch, Fault, Scene, branches, province, scene
from benchmarks.witness import (
    CALM,
    TABLES,
    Findings,
    Happened,
    Look,
    Told,
    Witness,
    open_roots,
    story,
)
from core.clock import LOCAL, Clock, SystemClock
from core.incident import Incident
from core.inventory import Inventory, Link
from core.meeting import Wanted
from core.status import Status
from inventory.plan import plan
from lab.fabric import Fabric
from lab.lab import Lab
from lab.mailbox import Webhook
from lab.network import Kind
from runtime import settings as settings_file
from runtime.hub import Hub, open_hub
from runtime.settings import Settings
from storage import migrations
from storage.ledger import open_ledger
from storage.vault import Vault

KINDS = ("admin", "far", "blackhole", "halfin")
PATIENCE = 20.0  # seconds for a message
WARM = 35.0  # seconds until the sweep has learned how soon each line answers
SLOW = 5.0  # seconds until a first message, at the most
QUIET = 6.0  # seconds in which no further message may come
SETTLING = 40.0  # seconds after a scene in which all must have been found well
LOST = frozenset({Status.DOWN, Status.UNREACHABLE})


@dataclass
class Cut:
    """One cut and what was told of it."""

    link: str
    how: str
    latency_s: float | None = None  # from the cut to the first problem's arrival
    recovery_s: float | None = None
    root: str | None = None
    problems: int = 0
    recoveries: int = 0
    right: bool = False
    others: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """The province and the platform, both running."""

    lab: Lab
    hub: Hub
    hook: Webhook
    clock: Clock


def told(hook: Webhook, since: int) -> list[dict[str, object]]:
    """Return what was told after the first `since` calls."""
    found = []
    for call in hook.calls[since:]:
        document = call.json()
        if isinstance(document, dict):
            found.append(document)
    return found


def purpose(message: dict[str, object]) -> str:
    """Return `problem` or `recovery`."""
    return fact(message, "purpose")


def fact(message: dict[str, object], name: str) -> str:
    """Return one of a message's facts for machines."""
    data = message.get("data")
    return str(data.get(name)) if isinstance(data, dict) else ""


def accepted(link: Link, how: str, inventory: Inventory) -> set[str]:
    """Return the roots that are true of a cut: of `far`, the link or the site behind it."""
    roots = {link.slug}
    if how == "far":
        site = next(device.site for device in inventory.devices if device.slug == link.far)
        roots |= {link.far, site}
    return roots


async def one_cut(stage: Stage, link: Link, how: str, inventory: Inventory) -> Cut:
    """Cut, wait for the message and for silence, mend, wait again."""
    cut = Cut(link.slug, how)
    before = len(stage.hook.calls)
    begun = stage.clock.monotonic()
    await asyncio.to_thread(stage.lab.client.cut, link.slug, how)
    cut.latency_s = await first(stage, before, "problem", begun)
    await asyncio.sleep(QUIET)
    mended = stage.clock.monotonic()
    await asyncio.to_thread(stage.lab.client.restore, link.slug)
    cut.recovery_s = await first(stage, before, "recovery", mended)
    await asyncio.sleep(QUIET)
    messages = told(stage.hook, before)
    problems = [m for m in messages if purpose(m) == "problem"]
    cut.problems, cut.recoveries = len(problems), len(messages) - len(problems)
    roots = [fact(m, "root") for m in problems]
    cut.root = roots[0] if roots else None
    cut.others = roots[1:]
    cut.right = cut.root in accepted(link, how, inventory)
    return cut


async def first(stage: Stage, before: int, wanted: str, begun: float) -> float | None:
    """Return the seconds from `begun` to the first message of a purpose; None if none comes."""
    while stage.clock.monotonic() - begun < PATIENCE:
        if any(purpose(m) == wanted for m in told(stage.hook, before)):
            return stage.clock.monotonic() - begun
        await asyncio.sleep(0.01)
    return None


async def settled(stage: Stage) -> None:
    """Wait until every target is up."""
    async with asyncio.timeout(120):
        while True:
            states = stage.hub.brain.states
            targets = stage.hub.feed.estate().targets
            if all(t.slug in states and states[t.slug].status is Status.UP for t in targets):
                return
            await asyncio.sleep(0.5)


async def cuts(stage: Stage, inventory: Inventory, count: int, seed: int) -> dict[str, object]:
    """Make random single cuts, kinds in turn, and judge what was told."""
    chance = random.Random(seed)
    results = []
    for number in range(count):
        link = chance.choice(inventory.links)
        results.append(await one_cut(stage, link, KINDS[number % len(KINDS)], inventory))
        await settled(stage)
    latencies = [c.latency_s for c in results if c.latency_s is not None]
    return {
        "cuts": count,
        "seed": seed,
        "root_right": sum(c.right for c in results),
        "one_problem": sum(c.problems == 1 for c in results),
        "one_recovery": sum(c.recoveries == 1 for c in results),
        "latency_p50_s": round(statistics.median(latencies), 2) if latencies else None,
        "latency_max_s": round(max(latencies), 2) if latencies else None,
        "slowest": [
            f"{c.how} {c.link}: {c.latency_s:.2f} s"
            for c in sorted(results, key=lambda c: c.latency_s or PATIENCE, reverse=True)[:5]
            if c.latency_s is not None
        ],
        "wrong": [vars(c) for c in results if not c.right or c.problems != 1 or c.recoveries != 1],
    }


async def book_everything(stage: Stage, inventory: Inventory) -> None:
    """Hold a meeting of all sites, and wait until what it depends on is looked at more often."""
    now = stage.clock.now()
    wanted = Wanted(
        title="Giao ban toàn tỉnh",
        begin=now,
        end=now + timedelta(hours=4),
        rooms=tuple(site.slug for site in inventory.sites),
    )
    await stage.hub.ledger.meetings.add(wanted, "benchmark", now)
    async with asyncio.timeout(120):
        while True:
            if stage.hub.feed.estate().bookings:
                return
            await asyncio.sleep(1)


async def starve(seed: int) -> None:
    """Let another process stop this one for one to ten seconds, and let it go on for a while."""
    chance = random.Random(seed)
    while True:
        lasts, free = chance.uniform(1, 10), chance.uniform(3, 15)
        stopping = f"kill -STOP {os.getpid()}; sleep {lasts}; kill -CONT {os.getpid()}"
        stopper = await asyncio.create_subprocess_exec("sh", "-c", stopping)
        await stopper.wait()
        await asyncio.sleep(free)


async def soak(
    stage: Stage, inventory: Inventory, seconds: float, loss: float
) -> dict[str, object]:
    """Put loss on every hub line at once; count targets that went down or were told of."""
    before = len(stage.hook.calls)
    hubs = {link.near for link in inventory.links}
    lines = [link.slug for link in inventory.links if link.far in hubs]
    began = stage.clock.now()
    for line in lines:
        await asyncio.to_thread(stage.lab.client.degrade, line, loss=loss)
    await asyncio.sleep(seconds)
    falls = await fallen(stage, began)
    counts: dict[str, int] = {}
    for state in stage.hub.brain.states.values():
        counts[state.status.value] = counts.get(state.status.value, 0) + 1
    return {
        "soak_s": seconds,
        "loss": loss,
        "lines": len(lines),
        "down": len(falls),
        "fallen": falls[:10],
        "messages": len(told(stage.hook, before)),
        "statuses": counts,
    }


@dataclass
class Played:
    """A scene as it went."""

    scene: Scene
    happened: list[Happened] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


class Ear:
    """Notes when each message arrives; runs until cancelled."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.told: list[Told] = []

    async def listen(self) -> None:
        """Note every message from now on."""
        heard = len(self._stage.hook.calls)
        while True:
            await self._stage.hook.wait(heard + 1, patience=86400)
            at = self._stage.clock.now()
            for document in told(self._stage.hook, heard):
                one = (purpose(document), fact(document, "incident"), fact(document, "root"))
                self.told.append(Told(at, *one))
                heard += 1


async def scenes(stage: Stage, inventory: Inventory, count: int, seed: int) -> dict[str, object]:
    """Play random scenes, one in every branch at a time, and judge what was told of them."""
    fabric, parts = Fabric(inventory), branches(inventory)
    ear = Ear(stage)
    listening = asyncio.create_task(ear.listen())
    found: list[tuple[Played, Findings]] = []
    strays: list[str] = []
    try:
        while len(found) < count:
            seeds = range(len(found), min(count, len(found) + len(parts)))
            bill = [
                (part, scene(part, f"{seed}/{n}")) for part, n in zip(parts, seeds, strict=False)
            ]
            flapping = {one.id for one in stage.hub.brain.incidents}
            before = len(ear.told)
            shows = await asyncio.gather(*(play(stage, part, one) for part, one in bill))
            await quiet(stage)
            heard = ear.told[before:]
            held = [message for message in ear.told[:before] if message.incident in flapping]
            for (part, _), show in zip(bill, shows, strict=True):
                show.looks.append(look(stage, part))
                said = [message for message in (*held, *heard) if message.root in part.names]
                books = await entered(stage, said)
                findings = Witness(fabric, show.happened).judge(said, show.looks, books)
                found.append((show, findings))
                report(show, said, findings, books)
            names = frozenset().union(*(part.names for part, _ in bill))
            # A line that flapped in an earlier scene is told of when it has been calm for a while.
            strays += [
                f"{message.purpose} {message.root}"
                for message in heard
                if message.root not in names and message.incident not in flapping
            ]
    finally:
        listening.cancel()
    return summary(found, strays, seed)


async def entered(stage: Stage, said: Sequence[Told]) -> dict[str, Incident]:
    """Return the incidents that messages were about, and those they were merged into."""
    found: dict[str, Incident] = {}
    wanted = {message.incident for message in said}
    while wanted - found.keys():
        for code in wanted - found.keys():
            found[code] = await stage.hub.ledger.incidents.get(code)
        wanted = {one.merged_into for one in found.values() if one.merged_into is not None}
    return found


def report(
    show: Played, said: Sequence[Told], findings: Findings, books: Mapping[str, Incident]
) -> None:
    """Say on standard error what happened in a scene that was judged wrongly, or told late."""
    if not findings.wrong and max(findings.latencies, default=0.0) <= SLOW:
        return
    print(f"--- {show.scene.kind} in {show.scene.branch}", file=sys.stderr)
    print(story(show.happened, said, findings), file=sys.stderr)
    for one in books.values():  # what was late, the seeing, the deciding or the telling?
        seen = f"began {one.began_at:%T.%f}, decided {one.decided_at:%T.%f}"
        print(f"    {one.id} {one.root}: {seen}", file=sys.stderr, flush=True)


def summary(
    found: Sequence[tuple[Played, Findings]], strays: Sequence[str], seed: int
) -> dict[str, object]:
    """Return the figures of a run."""
    latencies = sorted(seconds for _, one in found for seconds in one.latencies)
    told_of = [one for _, one in found if one.first_right is not None]
    p99 = latencies[math.ceil(0.99 * len(latencies)) - 1] if latencies else None
    return {
        "scenes": len(found),
        "seed": seed,
        "kinds": dict(Counter(show.scene.kind for show, _ in found)),
        "faults": sum(len(show.happened) for show, _ in found),
        "told_of": len(told_of),
        "first_right": sum(bool(one.first_right) for one in told_of),
        "messages": sum(one.messages for _, one in found) + len(strays),
        "messages_right": sum(one.messages_right for _, one in found),
        "strays": list(strays),
        "faultless": sum(not one.wrong for _, one in found),
        "looks": sum(len(show.looks) for show, _ in found),
        "latency_p50_s": round(statistics.median(latencies), 2) if latencies else None,
        "latency_p99_s": round(p99, 2) if p99 is not None else None,
        "latency_max_s": round(latencies[-1], 2) if latencies else None,
        "slow": [
            f"{show.scene.kind}: {seconds:.2f} s"
            for show, one in found
            for seconds in one.latencies
            if seconds > SLOW
        ],
        "wrong": [
            {"kind": show.scene.kind, "branch": show.scene.branch, "what": one.wrong}
            for show, one in found
            if one.wrong
        ],
    }


async def play(stage: Stage, branch: Branch, part: Scene) -> Played:
    """Do what a scene says, at its times; look at what is held whenever all has been calm."""
    show = Played(part)
    deeds = [(f.begin, False, n) for n, f in enumerate(part.faults)]
    deeds += [(f.end, True, n) for n, f in enumerate(part.faults)]
    begun: dict[int, datetime] = {}
    start = changed = stage.clock.monotonic()
    for when, ends, number in sorted(deeds):
        fault = part.faults[number]
        await asyncio.sleep(max(0.0, start + when - stage.clock.monotonic()))
        if stage.clock.monotonic() - changed > CALM.total_seconds():
            show.looks.append(look(stage, branch))
        if ends:
            mending = stage.clock.now()
            await asyncio.to_thread(mend, stage, fault)
            show.happened.append(Happened(fault, begun[number], mending, stage.clock.now()))
        else:
            begun[number] = stage.clock.now()
            await asyncio.to_thread(begin, stage, fault)
        changed = stage.clock.monotonic()
    return show


def begin(stage: Stage, fault: Fault) -> None:
    """Let a fault begin."""
    if fault.loss:
        for line in fault.targets:
            stage.lab.client.degrade(line, loss=fault.loss)
    else:
        stage.lab.client.cut_together(fault.targets, fault.how.value)


def mend(stage: Stage, fault: Fault) -> None:
    """Let a fault end."""
    if fault.loss:
        for line in fault.targets:
            stage.lab.client.clear(line)
    else:
        stage.lab.client.restore_together(fault.targets)


def look(stage: Stage, branch: Branch) -> Look:
    """Return what is held of a branch just now."""
    states = stage.hub.brain.states
    devices = (*branch.devices, *branch.gateways, branch.gateway)
    return Look(
        stage.clock.now(),
        open_roots((i for i in stage.hub.brain.incidents if i.root in branch.names), states),
        {slug: states[slug].status for slug in devices if slug in states},
    )


async def quiet(stage: Stage) -> None:
    """Wait until nothing is held to be lost any more, or too long; then for the last messages."""
    until = stage.clock.monotonic() + SETTLING
    while stage.clock.monotonic() < until:
        states = stage.hub.brain.states
        lost = any(state.status in LOST for state in states.values())
        if not lost and not open_roots(stage.hub.brain.incidents, states):
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(QUIET)


async def fallen(stage: Stage, since: datetime) -> list[str]:
    """Return every target with a transition to down or unreachable since then."""
    found = []
    for target in stage.hub.feed.estate().targets:
        rows = await stage.hub.ledger.status.transitions(target.slug, limit=1000)
        found += [
            target.slug
            for row in rows
            if row.recorded_at >= since and row.new in {Status.DOWN, Status.UNREACHABLE}
        ]
    return found


@asynccontextmanager
async def staged(hubs: int, communes: int) -> AsyncIterator[Stage]:
    """Start the lab and the platform."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scenario-")))
        inventory = province(hubs, communes)
        lab = await stack.enter_async_context(
            Lab(inventory, network=Kind.TREE, socket=folder / "lab.sock")
        )
        hook = await stack.enter_async_context(Webhook())
        settings = settings_file.build(tables(lab, hook), folder)
        await prepare(settings, lab.inventory, clock)
        hub = await stack.enter_async_context(open_hub(settings, clock))
        stop = asyncio.Event()
        running = asyncio.create_task(hub.run(stop))
        stage = Stage(lab, hub, hook, clock)
        try:
            await settled(stage)
            yield stage
        finally:
            stop.set()
            await running


def free_port() -> int:
    """Return a port of loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tables(lab: Lab, hook: Webhook) -> dict[str, object]:
    """Return settings with page delays 0 and one webhook."""
    classes = ("center", "hub", "site", "device", "link_center", "link_hub", "link_site")
    every = f"{TABLES.total_seconds():.0f}s"
    return {
        "web": {"listen": f"127.0.0.1:{free_port()}"},
        "series": {"min_free_space": "100MB"},
        "looking": {
            "sockets": str(lab.socket),
            "snmp_community": "public",
            "intervals": dict.fromkeys(("snmp_system", "snmp_interfaces", "tcp"), every),
        },
        "telling": {"delays": dict.fromkeys(classes, "0s"), "night": {"waiting": []}},
        "channels": {"hook": {"kind": "webhook", "url": hook.url}},
    }


async def prepare(settings: Settings, inventory: Inventory, clock: Clock) -> None:
    """Fill an empty ledger."""
    vault = Vault.open(settings.secrets.key_file)
    await migrations.upgrade(settings.ledger.url)
    ledger = await open_ledger(settings.ledger.url, vault, clock)
    now = clock.now()
    changes = plan(Inventory(), inventory, now.astimezone(LOCAL).date()).changes
    await ledger.inventory.apply(changes, "benchmark", now)
    await ledger.aclose()


async def measure(wish: argparse.Namespace) -> dict[str, object]:
    """Build, measure, take down."""
    async with staged(wish.hubs, wish.communes) as stage:
        inventory = stage.lab.inventory
        if wish.booked:
            await book_everything(stage, inventory)
        starving = asyncio.create_task(starve(wish.seed)) if wish.starve else None
        begun, cpu = stage.clock.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        if wish.soak:
            result = await soak(stage, inventory, wish.soak, wish.loss)
        elif wish.scenes:
            await asyncio.sleep(WARM)
            result = await scenes(stage, inventory, wish.scenes, wish.seed)
        else:
            result = await cuts(stage, inventory, wish.cuts, wish.seed)
        if starving is not None:
            starving.cancel()
        spent = resource.getrusage(resource.RUSAGE_SELF)
        wall = stage.clock.monotonic() - begun
        used = spent.ru_utime + spent.ru_stime - cpu.ru_utime - cpu.ru_stime
        return {
            **result,
            "targets": len(stage.hub.feed.estate().targets),
            "wall_s": round(wall, 1),
            "cpu_share": round(used / wall, 3),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hubs", type=int, default=11)
    parser.add_argument("--communes", type=int, default=111)
    parser.add_argument("--cuts", type=int, default=30)
    parser.add_argument("--scenes", type=int, default=0, help="so many scenes instead of cuts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--soak", type=float, default=0.0, help="seconds of loss instead of cuts")
    parser.add_argument("--loss", type=float, default=0.2)
    parser.add_argument("--booked", action="store_true", help="during a meeting of all sites")
    parser.add_argument("--starve", action="store_true", help="and with no turn for seconds")
    print(json.dumps(asyncio.run(measure(parser.parse_args(arguments)))))


if __name__ == "__main__":
    main()
