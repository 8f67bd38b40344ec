"""An answer acknowledges what its sender was told of, once, and everything is kept."""

import asyncio
from datetime import timedelta

import pytest

from core.answer import Answer, Verdict
from core.incident import Delivery, IncidentState, NotificationState, Purpose
from core.outcome import Outcome
from storage.answers import Coming
from storage.ledger import Ledger
from storage.pruning import Kept
from tests.storage.test_brain import CODE, NOW, a_notification, an_incident

HOUR = timedelta(hours=1)
PHONE = "+84901234567"


async def told(ledger: Ledger, *codes: str, recipient: str = "binh", channel: str = "sms") -> None:
    """Let incidents be told to somebody."""
    await ledger.brain.commit(
        Outcome(
            incidents=[an_incident(code) for code in codes],
            notifications=[
                a_notification(incident=code, recipient=recipient, channel=channel)
                for code in codes
            ],
        ),
        NOW,
    )
    for row in await ledger.outbox.claim("w", NOW, limit=1000):
        sent = Delivery(notification=row.id or 0, at=NOW, ok=True)
        await ledger.outbox.settle(row, sent, NotificationState.SENT)


def coming(
    code: str | None,
    *people: str,
    number: str = "1",
    channel: str = "sms",
    contact: str | None = None,
) -> Coming:
    answer = Answer(number, PHONE, f"OK {code}", contact)
    return Coming(channel, answer, frozenset(people or {"binh"}), code)


@pytest.fixture
async def code(ledger: Ledger) -> str:
    await told(ledger, CODE)
    return await ledger.answers.code([CODE], NOW, HOUR)


async def test_an_answer_acknowledges_and_is_in_every_book(ledger: Ledger, code: str) -> None:
    outcome, events = await ledger.answers.take(coming(code), NOW)
    assert (outcome.verdict, outcome.contact) == (Verdict.TAKEN, "binh")
    assert outcome.incidents == (CODE,)
    assert [event.kind for event in events] == ["incident", "note"]
    found = await ledger.incidents.get(CODE)
    assert (found.acked_by, found.acked_at) == ("binh", NOW)
    (kept,) = await ledger.answers.about(CODE)
    assert (kept.sender, kept.text, kept.code) == (PHONE, f"OK {code}", code)
    by_answer, ack = await ledger.people.audit_rows(2)
    assert (ack.action, ack.actor, ack.origin) == ("incident.ack", "binh", f"sms {PHONE}")
    assert (by_answer.action, by_answer.subject) == ("answer.taken", CODE)
    assert (await ledger.incidents.notes(CODE))[-1].text == f"OK {code}"


async def test_handed_over_twice_it_does_nothing_again(ledger: Ledger, code: str) -> None:
    first, _ = await ledger.answers.take(coming(code), NOW)
    again, events = await ledger.answers.take(coming(code), NOW + HOUR)
    assert (again.verdict, again.number, again.again) == (Verdict.TAKEN, first.number, True)
    assert again.incidents == first.incidents
    assert events == []
    assert len(await ledger.answers.latest()) == 1


async def test_of_many_answers_at_once_one_counts(ledger: Ledger, code: str) -> None:
    outcomes = await asyncio.gather(
        *(ledger.answers.take(coming(code, number=str(n)), NOW) for n in range(8))
    )
    verdicts = [outcome.verdict for outcome, _ in outcomes]
    assert verdicts.count(Verdict.TAKEN) == 1
    assert verdicts.count(Verdict.ALREADY) == 7
    assert {outcome.by for outcome, _ in outcomes} == {None, "binh"}


async def test_somebody_else_cannot_answer_with_it(ledger: Ledger, code: str) -> None:
    for people in (("lan",), ("lan", "nam")):
        outcome, _ = await ledger.answers.take(coming(code, *people, number=people[-1]), NOW)
        assert outcome.verdict is Verdict.UNKNOWN
    stranger = Coming("sms", Answer("x", "+84999", f"OK {code}"), frozenset(), code)
    outcome, _ = await ledger.answers.take(stranger, NOW)
    assert (outcome.verdict, outcome.contact) == (Verdict.STRANGER, None)
    assert (await ledger.incidents.get(CODE)).acked_by is None


async def test_of_two_people_with_one_telephone_it_is_the_one_who_was_told(
    ledger: Ledger, code: str
) -> None:
    outcome, _ = await ledger.answers.take(coming(code, "an", "binh"), NOW)
    assert (outcome.verdict, outcome.contact) == (Verdict.TAKEN, "binh")


async def test_in_a_room_of_many_anybody_known_may_answer(ledger: Ledger) -> None:
    await told(ledger, CODE, recipient="nhom", channel="nhom")
    code = await ledger.answers.code([CODE], NOW, HOUR)
    outcome, _ = await ledger.answers.take(coming(code, "lan", channel="nhom", contact="lan"), NOW)
    assert (outcome.verdict, outcome.contact) == (Verdict.TAKEN, "lan")


