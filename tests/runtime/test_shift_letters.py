"""Whoever comes on duty hears once how things stand, with what the last shift left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.handing_over import MOST, ROOM, Standing, beginning
from alerts.telling import TellingPolicy, Way
from core.channel import Retry
from core.inventory import Changes, Contact, Inventory, Rota, RotaRule
from core.outcome import Outcome
from core.silence import Scope
from runtime.digest_letters import Desk
from runtime.estate_feed import Edition
from runtime.shift_letters import ShiftLetters
from storage.ledger import Ledger
from storage.silences import Wanted
from tests.factories import FakeClock
from tests.runtime.test_dispatcher import ESTATE, Mouth, an_incident

CHANGE = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)  # 07:30 in Vietnam: duty passes on
LAN = Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@donvi.vn", phone="0912345678")
AN = Contact(slug="an", name="Nguyễn Văn An", email="an@donvi.vn")


class Post:
    """A rota that passes on every day, and those who hear of it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = FakeClock(CHANGE - timedelta(hours=1))
        self.mail, self.phone = Mouth(), Mouth()
        edition = Edition(0, CHANGE.date(), ESTATE, (LAN, AN))
        self.letters = ShiftLetters(
            Desk(ledger, lambda: edition, CHANGE.time()),
            {"mail": self.mail.outlet(), "phone": self.phone.outlet()},
            TellingPolicy(
                ways=(Way(name="mail"), Way(name="phone", to="phone")),
                base_url="https://ts.example.vn",
            ),
            lambda: (LAN, AN),
            self.clock,
        )

    async def open(self, *people: str) -> "Post":
        rule = RotaRule(
            slug="hai-nguoi", name="Hai người", rota="cntt", people=people, start=date(2026, 1, 1)
        )
        rows = Inventory(
            contacts=(LAN, AN), rotas=(Rota(slug="cntt", name="Trực CNTT"),), rota_rules=(rule,)
        )
        await self.ledger.inventory.apply(Changes(put=rows), "test", self.clock.now())
        return self


@pytest.fixture
async def post(sqlite_ledger: Ledger) -> Post:
    return await Post(sqlite_ledger).open("lan", "an")


async def test_the_next_hears_what_was_left_and_how_things_stand_once(post: Post) -> None:
    before = post.clock.now()
    incident = an_incident(began_at=before - timedelta(hours=2), decided_at=before)
    await post.ledger.brain.commit(Outcome(incidents=[incident]), before)
    wanted = Wanted(before, before + timedelta(days=1), "đang nâng cấp", Scope(targets=("hub1",)))
    await post.ledger.silences.add(wanted, "lan", before)
    night = CHANGE + timedelta(hours=14)
    await post.ledger.maintenance.add(
        night, night + timedelta(hours=4), "Thay tủ cáp", "lan", before,
        scope=Scope(targets=("hub1",)),
        reference="12/VNPT",
    )  # fmt: skip
    await post.ledger.rota.hand_over("cntt", "VNPT hẹn 9 giờ nối xong", "lan", before)
    await post.letters.turn()
    assert post.mail.said == []  # the shift has not begun
    post.clock.advance(3600 + 30)
    await post.letters.turn()
    await post.letters.turn()
    [message] = [*post.mail.said, *post.phone.said]
    assert message.subject == "Bàn giao ca trực Trực CNTT: 1 sự cố đang diễn ra"
    for part in (
        "Nguyễn Thị Lan để lại lúc 06:30 ngày 01/12/2026:\n\nVNPT hẹn 9 giờ nối xong",
        "ĐANG DIỄN RA: 1\n- SC-20261122-0001 Kênh VNPT đi hub1 (VNPT-line1) (khẩn cấp)",
        "chưa ai tiếp nhận",
        "ĐANG TẠM DỪNG BÁO: 1\n- UBND hub1: đang nâng cấp (Nguyễn Thị Lan), đến 06:30",
        "SẮP BẢO TRÌ: 1\n- 21:30 ngày 01/12/2026 – 01:30 ngày 02/12/2026: Thay tủ cáp (12/VNPT)",
        "https://ts.example.vn/rota?rota=cntt",
    ):
        assert part in message.body, message.body
    post.clock.advance(86400)
    await post.letters.turn()
    assert len(post.mail.said) == 2  # the other one's turn
    assert "Ca trước chưa ghi bàn giao" in post.mail.said[1].body


async def test_whoever_goes_on_alone_is_told_nothing(sqlite_ledger: Ledger) -> None:
    post = await Post(sqlite_ledger).open("lan")
    post.clock.advance(3600 + 30)
    await post.letters.turn()
    assert post.mail.said == []


async def test_a_channel_that_fails_is_passed_over_and_all_failing_is_tried_again(
    post: Post,
) -> None:
    post.clock.advance(3600 + 30)
    post.mail.troubles = [Retry("no"), Retry("no")]
    post.phone.troubles = [Retry("no")]
    await post.letters.turn()
    assert [*post.mail.said, *post.phone.said] == []
    await post.letters.turn()
    assert len([*post.mail.said, *post.phone.said]) == 1
    post.clock.advance(7200)
    await post.letters.turn()
    assert len([*post.mail.said, *post.phone.said]) == 1


async def test_a_note_that_is_begun_leaves_room_for_its_writer(post: Post) -> None:
    names = await post.letters.desk.names()
    rows = [an_incident(f"SC-20261122-{n:04d}") for n in range(MOST + 5)]
    text = beginning(Standing(CHANGE, rows, (), ()), names, "vi")
    assert len(text) <= ROOM
    assert text.startswith(f"ĐANG DIỄN RA: {MOST + 5}\n- SC-")
    calm = beginning(Standing(CHANGE, (), (), ()), names, "en")
    assert calm == "OPEN NOW: none\n\nSILENCED NOW: none\n\nWORKS TO COME: none"
