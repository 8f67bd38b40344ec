"""Who is told by which chain, what is frozen when, and what happens where nobody is to be had."""

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.brain import Brain
from alerts.chains import chosen, freeze, promised
from alerts.escalation import People, messages, otherwise, quiet_until, recoveries
from alerts.incidents import Fold
from alerts.telling import TellingPolicy, Way
from alerts.topology import Topology
from core.incident import (
    Chain,
    Due,
    Incident,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.inventory import Contact, EscalationStep
from core.outcome import Memory
from core.watching import Hours
from tests.alerts.province import AT_ONCE, CONTACT, World, estate
from tests.factories import DAWN

POLICY = TellingPolicy(
    ways=(
        Way(name="mail"),
        Way(name="sms", to="phone"),
        Way(name="hook", to="fixed", address="https://hook.example.vn"),
    )
)
AN = Contact(slug="an", name="An", email="an@donvi.vn", phone="0912345678")
BINH = Contact(slug="binh", name="Bình", email="binh@donvi.vn")
FAR = Contact(slug="xa", name="Xa", email="xa@donvi.vn", unit="unit-hub1")
LAND = Topology(estate(hubs=1, communes=2))
Duty = dict[str, dict[str, tuple[str, ...]]]
DUTY: Duty = {"cntt": {"primary": ("an",), "secondary": ("binh",)}}


def a_step(number: int = 1, **changes: object) -> EscalationStep:
    fields: dict[str, object] = {
        "slug": "khan-cap",
        "name": "Khẩn cấp",
        "step": number,
        "rota": "cntt",
    }
    return EscalationStep.model_validate(fields | changes)


CHAIN = (a_step(), a_step(2, after=10, tell="secondary"), a_step(3, after=30, tell="concerned"))


def an_incident(**changes: object) -> Incident:
    fields: dict[str, object] = {
        "id": "SC-20261122-0001",
        "root": "line1",
        "severity": Severity.CRITICAL,
        "began_at": DAWN,
        "decided_at": DAWN,
        "members": (Member(target="line1", joined_at=DAWN),),
    }
    return Incident.model_validate(fields | changes)


def frozen(*steps: EscalationStep) -> Chain:
    found = chosen(an_incident(), steps, LAND)
    assert found is not None
    return found


def told(
    *steps: EscalationStep,
    step: int = 1,
    duty: Duty = DUTY,
    of_site: dict[str, str] | None = None,
) -> list[tuple[str, str]]:
    incident = an_incident(chain=frozen(*steps))
    promise = Notification(
        incident=incident.id,
        purpose=Purpose.PROBLEM,
        recipient="khan-cap/1",
        address="",
        channel="",
        reason="new_problem",
        step=step,
        due_at=DAWN,
    )
    people = People((AN, BINH, FAR), duty, of_site or {})
    rows = messages(promise, incident, people, LAND, POLICY, now=DAWN)
    return [(row.recipient, row.channel) for row in rows]


def test_the_chain_of_the_smallest_unit_is_chosen_then_one_for_the_severity() -> None:
    anywhere = a_step(slug="chung")
    severe = a_step(slug="nang", severities=("critical",))
    here = a_step(slug="hub", unit="unit-hub1")
    elsewhere = a_step(slug="khac", unit="unit-hub9")
    light = a_step(slug="nhe", severities=("warning",))

    def name(*steps: EscalationStep) -> str | None:
        found = chosen(an_incident(), steps, LAND)
        return found.slug if found is not None else None

    assert name(elsewhere, light) is None
    assert name(anywhere, light) == "chung"
    assert name(anywhere, severe) == "nang"
    assert name(anywhere, severe, here, elsewhere) == "hub"


def test_what_belongs_to_no_unit_is_where_all_its_members_are() -> None:
    both = tuple(Member(target=slug, joined_at=DAWN) for slug in ("hub1", "line1"))
    ring = an_incident(root="ring:3", members=both)
    province = a_step(slug="tinh", unit="tinh")
    hub = a_step(slug="hub", unit="unit-hub1")
    found = chosen(ring, [province, hub], LAND)
    assert found is not None
    assert found.slug == "hub"
    wide = ring.model_copy(update={"members": (*both, Member(target="core", joined_at=DAWN))})
    found = chosen(wide, [province, hub], LAND)
    assert found is not None
    assert found.slug == "tinh"


def test_a_chain_without_a_unit_serves_a_root_that_nobody_knows_any_more() -> None:
    lost = an_incident(root="gone", members=())
    assert chosen(lost, [a_step(unit="unit-hub1")], LAND) is None
    assert chosen(lost, [a_step()], LAND) is not None


def test_each_step_is_somebody_else() -> None:
    assert told(*CHAIN) == [("hook", "hook"), ("an", "mail"), ("an", "sms")]
    assert told(*CHAIN, step=2) == [("hook", "hook"), ("binh", "mail")]
    assert {who for who, _ in told(*CHAIN, step=3)} == {"hook", "an", "binh", "xa"}


def test_a_named_contact_and_the_contact_of_the_site_are_told() -> None:
    assert told(a_step(tell="contact", contact="binh", channels=("mail",))) == [("binh", "mail")]
    site = a_step(tell="site", channels=("mail",))
    assert told(site, of_site={"hub1": "xa"}) == [("xa", "mail")]


def test_only_the_channels_of_the_step_are_used() -> None:
    assert told(a_step(channels=("sms",))) == [("an", "sms")]


def test_whom_no_channel_of_the_step_reaches_is_told_by_the_others() -> None:
    assert told(a_step(tell="secondary", channels=("sms",))) == [("binh", "mail")]
    assert told(a_step(channels=("viber",))) == [("an", "mail"), ("an", "sms")]


def test_a_hole_in_the_rota_passes_to_the_next_step_at_once() -> None:
    duty: Duty = {"cntt": {"secondary": ("binh",)}}
    assert told(*CHAIN, duty=duty) == [("hook", "hook"), ("binh", "mail")]


@pytest.mark.parametrize("duty", [{}, {"cntt": {"primary": ("nguoi-da-nghi",)}}])
def test_where_nobody_is_to_be_had_everybody_concerned_is_told(
    duty: Duty,
) -> None:
    assert {who for who, _ in told(a_step(channels=("mail",)), duty=duty)} >= {"an", "binh", "xa"}


def test_a_step_by_a_hook_alone_reaches_whom_it_means() -> None:
    assert told(a_step(channels=("hook",)), duty={}) == [("hook", "hook")]


def test_a_recovery_goes_to_whoever_heard_of_the_problem() -> None:
    def row(who: str, state: NotificationState, step: int | None = None) -> Notification:
        return Notification(
            incident="SC-20261122-0001",
            purpose=Purpose.PROBLEM,
            recipient=who,
            address=f"{who}@donvi.vn",
            channel="mail",
            language="en",
            reason="new_problem",
            step=step,
            due_at=DAWN,
            state=state,
        )

    end = row("khan-cap/0", NotificationState.CLAIMED, 0).model_copy(
        update={"purpose": Purpose.RECOVERY}
    )
    known = [
        row("khan-cap/1", NotificationState.UNFOLDED, 1),
        row("an", NotificationState.SENT),
        row("binh", NotificationState.CANCELLED),
        row("xa", NotificationState.FAILED),
    ]
    [found] = recoveries(end, known, DAWN)
    assert (found.recipient, found.purpose, found.language) == ("an", Purpose.RECOVERY, "en")


def test_who_was_told_by_an_earlier_step_is_reminded_by_a_later_one() -> None:
    incident = an_incident(chain=frozen(*CHAIN))
    step = Notification(
        incident=incident.id,
        purpose=Purpose.PROBLEM,
        recipient="khan-cap/3",
        address="",
        channel="",
        reason="escalated",
        step=3,
        due_at=DAWN,
    )
    sent = step.model_copy(
        update={
            "recipient": "an",
            "channel": "mail",
            "step": None,
            "state": NotificationState.SENT,
            "settled_at": DAWN,
        }
    )
    hook = sent.model_copy(update={"recipient": "hook", "channel": "hook"})
    people = People((AN, BINH), DUTY)
    later = DAWN + timedelta(minutes=1)
    rows = messages(step, incident, people, LAND, POLICY, told=[sent, hook], now=later)
    assert {(r.recipient, r.channel) for r in rows if r.purpose is Purpose.REMINDER} == {
        ("an", "mail")
    }
    more = step.model_copy(update={"reason": "touches_your_unit"})
    rows = messages(more, incident, people, LAND, POLICY, told=[sent, hook], now=DAWN)
    assert {row.purpose for row in rows} == {Purpose.PROBLEM}


def test_two_steps_at_one_time_that_mean_one_person_tell_once_and_remind_of_nothing() -> None:
    first, second, third = a_step(), a_step(2), a_step(3, after=10, tell="secondary")
    incident = an_incident(chain=frozen(first, second, third))
    assert incident.chain is not None
    due = Due(DAWN, "at_once")
    one, two, three = promised(incident, incident.chain, Purpose.PROBLEM, "new_problem", due)
    assert [one.reason, two.reason, three.reason] == ["new_problem", "together", "escalated"]
    people = People((AN, BINH), DUTY)
    rows = messages(one, incident, people, LAND, POLICY, now=DAWN)
    told = [
        row.model_copy(update={"state": NotificationState.SENT, "settled_at": DAWN}) for row in rows
    ]
    soon = DAWN + timedelta(seconds=2)
    again = messages(two, incident, people, LAND, POLICY, told=told, now=soon)
    assert not [row for row in again if row.recipient == "an"]


def test_a_step_that_nobody_is_found_for_says_so_to_whoever_is_next() -> None:
    incident = an_incident(chain=frozen(*CHAIN))
    assert incident.chain is not None
    due = Due(DAWN, "at_once")
    first, *_ = promised(incident, incident.chain, Purpose.PROBLEM, "new_problem", due)
    reserve = People((AN, BINH), {"cntt": {"secondary": ("binh",)}})
    rows = messages(first, incident, reserve, LAND, POLICY, now=DAWN)
    assert {(row.recipient, row.reason) for row in rows if row.channel == "mail"} == {
        ("binh", "unreached")
    }


def test_after_a_channel_failed_for_good_the_person_is_told_by_the_others() -> None:
    failed = Notification(
        incident="SC-20261122-0001",
        purpose=Purpose.PROBLEM,
        recipient="an",
        address="an@donvi.vn",
        channel="mail",
        reason="new_problem",
        due_at=DAWN,
    )
    rows = otherwise(failed, People((AN, BINH)), POLICY, DAWN)
    assert [(row.recipient, row.channel) for row in rows] == [("an", "sms")]


NIGHT = {"dem": (Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(0), end=time(6, 30)),)}
AT_THREE = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # 03:00 in Vietnam
AT_HALF_PAST_SIX = AT_THREE + timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    ("severity", "duty", "at", "until"),
    [
        (Severity.MAJOR, {}, AT_THREE, AT_HALF_PAST_SIX),
        (Severity.CRITICAL, {}, AT_THREE, None),
        (Severity.MAJOR, {"cntt": {"secondary": ("an",)}}, AT_THREE, None),
        (Severity.MAJOR, {"cntt": {"secondary": ("binh",)}}, AT_THREE, AT_HALF_PAST_SIX),
        (Severity.MAJOR, {}, AT_HALF_PAST_SIX, None),
    ],
)
def test_a_person_sleeps_unless_it_is_critical_or_his_own_duty(
    severity: Severity, duty: Duty, at: datetime, until: datetime | None
) -> None:
    sleeper = AN.model_copy(update={"quiet": "dem"})
    message = Notification(
        incident="SC-20261122-0001",
        purpose=Purpose.PROBLEM,
        recipient="an",
        address="an@donvi.vn",
        channel="mail",
        reason="new_problem",
        due_at=at,
    )
    people = People((sleeper, BINH), duty)
    assert quiet_until(message, an_incident(severity=severity), people, NIGHT, at) == until
    other = message.model_copy(update={"recipient": "binh"})
    assert quiet_until(other, an_incident(severity=severity), people, NIGHT, at) is None


