"""The engine against a whole fleet of simulated agents: dead ones, lossy ones, hostile ones."""

import asyncio
import shutil
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from benchmarks.build import built
from benchmarks.compare_snmp import HOSTILE, dead, fleet, mixed, told
from benchmarks.snmp import OIDS, OwnSockets, Result, address, sweep
from collectors._snmp.agent import Patience, Trouble
from collectors._snmp.engine import Engine

QUICK = Patience(wait=0.3, retries=2)


class Fleet(Protocol):
    def __call__(self, *options: str) -> AbstractContextManager[int]: ...


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        pytest.skip("the fleet simulator needs a C compiler (package gcc)")
    folder = tmp_path_factory.mktemp("programs")
    built("responder", folder)
    return folder


@pytest.fixture
def play(programs: Path) -> Fleet:
    def started(*options: str) -> AbstractContextManager[int]:
        return fleet(programs, options)

    return started


async def test_every_device_of_a_healthy_fleet_is_read_whole(play: Fleet) -> None:
    with play("-r", "5") as port:
        result = await sweep(300, 300, 4, port, QUICK)
        assert told(port)["varbinds"] == result.varbinds
    assert result == Result(ok=1200, failed=0, varbinds=1200 * len(OIDS))


async def test_exactly_the_dead_devices_fail(play: Fleet) -> None:
    engine = Engine(OwnSockets())
    plan = engine.plan(OIDS)

    async def is_dead(k: int) -> bool:
        agent = await engine.agent(address(k), port, "public")
        try:
            await engine.get(agent, plan, QUICK)
        except Trouble:
            return True
        return False

    with play("-d", "10", "-r", "5") as port:
        answers = await asyncio.gather(*(is_dead(k) for k in range(200)))
    failed = {k for k, answer in enumerate(answers) if answer}
    await engine.aclose()
    truly = {
        k for k in range(200) if mixed(int.from_bytes(socket.inet_aton(address(k)))) % 1000 < 100
    }
    assert failed == truly
    assert len(truly) == dead(200, 10)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_fifth_of_hostile_replies_loses_hardly_a_device(play: Fleet, kind: str) -> None:
    with play("-x", "20", "-k", kind) as port:
        result = await sweep(60, 60, 1, port, QUICK)
    # Plain loss of this rate would cost three of a hundred devices.
    assert result.ok >= 52
    assert result.varbinds == result.ok * len(OIDS)
    assert result.ok + result.failed == 60


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind not in ("late", "duplicate")])
async def test_only_hostile_replies_fail_every_device_and_end(play: Fleet, kind: str) -> None:
    with play("-x", "100", "-k", kind) as port:
        result = await sweep(10, 10, 1, port, Patience(wait=0.1, retries=1))
    if kind == "header":  # one flipped bit may hit what does not matter: it rarely does
        assert result.failed >= 8
    else:
        assert result == Result(ok=0, failed=10, varbinds=0)


async def test_a_fleet_with_small_buffers_is_asked_in_small_parts(play: Fleet) -> None:
    with play("-m", "484") as port:
        assert (await sweep(20, 20, 1, port, QUICK)).ok == 20
        once = told(port)["requests"]
        told(port, b"R")
        assert (await sweep(20, 20, 2, port, QUICK)).ok == 40
        twice = told(port)["requests"]
    assert twice < 2 * once  # what was too big is remembered


def test_addresses_are_spread_as_documented(tmp_path: Path) -> None:
    places: Sequence[str] = [address(k) for k in (0, 127, 128, 32767, 32768)]
    assert places == ["127.1.0.1", "127.1.0.128", "127.1.1.1", "127.1.255.128", "127.2.0.1"]
