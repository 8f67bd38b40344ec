"""People find incidents, take them on once, and talk about them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.incident import Incident, IncidentState, Member
from core.outcome import Outcome
from storage.ledger import Ledger
from tests.storage.test_brain import CODE, NOW, an_incident, an_outcome

LATER = datetime(2026, 11, 22, 3, 5, tzinfo=UTC)


async def test_an_acknowledgement_names_a_person_and_leaves_its_traces(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    events = await ledger.incidents.acknowledge(CODE, "an", LATER, "Tôi xem", origin="10.0.0.9")
    kept = await ledger.incidents.get(CODE)
    assert (kept.acked_by, kept.acked_at, kept.version) == ("an", LATER, 1)
    assert [(n.kind, n.actor, n.text) for n in await ledger.incidents.notes(CODE)] == [
        ("opened", None, "Mất liên lạc"), ("ack", "an", "Tôi xem"),
    ]  # fmt: skip
    row = (await ledger.people.audit_rows())[0]
    assert (row.at, row.actor, row.action, row.subject, row.detail, row.origin) == (
        LATER, "an", "incident.ack", CODE, "Tôi xem", "10.0.0.9",
    )  # fmt: skip
    assert [event.kind for event in events] == ["incident", "note"]
    assert events == (await ledger.events.events_after(0))[-2:]


async def test_the_second_to_acknowledge_is_told_who_was_first(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    people = [f"p{n}" for n in range(8)]
    answers = await asyncio.gather(
        *(ledger.incidents.acknowledge(CODE, who, LATER) for who in people),
        return_exceptions=True,
    )
    winner = (await ledger.incidents.get(CODE)).acked_by
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == len(people) - 1
    assert all(str(winner) in str(refusal) for refusal in refused)
    assert len([n for n in await ledger.incidents.notes(CODE) if n.kind == "ack"]) == 1
    assert len(await ledger.people.audit_rows()) == 1


async def test_what_is_over_cannot_be_acknowledged(ledger: Ledger) -> None:
    over = an_incident(state=IncidentState.RECOVERED, recovered_at=LATER)
    await ledger.brain.commit(Outcome(incidents=[over]), NOW)
    with pytest.raises(Conflict, match="no longer open"):
        await ledger.incidents.acknowledge(CODE, "an", LATER)
    assert await ledger.people.audit_rows() == []


async def test_what_does_not_exist_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.incidents.get("SC-1")
    with pytest.raises(NotFound):
        await ledger.incidents.acknowledge("SC-1", "an", NOW)
    with pytest.raises(NotFound):
        await ledger.incidents.comment("SC-1", "an", NOW, "?")
    assert await ledger.incidents.notes("SC-1") == []


async def test_a_comment_stands_on_the_timeline_even_of_an_old_incident(ledger: Ledger) -> None:
    over = an_incident(state=IncidentState.RECOVERED)
    await ledger.brain.commit(Outcome(incidents=[over]), NOW)
    (event,) = await ledger.incidents.comment(CODE, "binh", LATER, "VNPT báo đứt cáp\n'\"<b>")
    assert event.data["text"] == "VNPT báo đứt cáp\n'\"<b>"
    (note,) = await ledger.incidents.notes(CODE)
    assert (note.at, note.kind, note.actor) == (LATER, "comment", "binh")
    assert (await ledger.people.audit_rows())[0].action == "incident.comment"


async def test_incidents_are_paged_newest_first_even_of_one_instant(ledger: Ledger) -> None:
    rows = [
        an_incident(f"SC-20261122-{n:04}", began_at=NOW + timedelta(seconds=n // 3))
        for n in range(10)
    ]
    await ledger.brain.commit(Outcome(incidents=rows), NOW)
    seen: list[str] = []
    cursor = None
    while True:
        found, cursor = await ledger.incidents.find(limit=4, cursor=cursor)
        seen += [row.id for row in found]
        if cursor is None:
            break
    assert seen == [row.id for row in reversed(rows)]
    exact = await ledger.incidents.find(limit=10)
    assert (len(exact.items), exact.cursor) == (10, None)


async def test_incidents_are_found_by_state_and_by_any_member(ledger: Ledger) -> None:
    rows = [
        an_incident("SC-1", root="hub", members=(Member(target="hub", joined_at=NOW),)),
        an_incident("SC-2", state=IncidentState.RECOVERED),
        an_incident("SC-3", root="gw", members=()),
    ]
    await ledger.brain.commit(Outcome(incidents=rows), NOW)

    async def ids(**filters: object) -> set[str]:
        return {row.id for row in (await ledger.incidents.find(**filters)).items}  # type: ignore[arg-type]

    assert await ids() == {"SC-1", "SC-2", "SC-3"}
    assert await ids(state=IncidentState.OPEN) == {"SC-1", "SC-3"}
    assert await ids(target="gw") == {"SC-2", "SC-3"}
    assert await ids(target="gw", state=IncidentState.RECOVERED) == {"SC-2"}
    assert await ids(target="nowhere") == set()


@pytest.mark.parametrize("cursor", ["", "~", "x~y", "1", "1~", "9" * 30 + "~a", "--1~a", "²~a"])
async def test_a_made_up_cursor_is_refused(sqlite_ledger: Ledger, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await sqlite_ledger.incidents.find(cursor=cursor)


async def test_what_was_open_at_some_time_of_a_night_is_found(ledger: Ledger) -> None:
    hour = timedelta(hours=1)

    def lasting(number: int, begin: datetime, end: datetime | None, **more: object) -> Incident:
        state = IncidentState.OPEN if end is None else IncidentState.RECOVERED
        fields: dict[str, object] = {"began_at": begin, "recovered_at": end, "state": state} | more
        return an_incident(f"SC-20261122-{number:04}", **fields)

    rows = [
        lasting(1, NOW - hour, NOW - hour / 2),  # over before
        lasting(2, NOW - hour, NOW),
        lasting(3, NOW - 9 * hour, None),
        lasting(4, NOW + hour, None),  # begins after
        lasting(5, NOW + hour / 2, NOW + 3 * hour),
        lasting(6, NOW, None, state=IncidentState.MERGED),
    ]
    await ledger.brain.commit(Outcome(incidents=rows), NOW)
    found = await ledger.incidents.during(NOW, NOW + hour)
    assert [int(one.id[-1]) for one in found] == [3, 2, 5]
