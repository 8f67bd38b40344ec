"""What does a poll by SNMPv3 cost beside one by v2c? Debian's snmpd answers both. JSON.

The CPU is that of the poller alone. A poll is two GETs of 44 and 16 names: system group, the
loopback interface's columns, memory and load of UCD-SNMP-MIB, over and over.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.snmp import Meter, OwnSockets
from collectors._snmp.agent import Patience, Trouble
from collectors._snmp.engine import Engine
from collectors._snmp.usm import User, user_of
from runtime import process
from tests.ports import free_port

PASSWORD = "mot-mat-khau-dai"
LOGINS: dict[str, str] = {
    "v2c": "public",
    "noAuthNoPriv": "v3 user=none",
    "authNoPriv SHA-1": f"v3 user=sha auth=sha:{PASSWORD}",
    "authNoPriv SHA-256": f"v3 user=sha256 auth=sha256:{PASSWORD}",
    "authPriv SHA-256 AES-128": f"v3 user=aes auth=sha256:{PASSWORD} priv=aes128:{PASSWORD}",
    "authPriv SHA-512 AES-256": f"v3 user=aes256 auth=sha512:{PASSWORD} priv=aes256:{PASSWORD}",
    "authPriv MD5 DES": f"v3 user=des auth=md5:{PASSWORD} priv=des:{PASSWORD}",
}
CONFIG = f"""rocommunity public
createUser none
rouser none noauth
createUser sha SHA {PASSWORD}
rouser sha auth
createUser sha256 SHA-256 {PASSWORD}
rouser sha256 auth
createUser aes SHA-256 {PASSWORD} AES {PASSWORD}
rouser aes priv
createUser aes256 SHA-512 {PASSWORD} AES-256 {PASSWORD}
rouser aes256 priv
createUser des MD5 {PASSWORD} DES {PASSWORD}
rouser des priv
"""
SYSTEM = tuple(f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 3, 5, 6))
PORT = tuple(f"1.3.6.1.2.1.2.2.1.{n}.1" for n in (2, 3, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20))
MEMORY = tuple(f"1.3.6.1.4.1.2021.4.{n}.0" for n in (3, 4, 5, 6, 11, 14, 15))
LOAD = tuple(f"1.3.6.1.4.1.2021.10.1.5.{n}" for n in (1, 2, 3))
OIDS = ((*SYSTEM, *PORT, *MEMORY, *LOAD) * 3)[:60]


def access(login: str) -> str | User:
    """Return a community or a user."""
    return user_of(login) if login.startswith("v3 ") else login


async def polled(login: str, port: int, polls: int) -> dict[str, float]:
    """Return what so many polls cost, after a hundred to learn."""
    engine = Engine(OwnSockets())
    agent = await engine.agent("127.0.0.1", port, access(login))
    plan = engine.plan(OIDS)
    failed = 0
    for _ in range(100):
        await engine.get(agent, plan, Patience(2.0, 2))
    meter = Meter()
    for _ in range(polls):
        try:
            await engine.get(agent, plan, Patience(2.0, 2))
        except Trouble:
            failed += 1
    cost = meter.cost()
    counts = engine.counts
    await engine.aclose()
    return {
        "cpu_us_per_poll": cost.cpu / polls * 1e6,
        "wall_us_per_poll": cost.wall / polls * 1e6,
        "failed": failed,
        "reports": counts.reports,
        "by_pattern": counts.by_pattern / max(1, counts.replies),
    }


async def rounds(port: int, polls: int, times: int) -> dict[str, dict[str, float]]:
    """Poll by every login in turn, several times; return the medians."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in LOGINS}
    for _ in range(times):
        for name, login in LOGINS.items():
            found[name].append(await polled(login, port, polls))
    return {
        name: {key: round(statistics.median(one[key] for one in some), 2) for key in some[0]}
        for name, some in found.items()
    }


def main() -> None:
    """Start the agent, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--polls", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    o = options.parse_args()
    program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("snmpd is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "snmpd.conf").write_text(CONFIG)
        world = {"MIBS": "", "SNMPCONFPATH": folder, "SNMP_PERSISTENT_DIR": f"{folder}/kept"}
        agent = subprocess.Popen(
            [program, "-f", "-Lf", f"{folder}/log", f"udp:127.0.0.1:{port}"],
            env={**os.environ, **world},
        )
        try:
            process.run(asyncio.sleep(1.5))
            print(json.dumps(process.run(rounds(port, o.polls, o.rounds)), indent=1))
        finally:
            agent.terminate()
            agent.wait(10)


if __name__ == "__main__":
    main()