# Through the brain


class Watched(World):
    """A province whose incidents are told by chains."""

    def __init__(self, *steps: EscalationStep) -> None:
        super().__init__(estate(hubs=1, communes=2))
        self.brain = Brain(self.estate, Memory(), AT_ONCE, [CONTACT], self.now, escalations=steps)

    def promises(self) -> list[tuple[str, timedelta]]:
        rows = [row for outcome in self.outcomes for row in outcome.notifications]
        begin = min(row.due_at for row in rows)
        return [(row.recipient, row.due_at - begin) for row in rows]


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_an_incident_keeps_the_chain_it_opened_with() -> None:
    world = Watched(*CHAIN)
    world.run(5)
    world.cut("line1")
    world.run(10)
    [incident] = world.brain.incidents
    assert incident.chain == frozen(*CHAIN)
    world.outcomes.append(
        world.brain.replace(world.estate, [CONTACT], world.now, escalations=[a_step(slug="moi")])
    )
    world.run(5)
    assert world.brain.incidents[0].chain == frozen(*CHAIN)


def test_the_steps_are_promised_for_their_times_and_nobody_else_is_told() -> None:
    world = Watched(*CHAIN)
    world.run(5)
    world.cut("line1")
    world.run(10)
    assert world.promises() == [
        ("khan-cap/1", minutes(0)),
        ("khan-cap/2", minutes(10)),
        ("khan-cap/3", minutes(30)),
    ]


