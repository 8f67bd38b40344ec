"""Providers of channels hand over answers at a door of their own."""

import json
from datetime import timedelta
from pathlib import Path

from api.context import Web
from api.v1 import answers as door
from core.answer import Answer
from core.channel import NotTheirs, Posted
from core.people import Role
from storage.answers import Coming
from tests.api.world import DAWN, World, a_world, all_up, hub_cut, told

PATH = "/api/v1/answers/goi"


class Ear:
    """What the runtime makes of a request."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []

    async def __call__(self, channel: str, posted: Posted) -> bytes:
        if channel != "goi":
            raise LookupError(channel)
        if posted.headers.get("x-secret") != "mo-cua":
            raise NotTheirs
        self.posted.append(posted)
        return json.dumps([{"action": "talk", "text": "Đã ghi nhận"}]).encode()


async def test_what_proves_itself_is_heard_and_answered_in_the_same_breath(
    tmp_path: Path,
) -> None:
    ear = Ear()
    async with a_world(tmp_path, hear=ear) as world:
        answer = await world.client.post(
            f"{PATH}?code=0042", content=b'{"dtmf": "1"}', headers={"X-Secret": "mo-cua"}
        )
    assert answer.status_code == 200
    assert answer.json() == [{"action": "talk", "text": "Đã ghi nhận"}]
    (posted,) = ear.posted
    assert (posted.body, posted.query) == (b'{"dtmf": "1"}', {"code": "0042"})


async def test_what_does_not_is_refused_and_too_much_of_it_is_kept_out(tmp_path: Path) -> None:
    async with a_world(tmp_path, hear=Ear()) as world:
        known = {"X-Secret": "mo-cua"}
        assert (await world.client.post(PATH)).status_code == 403
        assert (await world.client.get(PATH)).status_code == 405
        other = await world.client.post("/api/v1/answers/nhom", headers=known)
        assert other.status_code == 404
        long = b"x" * (door.LONGEST + 1)
        assert (await world.client.post(PATH, content=long, headers=known)).status_code == 413
        tries = [(await world.client.post(PATH)).status_code for _ in range(door.MOST)]
        assert tries[:3] == [403] * 3
        assert tries[-1] == 429
        assert (await world.client.post(PATH, headers=known)).headers["retry-after"] == "60"


async def test_where_no_channel_leads_back_there_is_no_door(world: World) -> None:
    assert (await world.client.post(PATH)).status_code == 404


async def test_the_ledger_of_telling_says_by_which_answer_it_was_taken_on(
    tmp_path: Path,
) -> None:
    settings = Web(base_url="http://thongsuot.test")
    async with a_world(tmp_path, settings=settings) as world:
        await world.commit(all_up(DAWN - timedelta(hours=1)))
        await world.commit(hub_cut(world.clock.now()))
        await told(world)
        now, incident = world.clock.now(), "SC-20261122-0001"
        code = await world.ledger.answers.code([incident], now, timedelta(hours=1))
        answer = Answer("1", "+84901234567", f"Đã nhận {code}")
        await world.ledger.answers.take(Coming("modem", answer, frozenset({"lan"}), code), now)
        late = Answer("2", "+84901234567", f"ok {code} nhé")
        await world.ledger.answers.take(Coming("modem", late, frozenset({"lan"}), code), now)
        headers = await world.token(Role.VIEWER)
        page = (await world.client.get(f"/incidents/{incident}", headers=headers)).text
        assert "bằng tin trả lời từ +84901234567 (kênh modem)" in page
        assert f"“ok {code} nhé” → đã có người nhận trước" in page
        path = f"/api/v1/incidents/{incident}/telling"
        said = (await world.client.get(path, headers=headers)).json()
        assert said["taken"]["person"] == "Nguyễn Thị Lan"
        assert f"Đã nhận {code}" in said["taken"]["way"]
        assert [one["came_of"] for one in said["answers"]] == [
            "tiếp nhận",
            "đã có người nhận trước",
        ]
