"""Every message is claimed by one worker at a time, and none is lost with its worker."""

import asyncio
from collections import Counter
from datetime import timedelta

from core.clock import SystemClock
from core.incident import Delivery, Due, Fate, Notification, NotificationState, Purpose
from core.outcome import Outcome
from storage.ledger import Ledger, open_ledger
from tests.storage.test_brain import CODE, NOW, a_notification, an_incident, an_outcome

MINUTE = timedelta(minutes=1)


def a_test(**changes: object) -> Notification:
    return a_notification(Purpose.TEST, incident=None, **changes)


async def test_only_what_is_due_is_claimed_oldest_first(ledger: Ledger) -> None:
    for minutes in (3, 1, 2, 9):
        await ledger.outbox.add(a_test(due_at=NOW + minutes * MINUTE, recipient=f"p{minutes}"))
    claimed = await ledger.outbox.claim("w", NOW + 5 * MINUTE, limit=2)
    assert [n.recipient for n in claimed] == ["p1", "p2"]
    assert [(n.state, n.claimed_by, n.attempts) for n in claimed] == [
        (NotificationState.CLAIMED, "w", 1)
    ] * 2
    assert claimed[0].claimed_at == NOW + 5 * MINUTE
    assert [n.recipient for n in await ledger.outbox.claim("w", NOW + 5 * MINUTE)] == ["p3"]
    assert await ledger.outbox.claim("w", NOW + 5 * MINUTE) == []


async def test_many_workers_never_share_a_message(ledger: Ledger, ledger_url: str) -> None:
    for number in range(40):
        await ledger.outbox.add(a_test(recipient=f"p{number}"))
    others = [await open_ledger(ledger_url, None, SystemClock()) for _ in range(2)]

    async def work(name: str, book: Ledger) -> list[int]:
        mine: list[int] = []
        while claimed := await book.outbox.claim(name, NOW, limit=3):
            mine += [n.id or 0 for n in claimed]
        return mine

    books = [ledger, *others]
    found = await asyncio.gather(*(work(f"w{n}", books[n % 3]) for n in range(6)))
    counted = Counter(number for mine in found for number in mine)
    assert sum(counted.values()) == len(counted) == 40
    for other in others:
        await other.aclose()


async def test_a_claim_whose_worker_died_comes_back_and_the_late_worker_is_told(
    ledger: Ledger,
) -> None:
    await ledger.outbox.add(a_test())
    (lost,) = await ledger.outbox.claim("dead", NOW, lease_s=30)
    assert await ledger.outbox.claim("w", NOW + timedelta(seconds=29)) == []
    (mine,) = await ledger.outbox.claim("w", NOW + timedelta(seconds=30))
    assert (mine.id, mine.attempts) == (lost.id, 2)
    sent = Delivery(notification=mine.id or 0, at=NOW, ok=True, receipt="250 ok")
    assert not await ledger.outbox.settle(lost, sent, NotificationState.SENT)
    assert await ledger.outbox.settle(mine, sent, NotificationState.SENT)
    found = await ledger.outbox.get(mine.id or 0)
    assert found is not None
    assert found[0].state is NotificationState.SENT
    assert len(found[1]) == 2


async def test_what_went_out_as_one_message_is_settled_but_for_what_another_has_claimed(
    ledger: Ledger,
) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    await ledger.outbox.add(a_notification(recipient="an", due_at=NOW + MINUTE))
    [lost] = await ledger.outbox.claim("w", NOW, lease_s=30)
    [owned] = await ledger.outbox.claim("another", NOW + timedelta(seconds=30))
    [mine] = await ledger.outbox.claim("w", NOW + MINUTE)
    assert owned.id == lost.id
    await ledger.outbox.sent(
        [
            (one, Delivery(notification=one.id or 0, at=NOW, ok=True, receipt="250 ok"))
            for one in (lost, mine)
        ]
    )
    found = await ledger.outbox.for_incident(CODE)
    assert [[receipt.receipt for receipt in receipts] for _, receipts in found] == [["250 ok"]] * 2
    assert {row.recipient: row.state for row, _ in found} == {
        "binh": NotificationState.CLAIMED,
        "an": NotificationState.SENT,
    }
    told = [line.text for line in await ledger.incidents.notes(CODE) if line.kind == "told"]
    assert told == ["problem: email → an"]


