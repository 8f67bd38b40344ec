"""PCs in rooms: what they sign is heard, what anybody else says is not; their page and keys."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.context import Web
from api.v1 import heartbeats, hints
from api.v1.heartbeats import signed
from core.people import Role
from tests.api.serving import serving
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, a_world, all_up
from tests.factories import FakeClock

ROOM = "phong-dak-o"
PATH = f"/api/v1/rooms/{ROOM}/heartbeat"
SAID = {"client": True, "camera": True, "microphone": False, "loss": 0.0, "round_trip": 0.004}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a province with rooms, that is well."""
    known = serving()
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings, estate=lambda: known) as made:
        await made.commit(all_up(DAWN - timedelta(hours=1)))
        yield made


def clock(world: World) -> FakeClock:
    assert isinstance(world.clock, FakeClock)
    return world.clock


async def a_key(world: World, room: str = ROOM) -> bytes:
    plain = await world.ledger.room_keys.make(room, "an", world.clock.now())
    return hashlib.sha256(plain.encode()).digest()


async def stamped(world: World, key: bytes) -> int:
    answer = (await world.client.get(PATH)).json()
    assert answer["proof"] == signed(key, "hub", ROOM, answer["now"])
    now: int = answer["now"]
    return now


async def spoken(world: World, key: bytes, stamp: int, **said: object) -> httpx.Response:
    body = json.dumps(said or SAID).encode()
    heads = {
        "content-type": "application/json",
        "x-room-stamp": str(stamp),
        "x-room-signature": signed(key, "room", ROOM, stamp, body),
    }
    return await world.client.post(PATH, content=body, headers=heads)


async def test_what_a_rooms_pc_signs_is_heard(world: World) -> None:
    key = await a_key(world)
    answer = await spoken(world, key, await stamped(world, key))
    assert answer.status_code == 200
    assert answer.json() == {"next": heartbeats.NEXT}
    beat = (await world.ledger.meetings.said(None)).beats[ROOM]
    assert (beat.client, beat.camera, beat.microphone, beat.speaker) == (True, True, False, None)
    assert beat.at == DAWN
    assert (beat.way_loss, beat.loss) == (0.0, None), "the way to us is not what the call hears"
    headers = await world.token(Role.VIEWER)
    layers = (await world.client.get(f"/api/v1/rooms/{ROOM}/stack", headers=headers)).json()
    assert (layers["reachable"], layers["registered"]) == ("good", "good")


async def test_what_is_said_again_or_late_or_early_is_not(world: World) -> None:
    key = await a_key(world)
    stamp = await stamped(world, key)
    assert (await spoken(world, key, stamp)).status_code == 200
    assert (await spoken(world, key, stamp)).status_code == 409
    clock(world).advance(30)
    later = await stamped(world, key)
    clock(world).advance(61)
    assert (await spoken(world, key, later)).status_code == 403
    assert (await spoken(world, key, later + 120_000)).status_code == 403


async def test_strangers_are_told_nothing_not_even_whether_there_is_a_key(world: World) -> None:
    no_key = await world.client.get(PATH)
    key = await a_key(world)
    wrong = b"x" * 32
    stamp = (await world.client.get(PATH)).json()["now"]
    assert (await spoken(world, wrong, stamp)).status_code == 403
    unsigned = await world.client.post(PATH, json=SAID)
    odd = await world.client.post(PATH, json=SAID, headers={b"x-room-signature": b"\xe9" * 64})
    assert (unsigned.status_code, odd.status_code) == (403, 403)
    assert no_key.json().keys() == (await world.client.get(PATH)).json().keys()
    other = await world.client.post(PATH.replace(ROOM, "khong-co"), json=SAID)
    assert other.status_code == 403
    body = json.dumps(SAID | {"camera": False}).encode()  # another word under the same signature
    heads = {
        "content-type": "application/json",
        "x-room-stamp": str(stamp),
        "x-room-signature": signed(key, "room", ROOM, stamp, json.dumps(SAID).encode()),
    }
    assert (await world.client.post(PATH, content=body, headers=heads)).status_code == 403
    assert (await world.ledger.meetings.said(None)).beats == {}


