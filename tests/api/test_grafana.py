"""The page that connects a Grafana."""

import re
from dataclasses import replace
from pathlib import Path

from core.people import Role
from tests.api.world import World, a_world


async def test_it_tells_an_administrator_the_address_and_that_nobody_has_seen_it(
    world: World,
) -> None:
    headers = await world.token(Role.ADMIN)
    page = (await world.client.get("/grafana", headers=headers)).text
    assert f"{world.context.settings.base_url}/prometheus" in page
    assert "Chưa xem trong Grafana thật" in page
    assert "thongsuot token create grafana" in page
    english = await world.client.get("/grafana", headers={**headers, "cookie": "thongsuot_lang=en"})
    assert "Not yet seen in a running Grafana" in english.text
    assert not re.search(r"[ăđơư]", english.text.split("<main")[1].replace("Thông Suốt", ""))


async def test_the_archive_is_made_for_our_address(tmp_path: Path) -> None:
    asked: list[str] = []

    def boards(url: str) -> bytes:
        asked.append(url)
        return b"PK"

    async with a_world(tmp_path) as world:
        headers = await world.token(Role.ADMIN)
        missing = await world.client.get("/grafana/thongsuot-grafana.zip", headers=headers)
        assert missing.status_code == 404
        world.app.state.context = replace(world.context, boards=boards)
        found = await world.client.get("/grafana/thongsuot-grafana.zip", headers=headers)
        assert found.content == b"PK"
        assert found.headers["content-type"] == "application/zip"
    assert asked == [world.context.settings.base_url]
