"""What does it cost to weigh somebody's list of 100,000 rows?

    .venv/bin/python -m benchmarks.import_list [--rows 100000]

Four workbooks: a sheet of sites and the wide list (site, gateway, line and person on one row),
each once as it should be and once with a fault or two on every row. Each is weighed in a process
of its own, as an import does, against a ledger of a province; the workbook with its problems is
made too. Prints CPU seconds (reading and all), the peak of resident memory, and what came of it.
"""

import argparse
import io
import multiprocessing
import resource
import time
from collections.abc import Iterator
from datetime import date

import xlsxwriter

from core.inventory import Device, Inventory, Site, Unit, UnitLevel
from inventory import lists

ON = date(2026, 11, 22)
COMMUNES = 129
KINDS = ("plain", "plain-faulty", "wide", "wide-faulty")
_PLAIN = ("STT", "Tên điểm", "Đơn vị hành chính", "Vai trò", "Địa chỉ", "Vĩ độ")
_WIDE = (
    "STT",
    "Tên đơn vị",
    "Xã/Phường",
    "Địa chỉ",
    "IP WAN",
    "Nhà mạng",
    "Mã kênh",
    "Băng thông",
    "Đầu mối",
    "SĐT",
)


def province() -> Inventory:
    """Return a ledger that lists are imported into: 129 communes and a router at the centre."""
    top = Unit(
        slug="tinh",
        code="75",
        level=UnitLevel.PROVINCE,
        name="Tỉnh Mẫu",
        province_code="75",
    )
    communes = tuple(
        Unit(
            slug=f"xa-{n}",
            code=f"{20_000 + n}",
            level=UnitLevel.COMMUNE,
            name=f"Xã Tân Lập {n}",
            parent="tinh",
            province_code="75",
        )
        for n in range(COMMUNES)
    )
    centre = Site.model_validate({"slug": "tt", "name": "Trung tâm", "unit": "tinh"})
    centre = centre.model_copy(update={"role": "center"})
    core = Device(slug="core", name="Core", site="tt", kind="router", address="10.255.0.1")
    return Inventory(units=(top, *communes), sites=(centre,), devices=(core,))


def workbook(kind: str, rows: int) -> bytes:
    """Return a workbook of one of KINDS."""
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        wide = kind.startswith("wide")
        page = book.add_worksheet("DS" if wide else "Điểm")
        page.write_row(0, 0, _WIDE if wide else _PLAIN)
        made = _wide_rows if wide else _plain_rows
        for line, row in enumerate(made(rows, faulty=kind.endswith("faulty")), start=1):
            page.write_row(line, 0, row)
    return out.getvalue()


def _plain_rows(rows: int, *, faulty: bool) -> Iterator[tuple[str | float, ...]]:
    for n in range(rows):
        unit = f"Xã Tân Lâp {n % 4999 + COMMUNES}" if faulty else f"xã Tân Lập {n % COMMUNES}"
        latitude = 991.5 if faulty else 10 + n / 1e6
        yield n + 1, f"Điểm cầu số {n}", unit, "điểm", f"Thôn {n % 40}, đường {n}", latitude


def _wide_rows(rows: int, *, faulty: bool) -> Iterator[tuple[str | float, ...]]:
    for n in range(rows):
        octets = f"{n >> 16 & 255}.{n >> 8 & 255}"
        host = f"10.{octets}.999" if faulty else f"10.{octets}.{n & 255}"
        unit = f"Xã Tân Lâp {n % 4999 + COMMUNES}" if faulty else f"xã Tân Lập {n % COMMUNES}"
        yield (
            n + 1,
            f"Trạm số {n}",
            unit,
            f"Thôn {n % 40}",
            host,
            "VNPT",
            f"KT-{n}",
            "200Mbps",
            f"Trần Văn {n}",
            f"09{10_000_000 + n}" if not faulty else "12",
        )


def measure(kind: str, rows: int) -> dict[str, float | int]:
    """Return CPU seconds, peak megabytes and outcome of one list; run in a fresh process."""
    content = workbook(kind, rows)
    current = province()
    before = _peak()
    begun = time.process_time()
    lists.opened("ds.xlsx", content)
    read = time.process_time() - begun
    begun = time.process_time()
    found = lists.propose("ds.xlsx", content, current, ON)
    whole = time.process_time() - begun
    proposed = _peak()
    begun = time.process_time()
    back = len(lists.given_back(content, found)) if found.problems else 0
    return {
        "file_mb": round(len(content) / 1e6, 1),
        "reading_s": round(read, 1),
        "whole_s": round(whole, 1),
        "giving_back_s": round(time.process_time() - begun, 1) if back else 0.0,
        "before_mb": before,
        "peak_mb": proposed,
        "peak_with_giving_back_mb": _peak(),
        "problems": len(found.problems),
        "added": len(found.proposal.plan.added),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure each kind of list in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kind", choices=KINDS, action="append")
    asked = parser.parse_args()
    for kind in asked.kind or KINDS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(kind, pool.apply(measure, (kind, asked.rows)), flush=True)


if __name__ == "__main__":
    main()
