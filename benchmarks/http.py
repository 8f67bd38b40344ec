"""HTTP and HTTPS checks beside blackbox_exporter, in one run, by turns.

`python -m benchmarks.http --runs 5 --check` starts an nginx with a plain and a TLS port, lets each
contestant check it `-n` times on new connections with `-c` in flight, and prints one JSON line per
contestant (median CPU µs per check, and the range) and, last, the ratios to blackbox_exporter at
its default GOMAXPROCS and at 1. With `--check` it exits with 1 where a target is missed. Needs
Debian's nginx and prometheus-blackbox-exporter.

A daemon's CPU is read from /proc around the checks, its clients are not counted. Ours is what the
scheduler runs: `look_once` with its transcript, on the platform's event loop.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import trustme

from collectors.http import COLLECTOR
from core.clock import SystemClock
from core.watching import Check
from runtime.kit import make_kit
from runtime.process import run
from runtime.scheduler import look_once

TARGETS = {"http": 0.5, "https": 1.25}  # times blackbox_exporter's CPU, at most
BODY = "<html><body><h1>Cổng dịch vụ công</h1></body></html>"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def awaited(port: int) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing listens on {port}")


@contextmanager
def site(folder: Path) -> Iterator[dict[str, str]]:
    """Run nginx; give the addresses by scheme."""
    authority = trustme.CA()
    leaf = authority.issue_cert("localhost", "127.0.0.1")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / "leaf.pem"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    plain, tls = free_port(), free_port()
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    pem = folder / "leaf.pem"
    page = f"location / {{ default_type text/html; return 200 '{BODY}'; }}"
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; ssl_protocols TLSv1.3; charset utf-8; {temporary}\n"
        f"server {{ listen 127.0.0.1:{plain} backlog=1024; {page} }}\n"
        f"server {{ listen 127.0.0.1:{tls} ssl backlog=1024; ssl_session_tickets off;\n"
        f"  ssl_certificate {pem}; ssl_certificate_key {pem}; {page} }} }}\n"
    )
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin") or sys.exit("no nginx")
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        awaited(plain)
        yield {"http": f"http://127.0.0.1:{plain}/", "https": f"https://127.0.0.1:{tls}/"}
    finally:
        process.terminate()
        process.wait()


def cpu_of(process: int) -> float:
    """Return the CPU seconds of a process so far."""
    stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def _ours(url: str, ca: str, count: int, many: int) -> None:
    kit = make_kit(SystemClock())
    left = iter(range(count))
    check = Check(
        slug="a/http",
        target="a",
        collector="http",
        address="127.0.0.1",
        params={"url": url, "ca": ca},
        labels=(("instance", "a"), ("job", "bench")),
    )
    good = 0

    async def work() -> None:
        nonlocal good
        for _ in left:
            _, reading = await look_once(COLLECTOR, check, kit)
            good += reading.ok and len(reading.samples) >= 13

    await look_once(COLLECTOR, check, kit)  # authorities are read once
    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(many)))
    spent = time.process_time() - before
    await kit.aclose()
    print(json.dumps({"good": good, "cpu_us": spent / count * 1e6}))


@contextmanager
def exporter(folder: Path, procs: int | None) -> Iterator[tuple[int, int]]:
    """Run blackbox_exporter; give its port and process."""
    program = shutil.which("prometheus-blackbox-exporter") or sys.exit("no blackbox_exporter")
    port, config = free_port(), folder / "blackbox.yml"
    config.write_text(
        "modules:\n  page:\n    prober: http\n    timeout: 10s\n    http:\n"
        f"      preferred_ip_protocol: ip4\n      tls_config: {{ca_file: {folder}/ca.pem}}\n"
    )
    environment = dict(os.environ) | ({"GOMAXPROCS": str(procs)} if procs else {})
    process = subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        awaited(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


async def _scraped(port: int, url: str, count: int, many: int) -> int:
    left, good = iter(range(count)), 0

    async def work() -> None:
        nonlocal good
        for _ in left:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /probe?module=page&target={url} HTTP/1.0\r\n\r\n".encode())
            page = await reader.read()
            good += b"\nprobe_success 1" in page
            writer.close()

    await asyncio.gather(*(work() for _ in range(many)))
    return good


def exporters_turn(
    folder: Path, url: str, count: int, many: int, procs: int | None
) -> dict[str, float]:
    """Return good checks and CPU µs per check of blackbox_exporter."""
    with exporter(folder, procs) as (port, process):
        asyncio.run(_scraped(port, url, many, many))
        before = cpu_of(process)
        good = asyncio.run(_scraped(port, url, count, many))
        return {"good": good, "cpu_us": (cpu_of(process) - before) / count * 1e6}


def our_turn(folder: Path, url: str, count: int, many: int) -> dict[str, float]:
    """Return good checks and CPU µs per check of ours, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.http", "--ours", url, str(folder / "ca.pem")]
    told = subprocess.run(
        [*command, "-n", str(count), "-c", str(many)], check=True, capture_output=True
    )
    measured: dict[str, float] = json.loads(told.stdout)
    return measured


