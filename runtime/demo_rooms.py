"""The demo's rooms without equipment: one whose PC reports, and one that a person speaks for.

The PC is this very machine: the program that is handed to technicians runs as they run it, with a
key of its own room, against the demo's hub. What it finds is what this machine has.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from core.inventory import Inventory, Room
from lab.namespaces import die_with_parent

_PC, _BY_HAND = "pc", "hoi-truong"  # how their slugs end
_OTHERS = 12  # commune sites before theirs, whose rooms the meetings are full of
_HERE = Path(__file__).resolve()
_PROGRAM = "thongsuot_room_heartbeat.py"
_PLACES = (_HERE.parents[1] / "deploy" / "room-heartbeat", _HERE.parent / "room-heartbeat")
_CONFIG = """\
[hub]
url = {hub}
[room]
slug = {room}
key = {key}
programs = {program}
"""
_PAUSE = 0.2  # seconds between two tries whether the hub listens
_LEAVING = 5.0  # seconds for the program to end


def furnished(inventory: Inventory) -> Inventory:
    """Return the inventory with both rooms, at two of its communes."""
    sites = [site for site in inventory.sites if site.role == "site"][_OTHERS:][:2]
    made = [
        Room(
            slug=f"{site.slug}-{end}",
            name=f"{name}, {site.name}",
            name_en=f"{name_en}, {site.name_en}",
            site=site.slug,
            seats=seats,
            valid_from=site.valid_from,
        )
        for site, (end, name, name_en, seats) in zip(
            sites,
            (
                (_PC, "Phòng họp bằng máy tính", "Meeting room with a PC", 12),
                (_BY_HAND, "Hội trường không có thiết bị", "Hall without equipment", 60),
            ),
            strict=False,
        )
    ]
    return inventory.model_copy(update={"rooms": (*inventory.rooms, *made)})


def of_pcs(inventory: Inventory) -> tuple[str, ...]:
    """Return the rooms whose PC reports."""
    return _without_equipment(inventory, _PC)


def by_hand(inventory: Inventory) -> tuple[str, ...]:
    """Return the rooms that only a person speaks for."""
    return _without_equipment(inventory, _BY_HAND)


def _without_equipment(inventory: Inventory, end: str) -> tuple[str, ...]:
    return tuple(r.slug for r in inventory.rooms if r.device is None and r.slug.endswith(f"-{end}"))


@asynccontextmanager
async def reporting(hub: str, room: str, key: str, folder: Path) -> AsyncIterator[Process]:
    """Run the program of a room's PC until the block ends, once the hub of that address answers.

    What it calls the meeting program is this Python, which surely runs. It logs into the folder.
    """
    await _until_it_listens(hub)
    program = next(at for at in _PLACES if (at / _PROGRAM).exists()) / _PROGRAM
    config = folder / "room-heartbeat.ini"
    own = PurePath(sys.executable).name
    config.write_text(_CONFIG.format(hub=hub, room=room, key=key, program=own), encoding="utf-8")
    config.chmod(0o600)
    with (folder / "room-heartbeat.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(program), "--config", str(config)),
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # a demo that is killed leaves none behind
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_LEAVING):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _until_it_listens(hub: str) -> None:
    place = urlsplit(hub)
    while True:
        try:
            _, writer = await asyncio.open_connection(place.hostname, place.port)
        except OSError:
            await asyncio.sleep(_PAUSE)
        else:
            writer.close()
            return
