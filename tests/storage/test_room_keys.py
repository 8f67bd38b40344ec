"""Keys of PCs in rooms: made once, ended at any time, and nothing can be said twice with one."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, NotFound
from core.meeting import Beat
from storage.ledger import Ledger
from storage.tokens import hashed

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
STAMP = 1_796_000_000_000


def a_beat(**changes: object) -> Beat:
    fields: dict[str, object] = {
        "room": "ph-dak-o",
        "at": NOW,
        "client": True,
        "camera": True,
        "microphone": False,
        "loss": 0.01,
        "round_trip": 0.004,
        "clock_offset": -1.5,
        "by": "pc",
    }
    return Beat.model_validate(fields | changes)


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(ledger: Ledger) -> None:
    plain = await ledger.room_keys.make("ph-dak-o", "an", NOW)
    assert plain.startswith("tsr_")
    signing = await ledger.room_keys.signing("ph-dak-o")
    assert signing == bytes.fromhex(hashed(plain))
    [known] = await ledger.room_keys.known()
    assert (known.room, known.by, known.created_at, known.used_at) == ("ph-dak-o", "an", NOW, None)
    assert await ledger.room_keys.signing("ph-khac") is None


async def test_a_new_key_ends_the_one_before(ledger: Ledger) -> None:
    first = await ledger.room_keys.make("ph-dak-o", "an", NOW)
    second = await ledger.room_keys.make("ph-dak-o", "binh", NOW)
    assert first != second
    assert await ledger.room_keys.signing("ph-dak-o") == bytes.fromhex(hashed(second))
    assert len(await ledger.room_keys.known()) == 1


async def test_what_is_said_is_kept_and_cannot_be_said_again(ledger: Ledger) -> None:
    await ledger.room_keys.make("ph-dak-o", "an", NOW)
    assert await ledger.room_keys.hear(a_beat(), STAMP)
    assert (await ledger.meetings.said(None)).beats["ph-dak-o"] == a_beat()
    assert (await ledger.room_keys.known())[0].used_at == NOW
    for stamp in (STAMP, STAMP - 1):
        with pytest.raises(Conflict):
            await ledger.room_keys.hear(a_beat(camera=False), stamp)
    assert (await ledger.meetings.said(None)).beats["ph-dak-o"].camera is True
    later = a_beat(at=NOW + timedelta(seconds=30))
    assert not await ledger.room_keys.hear(later, STAMP + 30_000), "nothing new to show"
    assert await ledger.room_keys.hear(a_beat(camera=False), STAMP + 60_000)


async def test_a_key_that_was_revoked_says_nothing_more_and_what_it_said_is_forgotten(
    ledger: Ledger,
) -> None:
    await ledger.room_keys.make("ph-dak-o", "an", NOW)
    await ledger.room_keys.hear(a_beat(), STAMP)
    await ledger.room_keys.revoke("ph-dak-o", "binh", NOW, "10.0.0.1")
    assert await ledger.room_keys.signing("ph-dak-o") is None
    assert (await ledger.meetings.said(None)).beats == {}
    with pytest.raises(Conflict):
        await ledger.room_keys.hear(a_beat(), STAMP + 1)
    with pytest.raises(NotFound):
        await ledger.room_keys.revoke("ph-dak-o", "binh", NOW)
    actions = [(row.action, row.actor, row.subject) for row in await ledger.people.audit_rows(10)]
    assert actions == [
        ("room_key.revoke", "binh", "ph-dak-o"),
        ("room_key.make", "an", "ph-dak-o"),
    ]
