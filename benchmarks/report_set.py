"""How long takes the monthly set of a province: PDF and XLSX, in both languages, all communes?

    python -m benchmarks.report_set --communes 129

Makes a ledger of its own in a temporary folder: every commune with a site, a gateway and a line,
and two months of outages, then runs `thongsuot report set` as a user would.
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pypdf import PdfReader

from core.clock import SystemClock
from core.inventory import Changes, Device, Inventory, Link, Site, Unit, UnitLevel
from core.outcome import Outcome
from core.status import Status, Transition
from storage import migrations
from storage.ledger import Ledger, open_ledger

BEGIN = datetime(2026, 8, 31, 17, tzinfo=UTC)  # 1 September, local
OCTOBER = datetime(2026, 9, 30, 17, tzinfo=UTC)
END = datetime(2026, 10, 31, 17, tzinfo=UTC)
NAMES = ("Bình Phước", "Đồng Xoài", "An Lộc", "Bù Gia Mập", "Đăk Ơ", "Phú Nghĩa", "Trảng Dầu")


def inventory(communes: int) -> Inventory:
    """Return a province: a centre with a router, and in every commune a site behind a line."""
    units = [
        Unit(
            slug="dong-nai",
            code="75",
            level=UnitLevel.PROVINCE,
            name="Tỉnh Đồng Nai",
            name_en="Đồng Nai Province",
            province_code="75",
        )
    ]
    sites = [Site(slug="center", name="Trung tâm tỉnh", unit="dong-nai", role="center")]
    devices = [
        Device(
            slug="core", name="Định tuyến lõi", site="center", kind="gateway", address="10.0.0.1"
        )
    ]
    links = []
    for number in range(communes):
        name = f"{'Xã' if number % 3 else 'Phường'} {NAMES[number % len(NAMES)]} {number + 1}"
        unit, site = f"xa-{number:03d}", f"ubnd-{number:03d}"
        units.append(
            Unit(
                slug=unit,
                code=f"{25000 + number:05d}",
                level=UnitLevel.COMMUNE,
                name=name,
                parent="dong-nai",
                province_code="75",
            )
        )
        sites.append(Site(slug=site, name=f"UBND {name}", unit=unit))
        devices.append(
            Device(
                slug=f"gw-{number:03d}",
                name=f"Gateway {name}",
                site=site,
                kind="gateway",
                address=f"10.1.{number // 200}.{number % 200 + 1}",
                uplinks=(f"kenh-{number:03d}",),
            )
        )
        links.append(
            Link(
                slug=f"kenh-{number:03d}",
                name=f"Kênh TSLCD {name}",
                near="core",
                far=f"gw-{number:03d}",
                carrier=("VNPT", "Viettel")[number % 2],
                circuit=f"TSL-{number:05d}",
                network="TSLCD cấp II",
            )
        )
    return Inventory(
        units=tuple(units), sites=tuple(sites), devices=tuple(devices), links=tuple(links)
    )


def history(communes: int, outages: int, seed: int = 1) -> list[Transition]:
    """Return what was observed: all up from the first second, and so many outages a month."""
    chance = random.Random(seed)
    steady = ["center", "core"]
    found = [_became(slug, Status.UNKNOWN, Status.UP, BEGIN) for slug in steady]
    for number in range(communes):
        chain = (f"kenh-{number:03d}", f"gw-{number:03d}", f"ubnd-{number:03d}")
        found += [_became(slug, Status.UNKNOWN, Status.UP, BEGIN) for slug in chain]
        for month in (BEGIN, OCTOBER):
            for _ in range(chance.randint(0, outages)):
                cut = month + timedelta(seconds=chance.randint(0, 28 * 86400))
                back = cut + timedelta(seconds=chance.randint(20, 9000))
                found += _cut(chain, cut, back)
    return sorted(found, key=lambda one: one.at)


def _cut(chain: tuple[str, ...], cut: datetime, back: datetime) -> list[Transition]:
    link, *behind = chain
    lost = [_became(link, Status.UP, Status.DOWN, cut, "confirmed_silence", link)]
    lost += [_became(s, Status.UP, Status.UNREACHABLE, cut, "parent_failed", link) for s in behind]
    again = [_became(one.target, one.new, Status.UP, back, "answers_again") for one in lost]
    return lost + again


def _became(  # noqa: PLR0917  (a row)
    slug: str,
    old: Status,
    new: Status,
    at: datetime,
    reason: str = "first_observation",
    cause: str | None = None,
) -> Transition:
    return Transition(slug, old, new, at, at + timedelta(seconds=2), reason, cause)


async def fill(ledger: Ledger, communes: int, outages: int) -> None:
    """Write inventory and history; everything was observed until the last second."""
    await ledger.inventory.apply(Changes(put=inventory(communes)), "benchmark", BEGIN)
    transitions = history(communes, outages)
    for first in range(0, len(transitions), 500):
        await ledger.brain.commit(Outcome(transitions=transitions[first : first + 500]), END)
    await ledger.brain.observe("center", END + timedelta(days=1))


async def make(folder: Path, communes: int, outages: int) -> None:
    """Make settings and a filled ledger in a folder."""
    (folder / "thongsuot.toml").write_text(
        '[ledger]\nurl = "sqlite:///ledger.db"\n[reports]\nauthority = "UBND tỉnh Đồng Nai"\n'
        'office = "Sở Khoa học và Công nghệ"\nplace = "Đồng Nai"\nsymbol = "BC-SKHCN"\n',
        encoding="utf-8",
    )
    url = f"sqlite:///{folder / 'ledger.db'}"
    await migrations.upgrade(url)
    ledger = await open_ledger(url, None, SystemClock())
    try:
        await fill(ledger, communes, outages)
    finally:
        await ledger.aclose()


def main() -> None:
    """Measure once and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, default=129)
    parser.add_argument("--outages", type=int, default=3, help="at most, of a line in a month")
    parser.add_argument("--keep", type=Path, help="leave the files in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(make(folder, options.communes, options.outages))
        command = [str(Path(sys.executable).with_name("thongsuot")), "report", "set"]
        command += ["-c", str(folder / "thongsuot.toml"), "--unit", "75", "--month", "2026-10"]
        began = time.perf_counter()
        subprocess.run([*command, "-o", str(folder / "set")], check=True, capture_output=True)
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        files = sorted((folder / "set").iterdir())
        print(
            json.dumps(
                {
                    "communes": options.communes,
                    "first_month": date(2026, 10, 1).isoformat(),
                    "seconds": round(took, 1),
                    "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
                    "largest_process_mb": used.ru_maxrss // 1000,
                    "files": {file.name: file.stat().st_size for file in files},
                    "pages": {
                        file.name: len(PdfReader(file).pages)
                        for file in files
                        if file.suffix == ".pdf"
                    },
                },
                indent=1,
            )
        )


if __name__ == "__main__":
    main()
