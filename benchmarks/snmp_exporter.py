"""The same polls by prometheus-snmp-exporter, for comparison: same options, same JSON line.

It is a daemon: its CPU is read from /proc around the scrapes, and the clients that ask for them
are not counted. Its module has no lookups and brings the same 197 values, the columns by GetBulk.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from benchmarks.snmp import COLUMNS, SCALARS, Cost, Result, address, line, parser

_NAMES = ("ifOperStatus", "ifInErrors", "ifOutErrors", "ifInDiscards")
_WIDE = ("ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts")
_SCALAR_TYPES = ("DisplayString", "OctetString", "gauge", "DisplayString", "DisplayString")


def module(timeout: float, retries: int) -> str:
    """Return an snmp.yml whose module brings the same values."""
    lines = ["bench:", "  version: 2", "  auth: {community: public}", "  max_repetitions: 25"]
    lines += [f"  timeout: {timeout}s", f"  retries: {retries}", "  walk:"]
    lines += [f"  - {column}" for column in COLUMNS]
    lines += ["  get:", *(f"  - {oid}" for oid in SCALARS)]
    lines.append("  metrics:")
    for oid, kind in zip(SCALARS, _SCALAR_TYPES, strict=True):
        name = f"sys{oid.split('.')[-2]}"
        lines += [f"  - {{name: {name}, oid: {oid[:-2]}, type: {kind}, help: x}}"]
    for name, oid in zip((*_NAMES, *_WIDE), COLUMNS, strict=True):
        kind = "gauge" if name == "ifOperStatus" else "counter"
        index = "indexes: [{labelname: ifIndex, type: gauge}]"
        lines += [f"  - {{name: {name}, oid: {oid}, type: {kind}, help: x, {index}}}"]
    return "\n".join(lines) + "\n"


def _cpu(process: int) -> tuple[float, float, float]:
    stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    resident = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / 2**20
    return (int(stat[11]) + int(stat[12])) / ticks, int(stat[12]) / ticks, resident


async def _serve(devices: Iterator[int], web: int, port: int, r: Result) -> None:
    for k in devices:
        reader, writer = await asyncio.open_connection("127.0.0.1", web)
        path = f"/snmp?module=bench&target={address(k)}:{port}"
        writer.write(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            r.failed += 1
            continue
        r.ok += 1
        r.varbinds += sum(
            not sample.startswith((b"#", b"snmp_scrape")) for sample in body.splitlines()
        )


async def _sweep(o: Namespace, web: int) -> Result:
    result = Result()
    for _ in range(o.r):
        devices = iter(range(o.n))
        await asyncio.gather(*(_serve(devices, web, o.p, result) for _ in range(min(o.c, o.n))))
    return result


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Run it."""
    o = parser().parse_args()
    program = shutil.which("prometheus-snmp-exporter")
    if program is None:
        sys.exit("prometheus-snmp-exporter is not installed")
    web = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmp.yml"
        config.write_text(module(o.t, o.R))
        process = subprocess.Popen(
            [
                program,
                f"--config.file={config}",
                f"--web.listen-address=127.0.0.1:{web}",
                "--log.level=error",
            ],
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_web(web)
            before = _cpu(process.pid)
            begun = time.perf_counter()
            result = asyncio.run(_sweep(o, web))
            wall = time.perf_counter() - begun
            cpu, kernel, resident = _cpu(process.pid)
        finally:
            process.terminate()
            process.wait()
    print(line(result, o, Cost(wall, cpu - before[0], kernel - before[1], resident)))


def _await_web(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("prometheus-snmp-exporter does not listen")


if __name__ == "__main__":
    main()
