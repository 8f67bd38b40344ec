"""A report that was sent is remembered, by address."""

from datetime import timedelta

from core.sending import ReportSending
from storage.ledger import Ledger
from tests.storage.test_brain import NOW

OCTOBER = "month 2026-10-01"


def sent(address: str, minutes: int = 0) -> ReportSending:
    return ReportSending(
        schedule="thang",
        period=OCTOBER,
        address=address,
        sent_at=NOW + timedelta(minutes=minutes),
        receipt="250 queued",
    )


async def test_a_sent_report_is_remembered(ledger: Ledger) -> None:
    assert await ledger.sendings.reached("thang", OCTOBER) == set()
    await ledger.sendings.remember(sent("a@example.vn"))
    await ledger.sendings.remember(sent("b@example.vn", 5))
    assert await ledger.sendings.reached("thang", OCTOBER) == {"a@example.vn", "b@example.vn"}
    assert await ledger.sendings.reached("thang", "month 2026-09-01") == set()
    assert await ledger.sendings.reached("tuan", OCTOBER) == set()
    assert await ledger.sendings.latest(1) == [sent("b@example.vn", 5)]


async def test_the_first_sending_is_the_one_that_is_remembered(ledger: Ledger) -> None:
    for minutes in (0, 5):
        await ledger.sendings.remember(sent("a@example.vn", minutes))
    assert await ledger.sendings.latest() == [sent("a@example.vn")]
