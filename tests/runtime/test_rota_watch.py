"""The owner of a rota hears of its holes once, ahead of time, by a channel that works."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from alerts.telling import TellingPolicy, Way
from core.channel import Retry
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule, Shift
from core.people import Role, User
from runtime.caretakers import Caretakers
from runtime.rota_watch import RotaWatch
from storage.ledger import Ledger
from tests.factories import FakeClock
from tests.runtime.test_dispatcher import Mouth

MORNING = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam
LAN = Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@donvi.vn", phone="0912345678")
AN = Contact(slug="an", name="Nguyễn Văn An", email="an@donvi.vn")


def until(day: date) -> RotaRule:
    return RotaRule(
        slug="an", name="An", rota="cntt", people=("an",), start=date(2026, 1, 1), valid_to=day
    )


class Watched:
    """A rota that ends on the twentieth, and those who may hear of it."""

    def __init__(self, ledger: Ledger, now: datetime = MORNING) -> None:
        self.ledger = ledger
        self.clock = FakeClock(now)
        self.mail, self.phone = Mouth(), Mouth()
        ways = (Way(name="mail"), Way(name="phone", to="phone"))
        outlets = {"mail": self.mail.outlet(), "phone": self.phone.outlet()}
        policy = TellingPolicy(ways=ways, base_url="https://ts.example.vn")
        self.watch = RotaWatch(
            ledger.rota,
            outlets,
            policy,
            Caretakers(self._users, lambda: (LAN, AN), policy, outlets, self.clock),
            lambda: (LAN, AN),
            self.clock,
        )

    async def _users(self) -> Sequence[User]:
        return [User(name="an", full_name="An", role=Role.ADMIN, contact="an", created_at=MORNING)]

    async def with_rota(self, owner: str | None = "lan", **more: tuple[object, ...]) -> "Watched":
        rows = {
            "contacts": (LAN, AN),
            "rotas": (Rota(slug="cntt", name="Trực CNTT", owner=owner),),
            "rota_rules": (until(date(2026, 12, 20)),),
        }
        put = Inventory.model_validate(rows | more)
        await self.ledger.inventory.apply(Changes(put=put), "test", self.clock.now())
        return self

    def said(self) -> list[str]:
        return [message.subject for message in (*self.mail.said, *self.phone.said)]


async def test_an_owner_hears_of_a_gap_once(ledger: Ledger) -> None:
    rota = await Watched(ledger).with_rota()
    await rota.watch.turn()
    await rota.watch.turn()
    [message] = rota.mail.said
    assert message.to == "lan@donvi.vn"
    assert ": 1 ca trống, 0 ca trùng, 0 ca một người hai vai trong 30" in message.subject
    assert "- 07:30 20/12/2026 – 09:00 31/12/2026: không có ai trực" in message.body
    assert "https://ts.example.vn/rota?rota=cntt" in message.body
    rota.clock.advance(86400)
    await rota.watch.turn()
    assert len(rota.said()) == 1


async def test_a_new_hole_is_told_with_those_that_are_still_there(sqlite_ledger: Ledger) -> None:
    rota = await Watched(sqlite_ledger).with_rota()
    await rota.watch.turn()
    shifts = (
        Shift(rota="cntt", on=date(2026, 12, 5), contact="an"),
        Shift(rota="cntt", on=date(2026, 12, 5), contact="lan", begin=time(17)),
    )
    await rota.with_rota(shifts=shifts)
    await rota.watch.turn()
    assert ": 1 ca trống, 1 ca trùng, 0 ca một người hai vai trong 30" in rota.said()[-1]
    body = rota.mail.said[-1].body
    assert "17:00 05/12/2026 – 07:30 06/12/2026: Nguyễn Văn An, Nguyễn Thị Lan trùng ca" in body


async def test_an_owner_hears_once_of_one_person_in_two_roles(ledger: Ledger) -> None:
    rota = await Watched(ledger).with_rota()
    reserve = until(date(2026, 12, 3)).model_copy(update={"slug": "du", "role": "secondary"})
    await rota.with_rota(rota_rules=(until(date(2027, 2, 1)), reserve))
    await rota.watch.turn()
    await rota.watch.turn()
    [message] = rota.mail.said
    assert ": 0 ca trống, 0 ca trùng, 1 ca một người hai vai trong 30" in message.subject
    line = "- 00:00 01/12/2026 – 07:30 03/12/2026: Nguyễn Văn An một người hai vai"
    assert line in message.body


async def test_who_holds_both_roles_by_rule_is_told_of_once_a_week(sqlite_ledger: Ledger) -> None:
    rota = await Watched(sqlite_ledger).with_rota()
    both = until(date(2027, 3, 1))
    reserve = both.model_copy(update={"slug": "du", "role": "secondary"})
    await rota.with_rota(rota_rules=(both, reserve))
    for _ in range(14):
        await rota.watch.turn()
        rota.clock.advance(86400)
    assert len(rota.said()) == 3  # at first, and as each new week comes near


async def test_nobody_is_told_at_night(sqlite_ledger: Ledger) -> None:
    night = await Watched(sqlite_ledger, MORNING + timedelta(hours=12)).with_rota()
    await night.watch.turn()
    assert night.said() == []


async def test_of_a_rota_without_an_owner_the_administrators_hear_once(ledger: Ledger) -> None:
    orphan = await Watched(ledger).with_rota(owner=None)
    await orphan.watch.turn()
    await orphan.watch.turn()
    [message] = orphan.mail.said
    assert message.to == "an@donvi.vn"
    assert "chưa có người phụ trách" in message.body
    assert "- 07:30 20/12/2026 – 09:00 31/12/2026: không có ai trực" in message.body


async def test_a_second_gap_of_a_day_is_told_though_the_first_is_known(
    sqlite_ledger: Ledger,
) -> None:
    rota = await Watched(sqlite_ledger).with_rota(rota_rules=())
    days = [date(2026, 12, 1) + timedelta(days=n) for n in range(-1, 32)]
    whole = [Shift(rota="cntt", on=on, contact="an", begin=time(0), end=time(0)) for on in days]
    at_noon = Shift(rota="cntt", on=days[5], contact="an", begin=time(0), end=time(12))
    evening = Shift(rota="cntt", on=days[5], contact="an", begin=time(14), end=time(0))
    await rota.with_rota(rota_rules=(), shifts=(*whole[:5], at_noon, evening, *whole[6:]))
    await rota.watch.turn()
    assert len(rota.said()) == 1
    late = evening.model_copy(update={"end": time(20)})
    shifts = (*whole[:5], at_noon, late, *whole[6:])
    await rota.with_rota(rota_rules=(), shifts=shifts)
    await rota.watch.turn()
    assert "- 20:00 05/12/2026 – 00:00 06/12/2026: không có ai trực" in rota.mail.said[-1].body


async def test_the_next_channel_is_tried_and_failing_all_it_is_said_again(
    sqlite_ledger: Ledger,
) -> None:
    rota = await Watched(sqlite_ledger).with_rota()
    rota.mail.troubles = [Retry("451 later"), Retry("451 later")]
    rota.phone.troubles = [Retry("no credit")]
    await rota.watch.turn()
    assert rota.said() == []
    await rota.watch.turn()
    [message] = rota.phone.said
    assert len(str((message.data or {})["sms"])) <= 160
    await rota.watch.turn()
    assert len(rota.said()) == 1