def test_who_is_newly_touched_is_promised_a_word_at_once_when_the_step_is_past() -> None:
    chain = frozen(*CHAIN)
    incident = an_incident(chain=chain, members=(Member(target="line1", joined_at=DAWN),) * 3)

    def growing(now: timedelta) -> list[tuple[str, timedelta]]:
        rows = promised(
            incident,
            chain,
            Purpose.PROBLEM,
            "touches_your_unit",
            Due(DAWN + now, "delay"),
            since=DAWN,
        )
        return [(r.recipient, r.due_at - DAWN) for r in rows if "+" in r.recipient]

    assert growing(minutes(20)) == [("khan-cap/3+3", minutes(30))]
    assert growing(minutes(45)) == [("khan-cap/3+3", minutes(45))]


def test_an_incident_that_outgrows_its_chain_gets_another() -> None:
    light = a_step(slug="nhe", severities=("warning", "major"))
    grave = a_step(slug="nang", severities=("critical",))
    incident = an_incident(severity=Severity.MAJOR)
    chain = chosen(incident, [light, grave], LAND)
    kept = incident.model_copy(update={"chain": chain})
    grown = kept.model_copy(update={"severity": Severity.CRITICAL})
    fold = Fold(present={"line1": grown}, changed=[grown])
    freeze(fold, [light, grave], LAND, lambda _: 0.0, DAWN)
    found = fold.changed[0].chain
    assert found is not None
    assert found.slug == "nang"
    assert fold.present["line1"].chain == found
    calm = Fold(present={"line1": kept}, changed=[kept])
    freeze(calm, [a_step(slug="moi")], LAND, lambda _: 0.0, DAWN)
    assert calm.changed[0].chain == chain


def test_without_a_chain_for_it_an_incident_is_told_as_ever() -> None:
    world = Watched(a_step(severities=("info",)))
    world.run(5)
    world.cut("line1")
    world.run(10)
    assert world.brain.incidents[0].chain is None
    assert [who for who, _ in world.promises()] == ["truc"]


def test_the_end_takes_the_steps_back_and_promises_to_tell_whoever_knows() -> None:
    world = Watched(*CHAIN)
    world.run(5)
    world.cut("line1")
    world.run(10)
    world.mend("line1")
    world.run(30)
    assert not world.brain.incidents
    last = [row for outcome in world.outcomes for row in outcome.notifications][-1]
    assert (last.recipient, last.purpose, last.step) == ("khan-cap/0", Purpose.RECOVERY, 0)
    cancelled = [pair for outcome in world.outcomes for pair in outcome.cancelled]
    assert [purpose for _, purpose in cancelled] == [Purpose.PROBLEM]