async def test_a_receipt_is_kept_with_what_was_said(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    (mine,) = await ledger.outbox.claim("w", NOW)
    attempt = Delivery(
        notification=mine.id or 0, at=NOW + MINUTE, ok=True, receipt="250 2.0.0 Ok: queued",
        subject="[SỰ CỐ] Mất liên lạc", body="Đường truyền …",
    )  # fmt: skip
    await ledger.outbox.settle(mine, attempt, NotificationState.SENT)
    ((kept, attempts),) = await ledger.outbox.for_incident(CODE)
    assert (kept.state, kept.settled_at) == (NotificationState.SENT, NOW + MINUTE)
    assert [a.model_copy(update={"id": None}) for a in attempts] == [attempt]
    told = (await ledger.incidents.notes(CODE))[-1]
    assert (told.kind, told.text) == ("told", "problem: email → binh")
    assert (await ledger.events.events_after(0))[-1].data["kind"] == "told"


async def test_a_retry_waits_until_it_is_due_again(ledger: Ledger) -> None:
    await ledger.outbox.add(a_test())
    (mine,) = await ledger.outbox.claim("w", NOW)
    failed = Delivery(notification=mine.id or 0, at=NOW, ok=False, receipt="421 busy")
    await ledger.outbox.settle(mine, failed, NotificationState.PENDING, NOW + MINUTE)
    assert await ledger.outbox.claim("w", NOW + timedelta(seconds=59)) == []
    (again,) = await ledger.outbox.claim("w", NOW + MINUTE)
    assert (again.id, again.attempts, again.settled_at) == (mine.id, 2, None)


async def test_giving_up_is_said_on_the_timeline(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    (mine,) = await ledger.outbox.claim("w", NOW)
    await ledger.outbox.settle(mine, None, NotificationState.FAILED)
    assert [n.kind for n in await ledger.incidents.notes(CODE)] == ["opened", "failed"]


async def test_what_is_late_is_named(ledger: Ledger) -> None:
    await ledger.brain.commit(
        Outcome(
            incidents=[an_incident()],
            notifications=[
                a_notification(recipient=who, due_at=NOW + n * MINUTE)
                for n, who in enumerate(("sent", "claimed", "pending", "later"))
            ],
        ),
        NOW,
    )
    (sent,) = await ledger.outbox.claim("w", NOW)
    await ledger.outbox.settle(sent, None, NotificationState.SENT)
    await ledger.outbox.claim("w", NOW + MINUTE)
    late = await ledger.outbox.undelivered(NOW + 2 * MINUTE)
    assert [n.recipient for n in late] == ["claimed", "pending"]


async def test_test_messages_may_be_repeated_and_real_ones_not(ledger: Ledger) -> None:
    assert await ledger.outbox.add(a_test()) != await ledger.outbox.add(a_test())
    await ledger.brain.commit(Outcome(incidents=[an_incident()]), NOW)
    assert await ledger.outbox.add(a_notification()) is not None
    assert await ledger.outbox.add(a_notification()) is None
    assert await ledger.outbox.get(4711) is None


async def test_a_worker_that_begins_anew_gets_back_what_its_last_life_had_claimed(
    ledger: Ledger,
) -> None:
    await ledger.outbox.add(a_test())
    await ledger.outbox.claim("hub", NOW, lease_s=180)
    assert await ledger.outbox.release("other", NOW + timedelta(seconds=1)) == 0
    assert await ledger.outbox.release("hub", NOW + timedelta(seconds=1)) == 1
    (again,) = await ledger.outbox.claim("hub", NOW + timedelta(seconds=1))
    assert again.attempts == 2


async def test_what_became_of_a_problems_messages_is_told_at_once(ledger: Ledger) -> None:
    other = "SC-20261122-0002"
    states = (NotificationState.SENT, NotificationState.FAILED, NotificationState.CANCELLED)
    rows = [a_notification(recipient=state, state=state, held_by="TD-1") for state in states]
    rows += [
        a_notification(recipient="late", due_at=NOW + 2 * MINUTE, because="night"),
        a_notification(recipient="soon", due_at=NOW + MINUTE, because="delay"),
        a_notification(Purpose.RECOVERY, recipient="late"),
        a_notification(incident=other, state=NotificationState.CANCELLED),
    ]
    outcome = an_outcome(incidents=[an_incident(), an_incident(other)], notifications=rows)
    await ledger.brain.commit(outcome, NOW)
    found = await ledger.outbox.fates([CODE, other, "SC-20261122-0003"])
    assert found == {
        CODE: Fate(1, 1, 1, Due(NOW + MINUTE, "delay"), ("TD-1",)),
        other: Fate(cancelled=1),
    }


async def test_a_clock_set_back_moves_no_morning(ledger: Ledger) -> None:
    morning = NOW + timedelta(hours=9)
    whys = {"night": morning, "silence": morning, "delay": morning - MINUTE}
    rows = [a_notification(recipient=why, due_at=morning, because=why) for why in whys]
    await ledger.brain.commit(an_outcome(notifications=rows), NOW)
    await ledger.outbox.set_back(MINUTE, NOW)
    found = await ledger.outbox.for_incident(CODE)
    assert {row.because: row.due_at for row, _ in found} == whys


async def test_a_claim_takes_no_more_of_a_channel_than_it_can_send_and_starves_no_other(
    ledger: Ledger,
) -> None:
    for number in range(300):  # more than one claim considers at a time
        await ledger.outbox.add(a_test(recipient=f"r{number}", channel="slow"))
    await ledger.outbox.add(a_test(recipient="later", channel="mail"))
    claimed = await ledger.outbox.claim("hub", NOW, 8, busy={"slow": 5})
    assert [row.recipient for row in claimed] == ["r0", "r1", "r2", "later"]
    assert await ledger.outbox.claim("hub", NOW, 8, busy={"slow": 8, "mail": 1}) == []


async def test_where_many_are_due_together_what_is_due_soon_is_taken_along_at_once(
    ledger: Ledger,
) -> None:
    for second in (0, 1, 2, 40, 90):
        await ledger.outbox.add(a_test(due_at=NOW + timedelta(seconds=second)))
    (first,) = await ledger.outbox.claim("w", NOW, limit=1)
    until, soon = NOW + timedelta(seconds=15), NOW + MINUTE
    few = await ledger.outbox.join(first, until, NOW, many=3, further=soon)
    assert [(one.due_at - NOW).seconds for one in few] == [1, 2]
    await ledger.outbox.postpone(few, NOW + timedelta(seconds=3))
    great = await ledger.outbox.join(first, until, NOW, many=2, further=soon)
    assert [(one.due_at - NOW).seconds for one in great] == [3, 3, 40]
