"""Eyes inside a lab: pings, connections and SNMP requests through its door."""

import asyncio
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from lab.client import LabClient

PATIENCE = 8.0  # seconds; a busy machine, not the lab, needs them


def _echo(sequence: int) -> bytes:
    body = struct.pack("!BBHHH", 8, 0, 0, 0, sequence) + b"thong suot" * 2
    total = sum(struct.unpack(f"!{len(body) // 2}H", body))
    total = (total >> 16) + (total & 0xFFFF)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return body[:2] + struct.pack("!H", checksum) + body[4:]


def answering(client: LabClient, addresses: Iterable[str], wait: float = 0.2) -> set[str]:
    """Return the addresses that answer one of two pings sent from inside the lab."""
    left = set(addresses)
    found: set[str] = set()
    with client.open(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as pinger:
        pinger.setblocking(False)
        for sequence in (1, 2):
            for address in sorted(left):
                try:
                    pinger.sendto(_echo(sequence), (address, 0))
                except OSError:
                    continue  # the kernel reports an earlier "unreachable" here
            end = time.monotonic() + wait
            while left and (rest := end - time.monotonic()) > 0:
                if not select.select([pinger], [], [], rest)[0]:
                    break
                try:
                    data, (address, _) = pinger.recvfrom(200)
                except OSError:
                    continue
                if data[0] == 0:  # an echo reply, not our own echo
                    found.add(address)
                    left.discard(address)
    return found


def round_trips(client: LabClient, address: str, count: int, wait: float = 0.6) -> list[float]:
    """Return the seconds each of `count` pings took, one after another; lost ones are absent."""
    took = []
    with client.open(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as pinger:
        pinger.settimeout(wait)
        for sequence in range(count):
            begun = time.perf_counter()
            try:
                pinger.sendto(_echo(sequence), (address, 0))
                pinger.recvfrom(200)
            except OSError:
                continue
            took.append(time.perf_counter() - begun)
    return took


def connects(client: LabClient, address: str, port: int, wait: float = 0.5) -> str:
    """Return how a connection from inside the lab ends: "open", "refused" or "silence"."""
    with client.open(socket.AF_INET, socket.SOCK_STREAM, 0) as caller:
        caller.settimeout(wait)
        try:
            caller.connect((address, port))
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "silence"
    return "open"


async def until(claim: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return when a claim holds; AssertionError after `patience` seconds."""
    end = time.monotonic() + patience
    while not await asyncio.to_thread(claim):
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.05)


def snmp(tool: str, facts: Mapping[str, object], *words: str) -> str:
    """Return what a tool of net-snmp prints, run inside the lab's network namespace."""
    user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
    inside = ["nsenter", "-t", str(facts["pid"]), *user, "-n"]
    command = [*inside, tool, "-v2c", "-c", "public", "-On", "-t1", "-r2", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return done.stderr + done.stdout  # complaints first: the last line is the answer's


def started(words: Sequence[str], before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Return a running `thongsuot` with these words, after a command that starts commands."""
    command = [*before, sys.executable, "-c", "from runtime.cli import main; main()", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def namespaces_refused() -> str | None:
    """Return why this machine allows no network namespace, None if it does."""
    if shutil.which("unshare") is None:
        return "unshare (util-linux) is missing"
    for words in (["-n"], ["-Urn"]):
        if (
            subprocess.run(["unshare", *words, "true"], capture_output=True, check=False).returncode
            == 0
        ):
            missing = [tool for tool in ("ip", "nft") if _absent(tool)]
            return f"missing: {', '.join(missing)}" if missing else None
    return "neither root nor a user namespace is allowed"


def _absent(tool: str) -> bool:
    return shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin") is None
