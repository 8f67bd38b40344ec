"""What went out is known to the next life, whatever became of the file."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.incident import Delivery, Notification, NotificationState, Purpose
from runtime.receipts import Receipts
from storage.ledger import Ledger
from tests.runtime.test_dispatcher import (
    LaterClock,
    Mouth,
    a_notice,
    an_incident,
    made,
    outbox,
    turned,
    written,
)

NOW = SystemClock().now()


def sent(number: int) -> tuple[Notification, Delivery]:
    """Return a message that went out, and its receipt."""
    notice = a_notice(id=number, recipient=f"r{number}", claimed_by="hub", claimed_at=NOW)
    return notice, Delivery(notification=number, at=NOW, ok=True, receipt="đã nhận", body="a\nb")


def test_what_the_ledger_has_not_taken_is_there_in_the_next_life(tmp_path: Path) -> None:
    path = tmp_path / "new" / "receipts"
    first = Receipts(path)
    for number in (1, 2, 3):
        first.keep(*sent(number))
    first.settled(sent(2)[0])
    assert first.untaken() == []  # they are being handed in
    first.refused(sent(3)[0])
    assert first.untaken() == [sent(3)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = Receipts(path)
    assert second.untaken() == [sent(1), sent(2), sent(3)]  # a ledger is asked before it is told
    for number in (1, 2, 3):
        second.settled(sent(number)[0])
    assert path.read_bytes() == b""
    assert Receipts(path).untaken() == []


def test_a_torn_line_spoils_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "receipts"
    Receipts(path).keep(*sent(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    later = Receipts(path)
    later.keep(*sent(2))
    assert Receipts(path).untaken() == [sent(1), sent(2)]
    assert "a torn line" in caplog.text


def test_without_a_disk_receipts_are_kept_in_memory_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receipts = Receipts(tmp_path / "receipts")
    receipts.close()
    receipts._file = os.open("/dev/full", os.O_WRONLY)  # no space left on device
    for number in (1, 2):
        receipts.keep(*sent(number))
        receipts.refused(sent(number)[0])
    assert receipts.untaken() == [sent(1), sent(2)]
    assert caplog.text.count("in memory alone") == 1


async def test_what_an_earlier_life_sent_is_settled_and_not_sent_again(
    ledger: Ledger, tmp_path: Path
) -> None:
    await written(ledger, an_incident(), a_notice(), a_notice(recipient="lan"))
    [notice, _] = await ledger.outbox.claim("hub", SystemClock().now())
    taken = Delivery(notification=notice.id or 0, at=NOW, ok=True, receipt="250 taken")
    Receipts(tmp_path / "receipts").keep(notice, taken)

    mouth, clock = Mouth(), LaterClock()
    dispatcher = made(ledger, mouth, clock)
    dispatcher._receipts = Receipts(tmp_path / "receipts")
    clock.ahead = timedelta(minutes=2)  # the leases of the earlier life are over
    await turned(dispatcher)
    assert [message.id.split(".")[2] for message in mouth.said] != [str(notice.id)]
    assert len(mouth.said) == 1
    for row, attempts in await outbox(ledger):
        assert row.state is NotificationState.SENT
        assert len(attempts) == 1
    assert (tmp_path / "receipts").read_bytes() == b""


async def test_a_receipt_of_another_ledger_settles_nothing(ledger: Ledger, tmp_path: Path) -> None:
    await written(ledger, an_incident(), a_notice())
    [notice] = await ledger.outbox.claim("hub", SystemClock().now())
    other = notice.model_copy(update={"recipient": "somebody", "purpose": Purpose.RECOVERY})
    Receipts(tmp_path / "receipts").keep(other, sent(notice.id or 0)[1])
    mouth, clock = Mouth(), LaterClock()
    dispatcher = made(ledger, mouth, clock)
    dispatcher._receipts = Receipts(tmp_path / "receipts")
    clock.ahead = timedelta(minutes=2)
    await turned(dispatcher)
    assert len(mouth.said) == 1
    [(_, attempts)] = await outbox(ledger)
    assert [one.receipt for one in attempts] == ["receipt 1"]
