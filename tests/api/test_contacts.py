"""The page says whose numbers are proven, and proves them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.translations import COOKIE
from core.inventory import Contact
from core.people import Role
from core.proof import Proof
from tests.api.test_pages import words
from tests.api.test_silences import posted
from tests.api.world import World, a_world

HOUR = timedelta(hours=1)


class Channels:
    """What the runtime does when a proof is asked for."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.receipt = "250 queued"
        self.asked: list[Proof] = []

    async def prove(self, contact: Contact, by: str, origin: str) -> list[Proof]:
        assert self.world is not None
        book, now = self.world.ledger.proofs, self.world.clock.now()
        proof = await book.ask(
            contact, contact.email or "", "thu", by, now, lifetime=HOUR, origin=origin
        )
        sent = self.receipt.startswith("250")
        await book.settle(proof.id or 0, self.receipt, sent=sent)
        self.asked.append(proof.model_copy(update={"receipt": self.receipt, "sent": sent}))
        return self.asked[-1:]


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
async def world(tmp_path: Path, channels: Channels) -> AsyncIterator[World]:
    async with a_world(tmp_path, prove=channels.prove) as made:
        channels.world = made
        yield made


async def page(world: World) -> str:
    found = await world.client.get("/contacts", headers=await world.token(Role.VIEWER))
    assert found.status_code == 200
    return words(found.text)


async def test_what_is_not_proven_is_shown_to_be_so(world: World) -> None:
    text = await page(world)
    assert "2 số điện thoại, địa chỉ thư chưa được xác nhận" in text
    assert "Nguyễn Thị Lan lan lan@example.vn chưa xác nhận" in text
    assert "Gửi tin xác nhận" not in text  # a viewer only looks
    world.client.cookies.set(COOKIE, "en")
    english = await page(world)
    assert "2 telephone numbers or addresses are not proven" in english


async def test_a_code_goes_out_and_what_is_read_back_proves_the_address(
    world: World, channels: Channels
) -> None:
    status, text = await posted(world, "/contacts/lan/prove")
    assert status == 200
    assert "gửi mã lúc" in text
    assert "(250 queued)" in text
    status, text = await posted(world, "/contacts/lan/confirm", code="x")
    assert (status, "Mã không đúng" in text) == (409, True)
    status, _ = await posted(world, "/contacts/lan/confirm", code=channels.asked[0].code)
    assert status == 303
    text = await page(world)
    assert "lan@example.vn đã xác nhận từ" in text
    assert "1 số điện thoại, địa chỉ thư chưa được xác nhận" in text
    status, text = await posted(world, "/contacts/lan/confirm", code="0042")
    assert (status, "Không có mã nào đang chờ" in text) == (409, True)


async def test_a_channel_that_does_not_take_it_is_named(world: World, channels: Channels) -> None:
    channels.receipt = "535 sai mật khẩu"
    status, text = await posted(world, "/contacts/lan/prove")
    assert (status, "Kênh thu không gửi được: 535 sai mật khẩu" in text) == (409, True)
    status, text = await posted(world, "/contacts/lan/prove")
    assert (status, "xin đợi hai phút" in text) == (409, True)


async def test_nobody_else_is_proven(world: World) -> None:
    assert (await posted(world, "/contacts/nobody/prove"))[0] == 404
    viewer = await world.token(Role.VIEWER)
    answer = await world.client.post("/contacts/lan/prove", headers=viewer)
    assert answer.status_code == 403


async def test_programs_see_who_is_told_and_what_is_proven(
    world: World, channels: Channels
) -> None:
    await posted(world, "/contacts/lan/prove")
    world.client.cookies.clear()
    viewer = await world.token(Role.VIEWER)
    lan, minh = (await world.client.get("/api/v1/contacts", headers=viewer)).json()
    assert (lan["slug"], lan["name"], minh["language"]) == ("lan", "Nguyễn Thị Lan", "en")
    [mail] = lan["addresses"]
    assert mail == {
        "kind": "email",
        "address": "lan@example.vn",
        "proven_at": None,
        "asked_at": "2026-11-22T02:00:00Z",
        "waiting": True,
    }
    now = world.clock.now()
    await world.ledger.proofs.confirm("lan", channels.asked[0].code, "ha", now)
    lan, _ = (await world.client.get("/api/v1/contacts", headers=viewer)).json()
    assert lan["addresses"][0]["proven_at"] == "2026-11-22T02:00:00Z"
    assert lan["addresses"][0]["waiting"] is False
