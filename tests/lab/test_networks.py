"""Networks of the lab: what is cut falls silent to every protocol, and nothing is left behind."""

import asyncio
import os
import shutil
import signal
import socket
import statistics
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.inventory import Inventory
from lab import synthetic
from lab.client import LabClient, Refused, default_socket
from lab.lab import Lab, LabFailed
from lab.network import Kind
from lab.world import How
from tests.lab.probes import (
    answering,
    connects,
    namespaces_refused,
    round_trips,
    snmp,
    started,
    until,
)

REFUSED = namespaces_refused()
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(REFUSED is not None, reason=f"no network namespaces: {REFUSED}"),
]
SMALL = synthetic.inventory(3, 9)
HUB, COMMUNE, RESERVED = "kenh-huyen-02", "kenh-xa-004", "kenh-huyen-01"
LINE_CUTS = [How.ADMIN, How.FAR, How.BLACKHOLE, How.HALFIN]
IF_ADMIN, IF_OPER = "1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.2.2.1.8"


@pytest.fixture(params=[Kind.FLAT, Kind.TREE])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    async with Lab(SMALL, request.param) as running:
        yield running


def everybody(inventory: Inventory) -> set[str]:
    return {device.address for device in inventory.devices}


def silent(lab: Lab) -> set[str]:
    said = lab.client.status()["silent"]
    assert isinstance(said, list)
    return {device.address for device in lab.inventory.devices if device.slug in said}


def address_of(lab: Lab, device: str) -> str:
    return next(d.address for d in lab.inventory.devices if d.slug == device)


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("line", [HUB, COMMUNE])
async def test_each_kind_of_cut_takes_exactly_its_subtree_and_restore_brings_it_back(
    lab: Lab, line: str
) -> None:
    everyone = everybody(lab.inventory)
    assert answering(lab.client, everyone) == everyone
    for how in LINE_CUTS:
        lab.client.cut(line, how)
        taken = silent(lab)
        assert 0 < len(taken) < len(everyone)
        assert answering(lab.client, everyone) == everyone - taken, how
        lab.client.restore(line)
        await until(lambda: answering(lab.client, everyone) == everyone)


async def test_overlapping_cuts_are_mended_one_by_one(lab: Lab) -> None:
    everyone = everybody(lab.inventory)
    lab.client.cut("xa-002", How.ADMIN)
    lab.client.cut(HUB, How.FAR)
    lab.client.cut(COMMUNE, How.BLACKHOLE)
    for line in (HUB, "kenh-xa-002", COMMUNE):
        assert answering(lab.client, everyone) == everyone - silent(lab)
        lab.client.restore(line)
        await until(lambda: answering(lab.client, everyone) == everyone - silent(lab))
    assert answering(lab.client, everyone) == everyone


async def test_a_hub_with_a_reserve_line_answers_while_its_main_line_is_cut(lab: Lab) -> None:
    everyone = everybody(lab.inventory)
    lines = {link.slug: str(link.address) for link in lab.inventory.links if link.address}
    both = {lines[RESERVED], lines[f"{RESERVED}-dp"]}
    for how in LINE_CUTS:
        await until(lambda: answering(lab.client, everyone | both) == everyone | both)
        lab.client.cut(RESERVED, how)
        await until(lambda: answering(lab.client, everyone) == everyone)
        assert answering(lab.client, both) == {lines[f"{RESERVED}-dp"]}, how
        lab.client.restore(RESERVED)
    await until(lambda: answering(lab.client, everyone | both) == everyone | both)


@pytest.mark.parametrize("device", ["xa-004-vc", "xa-004-gw", "huyen-02-gw", "core-2"])
async def test_a_device_that_is_off_takes_what_hangs_on_it_and_no_more(
    lab: Lab, device: str
) -> None:
    everyone = everybody(lab.inventory)
    lab.client.cut(device, How.OFF)
    assert address_of(lab, device) in silent(lab)
    assert answering(lab.client, everyone) == everyone - silent(lab)
    lab.client.restore(device)
    await until(lambda: answering(lab.client, everyone) == everyone)


async def test_a_cut_silences_tcp_and_snmp_too(lab: Lab) -> None:
    codec, gateway = address_of(lab, "xa-004-vc"), address_of(lab, "xa-004-gw")
    assert connects(lab.client, codec, 1720) == "open"
    assert connects(lab.client, codec, 22) == "refused"
    assert "xa-004-gw" in snmp("snmpget", lab.facts, gateway, "1.3.6.1.2.1.1.5.0")
    lab.client.cut(COMMUNE, How.BLACKHOLE)
    assert connects(lab.client, codec, 1720) == "silence"
    assert "Timeout" in snmp("snmpget", lab.facts, "-r0", gateway, "1.3.6.1.2.1.1.5.0")


async def test_loss_and_delay_appear_on_the_line_and_go_again(lab: Lab) -> None:
    far, beside = address_of(lab, "xa-004-vc"), address_of(lab, "mcu")
    lab.client.degrade(COMMUNE, delay=0.05, jitter=0.005)
    slow = await asyncio.to_thread(round_trips, lab.client, far, 20)
    assert 0.045 < statistics.median(slow) < 0.2
    assert statistics.median(round_trips(lab.client, beside, 10)) < 0.04
    lab.client.degrade(COMMUNE, loss=0.5)
    lossy = await asyncio.to_thread(round_trips, lab.client, far, 60, 0.03)
    assert 10 <= len(lossy) <= 50
    lab.client.clear(COMMUNE)
    assert len(await asyncio.to_thread(round_trips, lab.client, far, 40)) == 40


