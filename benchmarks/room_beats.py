"""What does the word of a room's PC cost the hub? A real hub on loopback, rooms one after another.

    python -m benchmarks.room_beats --rooms 150

The CPU told is that of the asker too, who runs in the same process.
"""

import argparse
import asyncio
import hashlib
import json
import os
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from api.v1.heartbeats import signed
from core.clock import SystemClock
from runtime.hub import open_hub
from runtime.settings import build

SAID = {"client": True, "camera": True, "loss": 0.0, "round_trip": 0.004, "clock_offset": 0.1}


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


async def beat(client: httpx.AsyncClient, room: str, key: bytes) -> None:
    path = f"/api/v1/rooms/{room}/heartbeat"
    now = (await client.get(path)).json()["now"]
    body = json.dumps(SAID).encode()
    heads = {
        "content-type": "application/json",
        "x-room-stamp": str(now),
        "x-room-signature": signed(key, "room", room, now, body),
    }
    answer = await client.post(path, content=body, headers=heads)
    answer.raise_for_status()


async def measured(base: str, keys: Mapping[str, bytes]) -> None:
    async with httpx.AsyncClient(base_url=base) as client:
        for turn in range(3):
            cpu, begun = time.process_time(), time.perf_counter()
            for room, key in keys.items():
                await beat(client, room, key)
            wall = (time.perf_counter() - begun) / len(keys) * 1000
            used = (time.process_time() - cpu) / len(keys) * 1000
            load = os.getloadavg()[0]
            print(f"turn {turn}: {used:.1f} ms CPU, {wall:.0f} ms wall a word, load {load:.1f}")


async def main(rooms: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        listen = f"127.0.0.1:{free_port()}"
        wanted = build({"web": {"listen": listen}, "series": {"enabled": False}}, Path(folder))
        stop = asyncio.Event()
        async with open_hub(wanted, SystemClock()) as hub:
            running = asyncio.create_task(hub.run(stop))
            now = SystemClock().now()
            keys = {
                room: hashlib.sha256((await hub.ledger.room_keys.make(room, "a", now)).encode())
                for room in (f"room-{n}" for n in range(rooms))
            }
            await asyncio.sleep(1)
            await measured(wanted.web.address, {room: key.digest() for room, key in keys.items()})
            stop.set()
            await running


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rooms", type=int, default=150)
    asyncio.run(main(parser.parse_args().rooms))