def bare_turn(folder: Path, url: str, count: int, many: int) -> dict[str, float]:
    """Return what the handshakes and requests alone cost Python, without any judgement."""
    command = [sys.executable, "-m", "benchmarks.http", "--bare", url, str(folder / "ca.pem")]
    told = subprocess.run(
        [*command, "-n", str(count), "-c", str(many)], check=True, capture_output=True
    )
    measured: dict[str, float] = json.loads(told.stdout)
    return measured


async def _bare(url: str, ca: str, count: int, many: int) -> None:
    port = int(url.rsplit(":", 1)[1].strip("/"))
    context = ssl.create_default_context(cafile=ca) if url.startswith("https") else None
    left, good = iter(range(count)), 0

    async def work() -> None:
        nonlocal good
        for _ in left:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = await reader.read()
            good += b"200 OK" in answer
            writer.close()

    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(many)))
    print(json.dumps({"good": good, "cpu_us": (time.process_time() - before) / count * 1e6}))


def compared(o: argparse.Namespace) -> bool:
    """Run all by turns, print the figures; say whether every target is reached."""
    reached = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with site(folder) as addresses:
            for scheme, url in addresses.items():
                turns: dict[str, list[float]] = {}
                for _ in range(o.runs):
                    for who, told in _one_round(folder, url, o).items():
                        if told["good"] != o.n:
                            sys.exit(f"{who}: {told['good']} of {o.n} {scheme} checks were good")
                        turns.setdefault(who, []).append(told["cpu_us"])
                reached &= _told(scheme, turns)
    return reached


def _one_round(folder: Path, url: str, o: argparse.Namespace) -> Mapping[str, dict[str, float]]:
    return {
        "ours": our_turn(folder, url, o.n, o.c),
        "bare streams": bare_turn(folder, url, o.n, o.c),
        "blackbox": exporters_turn(folder, url, o.n, o.c, None),
        "blackbox GOMAXPROCS=1": exporters_turn(folder, url, o.n, o.c, 1),
    }


def _told(scheme: str, turns: Mapping[str, list[float]]) -> bool:
    middle = {who: statistics.median(spent) for who, spent in turns.items()}
    for who, spent in turns.items():
        row = {"scheme": scheme, "who": who, "cpu_us": round(middle[who], 1)}
        print(json.dumps(row | {"least": round(min(spent), 1), "most": round(max(spent), 1)}))
    ratio = middle["ours"] / middle["blackbox"]
    pairs = [o / b for o, b in zip(turns["ours"], turns["blackbox"], strict=True)]
    row = {
        "scheme": scheme,
        "ratio": round(ratio, 3),
        "ratios": [round(pair, 3) for pair in pairs],
        "ratio_to_gomaxprocs_1": round(middle["ours"] / middle["blackbox GOMAXPROCS=1"], 3),
        "target": TARGETS[scheme],
    }
    print(json.dumps(row))
    return ratio <= TARGETS[scheme]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=2000, help="checks per turn")
    parser.add_argument("-c", type=int, default=100, help="in flight")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--ours", nargs=2, metavar=("URL", "CA"), help=argparse.SUPPRESS)
    parser.add_argument("--bare", nargs=2, metavar=("URL", "CA"), help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.ours:
        run(_ours(o.ours[0], o.ours[1], o.n, o.c))
    elif o.bare:
        run(_bare(o.bare[0], o.bare[1], o.n, o.c))
    elif not compared(o) and o.check:
        sys.exit(1)


if __name__ == "__main__":
    main()