async def test_impairments_of_hub_and_commune_add_up(lab: Lab) -> None:
    lab.client.degrade("huyen-01", delay=0.03)
    lab.client.degrade("xa-004", delay=0.03)
    took = await asyncio.to_thread(round_trips, lab.client, address_of(lab, "xa-004-gw"), 10)
    assert 0.055 < statistics.median(took) < 0.2


async def test_the_near_port_says_what_each_kind_of_cut_lets_it_see(lab: Lab) -> None:
    link = next(link for link in lab.inventory.links if link.slug == COMMUNE)
    near = address_of(lab, link.near)
    names = snmp("snmpwalk", lab.facts, near, "1.3.6.1.2.1.31.1.1.1.1").splitlines()
    row = next(line for line in names if f'"{link.near_port}"' in line)
    index = row.split(" ")[0].rsplit(".", 1)[1]
    expected = {How.ADMIN: (2, 2), How.FAR: (1, 2), How.BLACKHOLE: (1, 1), How.HALFIN: (1, 1)}
    for how, (admin, oper) in expected.items():
        lab.client.cut(COMMUNE, how)
        said = snmp("snmpget", lab.facts, near, f"{IF_ADMIN}.{index}", f"{IF_OPER}.{index}")
        assert f"{IF_ADMIN}.{index} = INTEGER: {admin}" in said, how
        assert f"{IF_OPER}.{index} = INTEGER: {oper}" in said, how
        lab.client.restore(COMMUNE)


async def test_the_door_hands_out_sockets_of_the_inside_and_says_why_not(lab: Lab) -> None:
    with lab.client.open(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        assert raw.type == socket.SOCK_RAW
    with pytest.raises(OSError, match=r"."):
        lab.client.open(socket.AF_INET, socket.SOCK_STREAM, 200)
    with pytest.raises(Refused):
        lab.client.ask("dance")
    with pytest.raises(Refused, match="No line"):
        lab.client.cut("nowhere")


async def test_only_one_lab_listens_at_a_socket(lab: Lab) -> None:
    with pytest.raises(LabFailed, match="running already"):
        await Lab(SMALL, Kind.FLAT, lab.socket).start()
    assert lab.client.status()["ok"]


async def test_the_folder_of_the_usual_socket_goes_with_the_last_lab_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    usual = default_socket()
    async with Lab(SMALL, Kind.FLAT, usual):
        with pytest.raises(LabFailed, match="running already"):
            await Lab(SMALL, Kind.FLAT, usual).start()
        assert usual.exists()
    assert not usual.parent.exists()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (Kind.FLAT, signal.SIGKILL),
        (Kind.TREE, signal.SIGKILL),
        (Kind.TREE, signal.SIGTERM),
        (Kind.FLAT, signal.SIGINT),
    ],
)
async def test_nothing_is_left_behind_however_the_starter_ends(
    tmp_path: Path, kind: Kind, number: signal.Signals
) -> None:
    path = tmp_path / "lab.sock"
    words = ["lab", "up", "--size", "2x4", "--network", kind.value, "--socket", str(path)]
    starter = started(words)
    client = LabClient(path)
    await until(lambda: path.exists() and bool(client.status()["ok"]))
    holder = int(str(client.status()["pid"]))
    starter.send_signal(number)
    starter.wait()
    await until(lambda: not path.exists())
    await until(lambda: not _alive(holder))
    assert not {"d0", "u0", "nms"} & {name for _, name in socket.if_nameindex()}


async def test_a_lab_whose_process_was_killed_leaves_a_path_that_the_next_one_takes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lab.sock"
    async with Lab(SMALL, Kind.FLAT, path) as first:
        os.kill(int(str(first.facts["pid"])), signal.SIGKILL)
        await first.wait()
        assert path.exists()
        async with Lab(SMALL, Kind.FLAT, path) as second:
            assert second.client.status()["ok"]


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user every other test shows this")
@pytest.mark.parametrize("kind", [Kind.FLAT, Kind.TREE])
async def test_a_lab_needs_no_privilege_where_user_namespaces_are_allowed(
    tmp_path: Path, kind: Kind
) -> None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv (util-linux) is missing")
    # Uid 0 may be mapped into a user namespace only with this one capability (Linux 5.12).
    bare = [setpriv, "--bounding-set=-all,+setfcap", "--inh-caps=-all"]
    if not succeeds([*bare, "unshare", "-Urn", "true"]):
        pytest.skip("this machine allows no user namespaces")
    path = tmp_path / "lab.sock"
    words = ["lab", "up", "--size", "2x4", "--network", kind.value, "--socket", str(path)]
    starter = started(words, bare)
    client = LabClient(path)
    try:
        await until(lambda: path.exists() and bool(client.status()["ok"]))
        everyone = everybody(synthetic.inventory(2, 4))
        assert answering(client, everyone) == everyone
        client.cut("huyen-02", How.ADMIN)
        assert len(answering(client, everyone)) < len(everyone)
        client.restore("huyen-02")
        client.degrade("huyen-02", delay=0.04)
        address = next(d.address for d in SMALL.devices if d.slug == "huyen-02-gw")
        assert statistics.median(round_trips(client, address, 5)) > 0.035
    finally:
        starter.terminate()
        starter.wait()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