async def test_what_makes_no_sense_is_refused(world: World) -> None:
    key = await a_key(world)
    stamp = await stamped(world, key)
    assert (await spoken(world, key, stamp, loss=7)).status_code == 422
    assert (await spoken(world, key, stamp, password="x")).status_code == 422
    long = await spoken(world, key, stamp, clock_offset=10**4200)
    assert long.status_code in {400, 413, 422}


async def test_a_pc_that_speaks_too_often_is_held_back(world: World) -> None:
    key = await a_key(world)
    codes = []
    for _ in range(heartbeats.OF_A_ROOM + 1):
        clock(world).advance(0.01)
        codes.append((await spoken(world, key, await stamped(world, key))).status_code)
    assert codes[: heartbeats.OF_A_ROOM] == [200] * heartbeats.OF_A_ROOM
    assert codes[-1] == 429
    asked = [(await world.client.get(PATH)).status_code for _ in range(heartbeats.MOST)]
    assert asked[-1] == 429


async def as_admin(world: World, path: str) -> tuple[int, str]:
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.ADMIN, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/meetings")
    answer = await world.client.post(path, data={"csrf": token})
    return answer.status_code, answer.text


async def test_a_key_is_made_and_revoked_on_the_page(world: World) -> None:
    status, text = await as_admin(world, f"/rooms/{ROOM}/key")
    assert status == 200
    assert f"slug = {ROOM}" in text
    assert "Khoá mới, chỉ hiện một lần: Phòng họp UBND Xã Đăk Ơ" in words(text)
    plain = text.split("key = ")[1].split("\n")[0]
    key = hashlib.sha256(plain.encode()).digest()
    assert (await spoken(world, key, await stamped(world, key))).status_code == 200
    shown = words(await page(world, "/rooms"))
    assert "đang báo về" in shown
    assert "phần mềm họp đang mở" in shown
    assert "không thấy micrô" in shown
    assert "đi và về 4 ms" in shown
    assert plain not in shown
    clock(world).advance(3600)
    assert "im từ" in words(await page(world, "/rooms"))
    english = words(await page(world, "/rooms", thongsuot_lang="en"))
    assert "silent since" in english
    assert (await as_admin(world, f"/rooms/{ROOM}/key/revoke"))[0] == 303
    assert (await spoken(world, key, await stamped_blindly(world))).status_code == 403
    assert "Chưa máy tính nào báo về" in words(await page(world, "/rooms", thongsuot_lang="vi"))
    assert (await as_admin(world, "/rooms/gw-an-loc/key"))[0] == 404
    assert (await as_admin(world, f"/rooms/{ROOM}/key/revoke"))[0] == 404


async def stamped_blindly(world: World) -> int:
    now: int = (await world.client.get(PATH)).json()["now"]
    return now


async def test_a_hint_is_taken_with_the_right_token_alone(tmp_path: Path) -> None:
    taken: list[str] = []

    def hint(device: str, token: str) -> bool:
        taken.append(device)
        return token == "dung"

    async with a_world(tmp_path, hint=hint) as world:
        ask = world.client
        assert (await ask.post("/api/v1/hints/vc-1/dung", content=b"<Event/>")).status_code == 204
        assert (await ask.get("/api/v1/hints/vc-1/dung")).status_code == 204
        assert (await ask.post("/api/v1/hints/vc-1/sai")).status_code == 404
        tries = [(await ask.get("/api/v1/hints/vc-1/sai")).status_code for _ in range(hints.MOST)]
        assert tries[-1] == 429


async def test_a_hub_that_takes_no_hints_knows_no_such_address(world: World) -> None:
    assert (await world.client.post("/api/v1/hints/vc-1/dung")).status_code == 404
