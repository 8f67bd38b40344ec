"""The channels' page: how each is, and a test by one of them with its receipt or its error."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.context import Health, Web
from core.channel import Balance, Standing
from core.errors import NotFound
from core.incident import Delivery, Notification, NotificationState, Purpose
from core.people import Role
from core.text import Text
from tests.api.test_by_hand import posted
from tests.api.test_pages import words
from tests.api.world import DAWN, World, a_world, hub_cut, told

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


async def test_a_fault_of_ours_that_keeps_messages_back_stands_above_the_channels(
    tmp_path: Path,
) -> None:
    why = Text("Có tin báo không soạn được vì lỗi phần mềm (KeyError: told)", "A fault of ours")
    async with a_world(tmp_path, health=lambda: Health(troubles=(why,))) as world:
        headers = await world.token(Role.OPERATOR)
        page = (await world.client.get("/channels", headers=headers)).text
        assert why.vi in words(page)


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


async def test_programs_see_how_each_is_and_test_one(talking: World) -> None:
    headers = await talking.token(Role.OPERATOR)
    path = "/api/v1/channels"
    sent = await talking.client.post(f"{path}/thu/test", json={"contact": "lan"}, headers=headers)
    assert sent.status_code == 202
    test = sent.json()
    assert (test["contact"], test["channel"], test["state"]) == ("lan", "thu", "pending")
    await told(talking)
    after = (await talking.client.get(f"{path}/tests/{test['id']}", headers=headers)).json()
    assert (after["state"], after["attempts"][0]["receipt"]) == ("sent", "250 2.0.0 queued")
    mail, hook = (await talking.client.get(path, headers=headers)).json()
    assert (mail["resting"], mail["to"], mail["help"]) == (None, "email", "thư điện tử")
    assert (mail["traffic"]["sent"], mail["traffic"]["last_sent"]["receipt"]) == (
        1,
        "250 2.0.0 queued",
    )
    assert hook["resting"] == {
        "since": "2026-11-22T02:00:00Z",
        "again_at": "2026-11-22T02:05:00Z",
        "why": "401 Unauthorized",
    }
    assert hook["traffic"] == {
        "sent": 0,
        "refused": 0,
        "waiting": 0,
        "last_sent": None,
        "last_refused": None,
    }
    rows = await talking.ledger.people.audit_rows(3)
    assert ("message.test", "thu: lan") in {(row.action, row.subject) for row in rows}


async def test_programs_are_told_what_cannot_be_tested(talking: World) -> None:
    headers = await talking.token(Role.OPERATOR)
    for name, contact in (("fax", ""), ("thu", "nobody")):
        answer = await talking.client.post(
            f"/api/v1/channels/{name}/test", json={"contact": contact}, headers=headers
        )
        assert answer.status_code == 404, name
    nothing = await talking.client.get("/api/v1/channels/tests/77", headers=headers)
    assert (nothing.status_code, nothing.json()["detail"]) == (404, "There is no test 77")
    # the number of a message about an incident shows nothing
    await talking.commit(hub_cut(DAWN))
    [row] = await talking.ledger.outbox.for_incident("SC-20261122-0001")
    other = await talking.client.get(f"/api/v1/channels/tests/{row[0].id}", headers=headers)
    assert other.status_code == 404


async def test_a_balance_that_runs_out_is_shown_to_programs(tmp_path: Path) -> None:
    spent = replace(HOOK, balance=Balance(12_000, 50_000))
    async with a_world(tmp_path, channels=lambda: (spent,)) as world:
        headers = await world.token(Role.OPERATOR)
        [hook] = (await world.client.get("/api/v1/channels", headers=headers)).json()
        assert hook["balance"] == {"amount": 12_000, "least": 50_000, "low": True}