async def test_a_wrong_code_and_unclear_words_are_said_to_be(ledger: Ledger, code: str) -> None:
    wrong = f"{(int(code) + 1) % 10_000:04}"
    outcome, _ = await ledger.answers.take(coming(wrong), NOW)
    assert outcome.verdict is Verdict.UNKNOWN
    outcome, _ = await ledger.answers.take(coming(None, number="2"), NOW)
    assert outcome.verdict is Verdict.UNCLEAR
    assert [row.action for row in await ledger.people.audit_rows(2)] == [
        "answer.unclear",
        "answer.unknown",
    ]


async def test_a_code_ends_and_a_later_message_renews_it(ledger: Ledger, code: str) -> None:
    assert await ledger.answers.code([CODE], NOW + HOUR / 2, HOUR) == code
    late = NOW + HOUR * 1.5
    outcome, _ = await ledger.answers.take(coming(code), late)
    assert outcome.verdict is Verdict.EXPIRED
    assert await ledger.answers.code([CODE], late, HOUR) != code


async def test_what_is_over_need_not_be_taken_on(ledger: Ledger, code: str) -> None:
    over = an_incident(state=IncidentState.RECOVERED, recovered_at=NOW, version=2)
    await ledger.brain.commit(Outcome(incidents=[over]), NOW)
    outcome, _ = await ledger.answers.take(coming(code), NOW)
    assert (outcome.verdict, outcome.incidents) == (Verdict.ENDED, (CODE,))


async def test_what_was_merged_is_answered_where_it_goes_on(ledger: Ledger, code: str) -> None:
    other = "SC-20261122-0002"
    merged = an_incident(state=IncidentState.MERGED, merged_into=other, version=2)
    await ledger.brain.commit(Outcome(incidents=[an_incident(other), merged]), NOW)
    outcome, _ = await ledger.answers.take(coming(code), NOW)
    assert (outcome.verdict, outcome.incidents) == (Verdict.TAKEN, (other,))
    assert (await ledger.incidents.get(other)).acked_by == "binh"


async def test_one_code_takes_on_all_that_one_message_told(ledger: Ledger) -> None:
    codes = [f"SC-20261122-{n:04}" for n in range(1, 5)]
    await told(ledger, *codes)
    alone = await ledger.answers.code(codes[:1], NOW, HOUR)
    code = await ledger.answers.code(codes, NOW, HOUR)
    assert alone != code == await ledger.answers.code(codes[::-1], NOW, HOUR)
    await ledger.answers.take(coming(alone), NOW)
    outcome, _ = await ledger.answers.take(coming(code, number="2"), NOW)
    assert outcome.verdict is Verdict.TAKEN
    assert outcome.incidents == tuple(codes[1:])
    for one in codes:
        assert (await ledger.incidents.get(one)).acked_by == "binh"
        assert outcome.number in {row.id for row in await ledger.answers.about(one)}


async def test_what_went_out_without_a_receipt_may_be_answered(ledger: Ledger) -> None:
    await ledger.brain.commit(
        Outcome(incidents=[an_incident()], notifications=[a_notification(Purpose.REMINDER)]), NOW
    )
    code = await ledger.answers.code([CODE], NOW, HOUR)
    outcome, _ = await ledger.answers.take(coming(code), NOW)
    assert outcome.verdict is Verdict.UNKNOWN  # nothing has gone out yet
    (row,) = await ledger.outbox.claim("w", NOW)
    lost = Delivery(notification=row.id or 0, at=NOW, ok=False, receipt="no answer within 20 s")
    await ledger.outbox.settle(row, lost, NotificationState.PENDING, NOW + HOUR)
    outcome, _ = await ledger.answers.take(coming(code, number="2"), NOW)
    assert outcome.verdict is Verdict.TAKEN


async def test_codes_stay_apart_and_grow_when_the_short_ones_are_half_used(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [f"SC-20261122-{n:04}" for n in range(1, 9)]
    await told(ledger, *codes)
    monkeypatch.setattr("storage.codes._DIGITS", (1, 2))
    drawn = [await ledger.answers.code([one], NOW, HOUR) for one in codes]
    assert len(set(drawn)) == len(codes)
    assert sorted(map(len, drawn)) == [1] * 5 + [2] * 3


async def test_replies_are_counted_and_old_rows_go(ledger: Ledger, code: str) -> None:
    for number in range(3):
        outcome, _ = await ledger.answers.take(coming(None, number=f"n{number}"), NOW)
        await ledger.answers.replied(outcome.number, "reference 7")
    outcome, _ = await ledger.answers.take(coming(code), NOW + HOUR / 2)
    assert outcome.replies is not None
    assert (outcome.replies.sender_hour, outcome.replies.channel_hour) == (3, 3)
    outcome, _ = await ledger.answers.take(coming(None, number="x"), NOW + 2 * HOUR)
    assert outcome.replies is not None
    assert (outcome.replies.sender_hour, outcome.replies.sender_day) == (0, 3)
    kept = Kept(events=timedelta(days=1), messages=timedelta(days=1))
    while await ledger.pruning.portion(kept, NOW + timedelta(days=40)):
        pass
    assert await ledger.answers.latest() == []
    outcome, _ = await ledger.answers.take(coming(code, number="y"), NOW + timedelta(days=40))
    assert outcome.verdict is Verdict.UNKNOWN
