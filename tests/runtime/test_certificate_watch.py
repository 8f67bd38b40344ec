"""The owner of a certificate hears of its end at 60, 30 and 7 days and at last, each once."""

from datetime import UTC, date, datetime, timedelta

from alerts.telling import TellingPolicy, Way
from core.channel import Retry
from core.inventory import Certificate, Changes, Contact, Inventory
from runtime.certificate_watch import CertificateWatch
from storage.ledger import Ledger
from tests.factories import FakeClock
from tests.runtime.test_dispatcher import Mouth

MORNING = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam
TODAY = date(2026, 12, 1)
LAN = Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@donvi.vn", phone="0912345678")


class Watched:
    """Certificates, and the one who may hear of them."""

    def __init__(self, ledger: Ledger, now: datetime = MORNING) -> None:
        self.ledger = ledger
        self.clock = FakeClock(now)
        self.mail, self.phone = Mouth(), Mouth()
        ways = (Way(name="mail"), Way(name="phone", to="phone"))
        self.watch = CertificateWatch(
            ledger.inventory.load,
            ledger.sendings,
            {"mail": self.mail.outlet(), "phone": self.phone.outlet()},
            TellingPolicy(ways=ways, base_url="https://ts.example.vn"),
            lambda: (LAN,),
            self.clock,
        )

    async def with_ends(self, *days: int, contact: str | None = "lan") -> "Watched":
        rows = tuple(
            Certificate(
                slug=f"cts-{number}",
                name=f"Người {number}",
                serial=f"54{number}",
                issuer="Ban Cơ yếu",
                ends=TODAY + timedelta(days=left),
                contact=contact,
            )
            for number, left in enumerate(days, 1)
        )
        put = Inventory(contacts=(LAN,), certificates=rows)
        await self.ledger.inventory.apply(Changes(put=put), "test", self.clock.now())
        return self


async def test_an_owner_hears_once_of_all_that_ends_soon(ledger: Ledger) -> None:
    seen = await Watched(ledger).with_ends(20, 45, 200)
    await seen.watch.turn()
    await seen.watch.turn()
    [message] = seen.mail.said
    assert message.to == "lan@donvi.vn"
    assert message.subject == "2 chứng thư số sắp hết hạn, sớm nhất ngày 21/12/2026"
    assert "- Người 1, số 541, Ban Cơ yếu: 21/12/2026 (còn 20 ngày)" in message.body
    assert "Người 3" not in message.body
    assert "https://ts.example.vn/certificates" in message.body
    assert str((message.data or {})["sms"]).isascii()
    assert not seen.phone.said


async def test_the_nearer_the_end_the_owner_hears_again(ledger: Ledger) -> None:
    seen = await Watched(ledger).with_ends(61)
    told = []
    for _ in range(63):
        before = len(seen.mail.said)
        await seen.watch.turn()
        if len(seen.mail.said) > before:
            told.append((seen.clock.now().date() - TODAY).days)
        seen.clock.advance(86400)
    assert told == [1, 31, 54, 61]
    assert seen.mail.said[-1].subject == "Chứng thư số của Người 1 hết hạn ngày 31/01/2027"


async def test_nobody_is_told_at_night_nor_of_what_has_no_owner(ledger: Ledger) -> None:
    night = await Watched(ledger, MORNING + timedelta(hours=10)).with_ends(5)
    await night.watch.turn()
    assert not night.mail.said
    orphan = await Watched(ledger).with_ends(5, contact=None)
    await orphan.watch.turn()
    assert not orphan.mail.said


async def test_the_next_channel_is_tried_and_what_failed_is_tried_again(ledger: Ledger) -> None:
    seen = await Watched(ledger).with_ends(5)
    seen.mail.troubles = [Retry("busy")]
    await seen.watch.turn()
    [message] = seen.phone.said
    assert message.to == "0912345678"


async def test_a_renewed_certificate_is_told_of_anew(ledger: Ledger) -> None:
    seen = await Watched(ledger).with_ends(5)
    await seen.watch.turn()
    await seen.with_ends(40)
    await seen.watch.turn()
    assert len(seen.mail.said) == 2
