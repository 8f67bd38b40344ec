"""Prometheus' metadata, as a Grafana's editor asks for it."""

from dataclasses import replace
from pathlib import Path

from core.people import Role
from tests.api.world import a_world

KNOWN = {
    name: [{"type": "gauge", "help": f"What {name} is", "unit": ""}]
    for name in ("probe_success", "probe_loss_ratio", "site_status")
}


async def test_metadata_is_whole_or_of_one_name_or_of_a_few(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.app.state.context = replace(world.context, metadata=KNOWN)
        headers = await world.token(Role.VIEWER)

        async def asked(query: str) -> object:
            address = f"/prometheus/api/v1/metadata{query}"
            return (await world.client.get(address, headers=headers)).json()["data"]

        assert await asked("") == KNOWN
        assert await asked("?metric=site_status") == {"site_status": KNOWN["site_status"]}
        assert await asked("?metric=nothing") == {}
        few = await asked("?limit=2")
        assert isinstance(few, dict)
        assert len(few) == 2
        assert await asked("?limit=-1") == KNOWN
