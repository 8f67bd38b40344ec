"""The fallback: addresses 127.x.y.z, no privilege, no ICMP, silence all the same."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Conflict
from core.inventory import Device
from lab import synthetic
from lab.client import LabClient
from lab.lab import Lab
from lab.loopback import addresses_on_loopback
from lab.network import Kind, bind
from tests.lab.probes import connects, namespaces_refused, snmp, started, until

REFUSED = namespaces_refused()
# A network of its own keeps these ports from those of other runs; the lab does not know of it.
APART = ["unshare", "-n" if os.geteuid() == 0 else "-Urn", "sh", "-c"]
APART += ['ip link set lo up && exec "$@"', "sh"]
NAME = "1.3.6.1.2.1.1.5.0"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[LabClient]:
    if REFUSED is not None:
        pytest.skip(f"no network namespaces: {REFUSED}")
    path = tmp_path / "lab.sock"
    words = ["lab", "up", "--size", "2x4", "--network", "loopback", "--socket", str(path)]
    lab = started(words, APART)
    yield LabClient(path)
    lab.terminate()
    lab.wait()


def device(slug: str) -> Device:
    moved = addresses_on_loopback(synthetic.inventory(2, 4))
    return next(device for device in moved.devices if device.slug == slug)


@pytest.mark.lab
async def test_silence_is_silence_for_snmp_and_tcp_and_ends_with_the_cut(client: LabClient) -> None:
    await until(lambda: client.path.exists() and bool(client.status()["ok"]))
    facts = client.status()
    assert facts["icmp"] is False
    assert "ICMP" in str(facts["notes"])
    gateway, codec = device("xa-002-gw").address, device("xa-002-vc").address
    beside = device("xa-001-vc").address
    assert "xa-002-gw" in snmp("snmpget", facts, gateway, NAME)
    assert connects(client, codec, 1720) == "open"
    client.cut("xa-002", "far")
    assert "Timeout" in snmp("snmpget", facts, "-r0", gateway, NAME)
    assert connects(client, codec, 1720) == "silence"
    assert connects(client, codec, 1720) == "silence"
    assert connects(client, beside, 1720) == "open"
    client.restore("xa-002")
    assert "xa-002-gw" in snmp("snmpget", facts, gateway, NAME)
    await until(lambda: connects(client, codec, 1720) == "open")


@pytest.mark.lab
async def test_every_address_has_a_port_to_ask_for_reach_and_lines_fall_alone(
    client: LabClient,
) -> None:
    await until(lambda: client.path.exists() and bool(client.status()["ok"]))
    ports = client.status()["ports"]
    assert isinstance(ports, dict)
    moved = addresses_on_loopback(synthetic.inventory(2, 4))
    lines = {link.slug: str(link.address) for link in moved.links if link.address}
    everyone = [device.address for device in moved.devices] + list(lines.values())
    assert {connects(client, address, ports["ssh"]) for address in everyone} == {"open"}
    client.cut("kenh-huyen-01")
    assert connects(client, lines["kenh-huyen-01"], ports["ssh"]) == "silence"
    assert connects(client, lines["kenh-huyen-01-dp"], ports["ssh"]) == "open"
    assert connects(client, device("huyen-01-gw").address, ports["ssh"]) == "open"


@pytest.mark.lab
async def test_delay_and_loss_reach_snmp(client: LabClient) -> None:
    await until(lambda: client.path.exists() and bool(client.status()["ok"]))
    facts = client.status()
    gateway = device("xa-002-gw").address
    client.degrade("xa-002", loss=1.0)
    assert "Timeout" in snmp("snmpget", facts, "-r0", gateway, NAME)
    client.degrade("xa-002", delay=0.2)
    assert "Timeout" in snmp("snmpget", facts, "-t0.1", "-r0", gateway, NAME)
    assert "xa-002-gw" in snmp("snmpget", facts, "-t1", gateway, NAME)


def test_an_address_that_is_taken_is_named_with_how_to_free_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder, socket.socket() as late:
        port = holder.getsockname()[1]
        with pytest.raises(Conflict, match=f"127.0.0.1:{port} is taken.*`thongsuot lab stop`"):
            bind(late, "127.0.0.1", port)


def test_a_fallback_says_what_could_not_be_made_and_a_wish_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: dict[Kind, dict[str, object]] = {
        Kind.FLAT: {"ok": False, "error": "not permitted"},
        Kind.LOOPBACK: {"ok": True, "notes": []},
    }

    async def answer(_: Lab, kind: Kind, _path: Path) -> dict[str, object]:
        return answers[kind]

    monkeypatch.setattr(Lab, "_try", answer)
    for wish, notes in ((None, 1), (Kind.LOOPBACK, 0)):
        lab = Lab(synthetic.inventory(2, 4), wish)
        asyncio.run(lab.start())
        said = str(lab.facts["notes"])
        assert (said.count("namespace"), said.count("not permitted")) == (notes, 2 * notes)
        asyncio.run(lab.stop())


def test_every_address_moves_to_loopback_and_keeps_its_host_part() -> None:
    before, after = synthetic.inventory(2, 4), addresses_on_loopback(synthetic.inventory(2, 4))
    for old, new in zip(before.devices, after.devices, strict=True):
        assert new.address == "127" + old.address.removeprefix("10")
    assert [link.address for link in after.links if link.address] == [
        "127" + str(link.address).removeprefix("10") for link in before.links if link.address
    ]
