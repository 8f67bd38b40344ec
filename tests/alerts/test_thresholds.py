"""Whole stories of rules: what a value beyond its threshold does to targets, incidents, people."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.brain import Brain
from alerts.telling import Way
from alerts.wording import Telling, render
from core.incident import THRESHOLD, Incident, IncidentState, Purpose, Severity
from core.inventory import EscalationStep, Rule
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import STALE, Reading
from core.status import Status, Streak, Watch
from core.text import Language
from core.watching import Estate
from tests.alerts.province import AT_ONCE, CONTACT, estate
from tests.factories import DAWN, bad, good

MINUTE = timedelta(minutes=1)
RTT = Series.of("probe_icmp_rtt_mean_seconds", (("instance", "c11-gw"),))
OCTETS = Series.of("ifHCInOctets", (("ifName", "to-line1"), ("instance", "core")))
SLOW = Rule(
    slug="do-tre-cao",
    name="Độ trễ khứ hồi quá 100 ms",
    name_en="Round-trip time above 100 ms",
    metric="probe_icmp_rtt_mean_seconds",
    threshold=0.1,
    recovery=0.08,
    duration=2,
    enabled=True,
)
FULL = Rule(
    slug="bang-thong",
    name="Băng thông",
    metric="ifHCInOctets",
    value="of_capacity",
    window=5,
    threshold=90,
    kind="link",
    severity="major",
    enabled=True,
)


class Story:
    """A brain that hears samples, and what came of them. All devices answer unless cut."""

    def __init__(
        self,
        *rules: Rule,
        memory: Memory | None = None,
        now: datetime = DAWN,
        chains: Iterable[EscalationStep] = (),
    ) -> None:
        self.now = now
        self.dead: set[str] = set()
        self.estate = with_rules(rules)
        self.brain = Brain(
            self.estate, memory or Memory(), AT_ONCE, [CONTACT], now, escalations=tuple(chains)
        )
        self.outcomes: list[Outcome] = []
        self.pass_time(2)

    def pass_time(self, minutes: float, samples: Callable[[], list[Reading]] = list) -> None:
        """Let time pass in steps of a minute, each with the answers of the living."""
        end = self.now + minutes * MINUTE
        while self.now < end:
            self.now += MINUTE
            reach = [c for c in self.estate.checks if c.reach]
            batch = [
                bad(c.slug, self.now) if c.target in self.dead else self._answer(c.slug)
                for c in reach
            ]
            self.outcomes.append(self.brain.feed([*batch, *samples()], self.now))
            self.outcomes.append(self.brain.tick(self.now))

    def cut(self, slug: str) -> None:
        self.dead.add(slug)
        for n in range(30):
            at = self.now + timedelta(seconds=0.1 * n)
            batch = [bad(f"{slug}/icmp", at), good("hub1-gw/icmp", at), good("core/icmp", at)]
            self.outcomes.append(self.brain.feed(batch, at + timedelta(seconds=1)))

    def rtt(self, value: float) -> Callable[[], list[Reading]]:
        return lambda: [Reading("c11-gw/icmp", "center", self.now, [(RTT, value)], loss=0.0)]

    def status(self, slug: str) -> Status:
        return self.brain.states[slug].status

    def told(self, purpose: Purpose) -> list[str]:
        known = self.incidents
        return [
            known[n.incident or ""].root
            for o in self.outcomes
            for n in o.notifications
            if n.purpose is purpose
        ]

    @property
    def incidents(self) -> dict[str, Incident]:
        return {i.id: i for o in self.outcomes for i in o.incidents}

    @property
    def watches(self) -> dict[tuple[str, str], Watch]:
        """Return what the ledger holds of them."""
        kept = {(w.rule, w.series): w for o in self.outcomes for w in o.watches}
        return {key: watch for key, watch in kept.items() if watch.beyond}

    def memory(self) -> Memory:
        streaks: dict[str, Streak] = {s.check: s for o in self.outcomes for s in o.streaks}
        return Memory(
            states=dict(self.brain.states),
            streaks=streaks,
            incidents=self.brain.incidents,
            watches=tuple(self.watches.values()),
            observed_until={"center": self.now},
            incidents_today=len(self.incidents),
        )

    def _answer(self, check: str) -> Reading:
        return Reading(check, "center", self.now, loss=0.0)


def with_rules(rules: Iterable[Rule]) -> Estate:
    what = estate(hubs=1, communes=2)
    targets = tuple(
        t.model_copy(update={"capacity_mbps": 8.0}) if t.kind == "link" else t for t in what.targets
    )
    checks = tuple(c if c.reach else c.model_copy(update={"interval": 60.0}) for c in what.checks)
    return Estate(targets=targets, checks=checks, rules=tuple(rules))


def said(story: Story, incident: Incident, purpose: Purpose, language: Language) -> str:
    message = render(
        Telling(purpose=purpose, incident=incident, now=story.now),
        story.brain.topology,
        language,
        message_id="1",
        to="truc@example.vn",
    )
    return f"{message.subject}\n{message.body}"


def test_a_value_beyond_its_threshold_for_long_enough_degrades_its_target_and_is_told_once() -> (
    None
):
    story = Story(SLOW)
    began = story.now + MINUTE
    story.pass_time(2, story.rtt(0.2))
    assert not story.incidents
    assert story.status("c11-gw") is Status.UP
    story.pass_time(1, story.rtt(0.2))
    incident = next(iter(story.incidents.values()))
    assert (incident.kind, incident.cause, incident.root) == (THRESHOLD, "do-tre-cao", "c11-gw")
    assert incident.severity is Severity.WARNING
    assert incident.began_at == began
    assert incident.detail == "200 ms > 100 ms"
    assert story.status("c11-gw") is Status.DEGRADED
    assert story.brain.states["c11-gw"].since == began
    assert story.brain.states["c11-gw"].reason == "threshold"
    assert story.status("c11") is Status.DEGRADED
    story.pass_time(10, story.rtt(0.2))
    story.pass_time(10, story.rtt(0.09))
    assert story.told(Purpose.PROBLEM) == ["c11-gw"]
    assert story.told(Purpose.RECOVERY) == []
    back = story.now + MINUTE
    story.pass_time(1, story.rtt(0.08))
    assert story.told(Purpose.RECOVERY) == ["c11-gw"]
    assert story.incidents[incident.id].state is IncidentState.RECOVERED
    assert story.incidents[incident.id].recovered_at == back
    assert story.status("c11-gw") is Status.UP
    assert story.brain.states["c11-gw"].since == back
    story.pass_time(10, story.rtt(0.05))
    assert len(story.incidents) == 1
    assert not story.watches


def test_without_an_enabled_rule_the_same_values_say_nothing() -> None:
    story = Story(SLOW.model_copy(update={"enabled": False}))
    story.pass_time(10, story.rtt(0.2))
    assert not story.incidents
    assert not any(o.watches for o in story.outcomes)


def test_a_full_line_is_told_of_by_the_port_that_carries_it() -> None:
    story = Story(FULL)
    total = [0.0]

    def busy() -> list[Reading]:
        total[0] += 57e6
        return [
            Reading("core/snmp_interfaces", "center", story.now, [(OCTETS, total[0])]),
        ]

    story.pass_time(10, busy)
    (incident,) = story.incidents.values()
    assert (incident.root, incident.severity) == ("line1", Severity.MAJOR)
    assert story.status("line1") is Status.DEGRADED
    assert story.status("core") is Status.UP
    vi = said(story, incident, Purpose.PROBLEM, "vi")
    assert "Kênh VNPT đi hub1 (VNPT-line1) vượt 90 % băng thông từ" in vi
    assert "Nguyên nhân: đo được 95 % > 90 %." in vi
    en = said(story, incident, Purpose.PROBLEM, "en")
    assert "is above 90 % of its capacity since" in en


def test_a_rule_is_told_by_its_name_in_both_languages() -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    story.pass_time(1, story.rtt(0.01))
    (incident,) = story.incidents.values()
    vi = said(story, incident, Purpose.RECOVERY, "vi")
    assert "(UBND c11) trở lại trong ngưỡng, kéo dài 3 phút" in vi
    assert "Vượt ngưỡng “Độ trễ khứ hồi quá 100 ms” từ" in vi
    en = said(story, incident, Purpose.RECOVERY, "en")
    assert "is back within its threshold since" in en
    assert "It was beyond its threshold “Round-trip time above 100 ms” since" in en


def test_missing_and_meaningless_samples_neither_clear_nor_fire() -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    story.pass_time(10)
    story.pass_time(3, story.rtt(STALE))
    assert [i.state for i in story.incidents.values()] == [IncidentState.OPEN]
    (watch,) = story.watches.values()
    assert watch.value is None
    assert watch.fired_at is not None
    story.pass_time(1, story.rtt(0.05))
    assert [i.state for i in story.incidents.values()] == [IncidentState.RECOVERED]


def test_the_outage_of_a_target_speaks_for_what_its_values_say() -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    story.cut("c11-gw")
    story.pass_time(5)
    by_kind = {i.kind: i for i in story.incidents.values()}
    outage = by_kind["outage"]
    assert by_kind[THRESHOLD].state is IncidentState.MERGED
    assert by_kind[THRESHOLD].merged_into == outage.id
    late = timedelta(milliseconds=1)
    story.pass_time(
        5, lambda: [replace(bad("c11-gw/icmp", story.now + late), samples=[(RTT, 5.0)])]
    )
    assert len(story.incidents) == 2
    story.dead.clear()
    story.pass_time(3, story.rtt(0.01))
    assert story.incidents[outage.id].state is IncidentState.RECOVERED
    assert len(story.incidents) == 2
    assert story.status("c11-gw") is Status.UP
    assert not story.watches


@pytest.mark.parametrize("stop", [1, 30], ids=["a short stop", "a long one"])
def test_a_restart_keeps_what_fires_and_opens_nothing_twice(stop: int) -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    again = Story(SLOW, memory=story.memory(), now=story.now + stop * MINUTE)
    again.pass_time(5, again.rtt(0.2))
    assert [i.id for i in again.brain.incidents] == list(story.incidents)
    assert again.status("c11-gw") is Status.DEGRADED
    assert not again.told(Purpose.PROBLEM)
    again.pass_time(1, again.rtt(0.01))
    assert not again.brain.incidents
    assert again.status("c11-gw") is Status.UP


def test_a_rule_that_is_switched_off_closes_its_incident_without_saying_that_all_is_well() -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    off = with_rules([SLOW.model_copy(update={"enabled": False})])
    story.outcomes.append(story.brain.replace(off, [CONTACT], story.now))
    assert [i.state for i in story.incidents.values()] == [IncidentState.RECOVERED]
    assert [n.text for n in story.outcomes[-1].notes if n.kind == "recovered"] == ["retired"]
    assert story.status("c11-gw") is Status.UP
    assert not story.watches


def test_an_edited_rule_begins_anew() -> None:
    story = Story(SLOW)
    story.pass_time(3, story.rtt(0.2))
    laxer = with_rules([SLOW.model_copy(update={"threshold": 0.5, "recovery": None})])
    story.outcomes.append(story.brain.replace(laxer, [CONTACT], story.now))
    story.pass_time(5, story.rtt(0.2))
    assert not story.brain.incidents


def test_two_rules_on_one_target_are_two_incidents_and_no_outage_ends_with_them() -> None:
    worse = SLOW.model_copy(update={"slug": "rat-cham", "threshold": 0.15, "severity": "major"})
    story = Story(SLOW, worse)
    story.pass_time(3, story.rtt(0.2))
    assert {i.cause for i in story.brain.incidents} == {"do-tre-cao", "rat-cham"}
    story.pass_time(1, story.rtt(0.09))
    assert story.status("c11-gw") is Status.DEGRADED
    story.pass_time(3, story.rtt(0.05))
    assert not story.brain.incidents
    assert story.status("c11-gw") is Status.UP


def test_an_incident_of_a_rule_goes_the_way_of_its_chain() -> None:
    chain = EscalationStep(slug="canh-bao", name="Cảnh báo", severities=("warning",), tell="site")
    story = Story(SLOW, chains=[chain])
    story.pass_time(3, story.rtt(0.2))
    (incident,) = story.incidents.values()
    assert incident.chain is not None
    assert incident.chain.slug == "canh-bao"
    assert {w.name for w in AT_ONCE.ways} == {Way(name="mail").name}
    promised = [n.recipient for o in story.outcomes for n in o.notifications]
    assert promised == ["canh-bao/1"]
