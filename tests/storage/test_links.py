"""A link in a message answers once, for one person, for a while."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, NotFound
from storage.ledger import Ledger
from storage.links import AckLink
from storage.tables import ack_links
from tests.storage.test_brain import CODE, NOW, an_outcome

HOUR = timedelta(hours=1)


@pytest.fixture
async def token(ledger: Ledger) -> str:
    await ledger.brain.commit(an_outcome(), NOW)
    return await ledger.links.ack_link(CODE, "binh", NOW, HOUR)


async def test_looking_at_a_link_uses_nothing_up(ledger: Ledger, token: str) -> None:
    for _ in range(3):
        assert await ledger.links.peek(token, NOW) == AckLink(CODE, "binh", NOW + HOUR)
    assert (await ledger.incidents.get(CODE)).acked_by is None


async def test_a_link_acknowledges_once_in_its_persons_name(ledger: Ledger, token: str) -> None:
    events = await ledger.links.acknowledge(token, NOW, "đang xử lý")
    assert [event.kind for event in events] == ["incident", "note"]
    assert (await ledger.incidents.get(CODE)).acked_by == "binh"
    for refused in (ledger.links.acknowledge, ledger.links.redeem, ledger.links.peek):
        with pytest.raises(Conflict, match="used already"):
            await refused(token, NOW)


async def test_of_many_taps_one_counts(ledger: Ledger, token: str) -> None:
    taps = await asyncio.gather(
        *(ledger.links.redeem(token, NOW) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(tap, AckLink) for tap in taps) == 1
    assert sum(isinstance(tap, Conflict) for tap in taps) == 9


async def test_a_link_expires(ledger: Ledger, token: str) -> None:
    just_before = NOW + HOUR - timedelta(microseconds=1)
    assert await ledger.links.peek(token, just_before)
    for refused in (ledger.links.acknowledge, ledger.links.redeem, ledger.links.peek):
        with pytest.raises(NotFound):
            await refused(token, NOW + HOUR)


@pytest.mark.parametrize("made_up", ["", "x", "a" * 43, "' OR 1=1 --", "\udcff"])
async def test_a_made_up_link_is_not_found(ledger: Ledger, made_up: str) -> None:
    with pytest.raises(NotFound):
        await ledger.links.redeem(made_up, NOW)


async def test_a_link_is_not_used_up_where_somebody_was_faster(ledger: Ledger, token: str) -> None:
    await ledger.incidents.acknowledge(CODE, "an", NOW)
    with pytest.raises(Conflict, match="an has already"):
        await ledger.links.acknowledge(token, NOW)
    assert await ledger.links.peek(token, NOW)


async def test_the_ledger_does_not_know_the_token(ledger: Ledger, token: str) -> None:
    async with ledger.database.reading() as connection:
        (row,) = await connection.execute(select(ack_links))
    assert token not in str(row)
    assert len(token) >= 43
