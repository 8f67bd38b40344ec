"""The channels' page: how each is, and a test by one of them with its receipt or its error."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.context import Web
from core.channel import Standing
from core.errors import NotFound
from core.incident import Delivery, Notification, NotificationState, Purpose
from core.people import Role
from core.text import Text
from tests.api.test_by_hand import posted
from tests.api.test_pages import words
from tests.api.world import DAWN, World, a_world, told

MAIL = Standing("thu", Text("thư điện tử", "e-mail"), "email")
HOOK = Standing("hook", Text("webhook", "webhook"), "fixed", "https://chat.example.vn")


@pytest.fixture
async def talking(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a province with an e-mail channel and a broken webhook."""
    made: list[World] = []

    async def send(
        contact: str, actor: str, now: datetime, channel: str | None = None
    ) -> list[Notification]:
        if contact == "nobody":
            raise NotFound(Text("không đến được", "no way"))
        row = Notification(
            incident=None, purpose=Purpose.TEST, recipient=contact, address=f"{contact}@example.vn",
            channel=channel or "thu", reason="test", due_at=now,
        )  # fmt: skip
        return [row.model_copy(update={"id": await made[0].ledger.outbox.add(row)})]

    channels = (
        MAIL,
        replace(HOOK, since=DAWN, again_at=DAWN + timedelta(minutes=5), why="401 Unauthorized"),
    )
    settings = Web(base_url="http://thongsuot.test")
    async with a_world(
        tmp_path, settings=settings, send_test=send, channels=lambda: channels
    ) as world:
        made.append(world)
        yield world


async def test_a_test_goes_by_one_channel_and_its_receipt_is_shown(talking: World) -> None:
    status, place = await posted(talking, "/channels/thu/test", contact="lan")
    assert (status, place) == (303, "/channels?sent=1#sent")
    waiting = (await talking.client.get("/channels?sent=1")).text
    assert "Đang gửi…" in waiting
    assert 'http-equiv="refresh"' in waiting
    await told(talking)
    page = (await talking.client.get("/channels?sent=1")).text
    assert "thu → Nguyễn Thị Lan 22/11/2026 09:00:00: đã giao · biên nhận 250 2.0.0" in words(page)
    assert 'http-equiv="refresh"' not in page
    assert "giao được 1 · lần lỗi 0" in words(page)
    rows = await talking.ledger.people.audit_rows(3)
    assert ("message.test", "thu: lan") in {(row.action, row.subject) for row in rows}


async def test_what_goes_wrong_is_a_sentence(talking: World) -> None:
    assert (await posted(talking, "/channels/hook/test"))[0] == 303  # to where it leads
    [one] = await talking.ledger.outbox.claim("w", DAWN, 10, 60)
    assert one.recipient == "hook"
    failed = Delivery(notification=1, at=DAWN, ok=False, receipt="401 Unauthorized")
    await talking.ledger.outbox.settle(
        one, failed, NotificationState.PENDING, DAWN + timedelta(minutes=5)
    )
    text = words((await talking.client.get("/channels?sent=1")).text)
    assert "lỗi: 401 Unauthorized. Sẽ gửi lại lúc 09:05" in text
    assert "Tạm nghỉ từ 22/11/2026 09:00 : 401 Unauthorized" in text
    assert "Lần lỗi cuối 22/11/2026 09:00:00: 401 Unauthorized" in text
    assert (await posted(talking, "/channels/fax/test"))[0] == 404
    assert (await posted(talking, "/channels/thu/test", contact="nobody"))[0] == 404


async def test_it_is_for_operators(talking: World) -> None:
    viewer = await talking.token(Role.VIEWER)
    assert (await talking.client.get("/channels", headers=viewer)).status_code == 403
    await posted(talking, "/channels/thu/test", contact="lan")
    page = (await talking.client.get("/channels?sent=77")).text
    assert 'id="sent"' not in page
