"""Random scenes in simulated time: overlapping cuts, flaps, dead routers, and what was told of it.

The scenes and the judge of them are those of the real lines (`benchmarks.scenes`, `.witness`).
"""

import heapq
from dataclasses import replace
from datetime import date, datetime

import pytest

from alerts.telling import TellingPolicy
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
from core.labels import Series
from core.reading import Reading
from core.watching import Check, Estate
from inventory.compiled import LookingDefaults, compile_estate
from lab.fabric import Fabric
from lab.world import World as Truth
from tests.alerts.province import AT_ONCE, World

INVENTORY = province(hubs=3, communes=21)
FABRIC = Fabric(INVENTORY)
PARTS = branches(INVENTORY)
ESTATE = compile_estate(INVENTORY, date(2026, 11, 22), LookingDefaults())
POLL, SETTLES = TABLES.total_seconds(), 40.0  # seconds
_LAG = {False: 1.0, True: 2.5}  # seconds until a port has gone down, or come up, at most


def of(branch: Branch) -> Estate:
    """Return the estate of one branch, and of the centre."""
    outside = {name for part in PARTS if part is not branch for name in part.names}
    targets = tuple(t for t in ESTATE.targets if t.slug not in outside)
    known = {t.slug for t in targets}
    return Estate(
        targets=targets,
        checks=tuple(
            c.model_copy(update={"ports": tuple(p for p in c.ports if p.link in known)})
            for c in ESTATE.checks
            if c.target in known and c.collector in {"icmp", "snmp_interfaces"}
        ),
    )


class Play:
    """One scene, played to the brain; ports are polled, and a changed one may be hinted at."""

    def __init__(
        self,
        branch: Branch,
        part: Scene,
        policy: TellingPolicy = AT_ONCE,
        *,
        hinted: bool = True,
    ) -> None:
        self.branch, self.scene, self.hinted = branch, part, hinted
        self.world = World(of(branch), policy, seed=len(part.faults))
        self.truth = Truth(FABRIC)
        self.happened: list[Happened] = []
        self.looks: list[Look] = []
        self._tables = [c for c in self.world.estate.checks if c.ports]
        chance = self.world.random
        # when, and the number of the table from 1 on; below 0: once
        self._polls = [(chance.uniform(0, POLL), n + 1) for n in range(len(self._tables))]
        heapq.heapify(self._polls)
        self._clock = 0.0
        self._lagging: dict[tuple[str, str], float] = {}  # ports that follow a moment later

    def go(self, until: float) -> None:
        """Let time pass until so many seconds after the beginning, with the polls due by then."""
        while self._polls and self._polls[0][0] <= until:
            at, number = heapq.heappop(self._polls)
            self._run(at)
            self._poll(self._tables[abs(number) - 1])
            if number > 0:
                heapq.heappush(self._polls, (at + POLL, number))
        self._run(until)

    def _run(self, until: float) -> None:
        if until > self._clock:
            self.world.run(until - self._clock)
            self._clock = (self.world.now - self.world.begun).total_seconds()

    def _poll(self, check: Check) -> None:
        if check.target in self.truth.silent:
            return
        samples = []
        for fact in check.ports:
            state = self.truth.port(check.target, fact.port)
            if self._lagging.get((check.target, fact.port), 0.0) > self._clock:
                state = replace(state, oper_up=not state.oper_up)
            label = (("ifName", fact.port),)
            samples += [
                (Series.of("ifOperStatus", label), 1.0 if state.oper_up else 2.0),
                (Series.of("ifAdminStatus", label), 1.0 if state.admin_up else 2.0),
            ]
        self.world.hear(self.world.now, Reading(check.slug, "center", self.world.now, samples))

    def hint(self) -> None:
        """Poll within a moment whoever lost or regained a port; ports follow one by one."""
        chance = self.world.random
        for number, table in enumerate(self._tables, 1):
            for port in (f.port for f in table.ports):
                state = self.truth.port(table.target, port)
                if self.before.port(table.target, port) == state:
                    continue
                seen = self._clock
                if state.oper_up is not self.before.port(table.target, port).oper_up:
                    seen += chance.uniform(0.0, _LAG[state.oper_up])
                    self._lagging[table.target, port] = seen
                heapq.heappush(self._polls, (seen + chance.uniform(0.1, 1.5), -number))

    def play(self) -> Findings:
        """Play all of it; return what is to be said of what was told."""
        self.go(45.0)
        start = changed = self._clock
        deeds = [(f.begin, False, n) for n, f in enumerate(self.scene.faults)]
        deeds += [(f.end, True, n) for n, f in enumerate(self.scene.faults)]
        begun: dict[int, datetime] = {}
        for when, ends, number in sorted(deeds):
            fault = self.scene.faults[number]
            self.go(start + when)
            if self._clock - changed > CALM.total_seconds():
                self.looks.append(self.look())
            if ends:
                now = self.world.now
                self.happened.append(Happened(fault, begun[number], now, now))
            else:
                begun[number] = self.world.now
            self._change(fault, ends=ends)
            changed = self._clock
        self.go(changed + SETTLES)
        self.looks.append(self.look())
        return Witness(FABRIC, self.happened).judge(self.told(), self.looks, self.world.incidents)

    def _change(self, fault: Fault, *, ends: bool) -> None:
        self.before = self.truth
        for target in fault.targets:
            if fault.loss:
                lossy = dict.fromkeys(FABRIC.behind(target), 0.0 if ends else fault.loss)
                self.world.loss.update(lossy)
            elif ends:
                self.truth = self.truth.restore(target)
                self.world.mend(target)
            else:
                self.truth = self.truth.cut(target, fault.how, self.world.now)
                self.world.cut(target)
        if self.hinted:
            self.hint()

    def look(self) -> Look:
        devices = (*self.branch.devices, *self.branch.gateways, self.branch.gateway)
        return Look(
            self.world.now,
            open_roots(self.world.brain.incidents, self.world.brain.states),
            {slug: self.world.status(slug) for slug in devices},
        )

    def told(self) -> list[Told]:
        """Return what left: not what was taken back before it was due."""
        found: dict[tuple[str | None, str], Told] = {}
        incidents = self.world.incidents
        for note in sorted(self.world.left, key=lambda n: n.due_at):
            key = (note.incident, note.purpose.value)
            root = incidents[note.incident or ""].root
            found.setdefault(key, Told(note.due_at, key[1], note.incident or "", root))
        return list(found.values())


@pytest.mark.full
def test_what_is_told_of_random_scenes_is_true(*, full: bool) -> None:
    wrong = []
    for seed in range(1000 if full else 12):
        branch = PARTS[seed % len(PARTS)]
        part = scene(branch, f"simulated/{seed}")
        play = Play(branch, part, hinted=seed % 2 == 0)  # nobody sends traps where none are wanted
        findings = play.play()
        if findings.wrong:
            wrong.append(f"{seed}: {part.kind}\n{story(play.happened, play.told(), findings)}")
    assert not wrong, "\n".join(wrong)
