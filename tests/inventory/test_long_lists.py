"""Lists of many rows: work that grows as they do, and memory within a bound."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import FrameType

import pytest

from benchmarks.import_list import KINDS, province, workbook
from inventory import lists, registers
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, shared

ROOT = Path(__file__).parents[2]
BOUND = 700 << 20  # bytes of address space, interpreter and all, for 100,000 rows
_MEASURE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
from benchmarks.import_list import measure
found = measure(sys.argv[1], int(sys.argv[2]))
print(found["problems"], found["added"])
"""


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, ours and the interpreter's, a piece of work calls."""
    count = Counter[str]()

    def hear(_frame: FrameType, event: str, _argument: object) -> None:
        count[event] += 1

    sys.setprofile(hear)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count["call"] + count["c_call"]


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_rows_are_hardly_more_than_twice_the_work(kind: str) -> None:
    land = province()
    lists.propose("ds.xlsx", workbook(kind, 50), land, ON)  # what is made once
    few, many = workbook(kind, 200), workbook(kind, 400)
    once = calls(lambda: lists.propose("ds.xlsx", few, land, ON))
    twice = calls(lambda: lists.propose("ds.xlsx", many, land, ON))
    assert twice < 2.3 * once


def _same(line: int) -> list[Cell]:
    return ["UBND xã Một", f"10.{line >> 8}.{line & 255}.1", "VNPT", f"K-{line}", "Bùi B"]


def _namesakes(line: int) -> list[Cell]:
    return ["Trạm", f"10.{line >> 8}.{line & 255}.1", "VNPT", "", f"09{10_000_000 + line}"]


@pytest.mark.parametrize("row", [_same, _namesakes])
def test_namesakes_are_no_more_work_than_others(row: Callable[[int], list[Cell]]) -> None:
    land = a_province()
    head: list[Cell] = ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh", "SĐT"]
    few, many = (shared([head, *(row(n) for n in range(count))], "DS") for count in (200, 400))
    lists.propose("ds.xlsx", few, land, ON)
    once = calls(lambda: lists.propose("ds.xlsx", few, land, ON))
    twice = calls(lambda: lists.propose("ds.xlsx", many, land, ON))
    assert twice < 2.3 * once


def test_what_is_similar_is_looked_for_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Counter[str]()

    def counted(word: str, names: list[str], *, n: int, cutoff: float) -> list[str]:
        asked["times"] += 1
        asked["names"] += len(names)
        return get_close_matches(word, names, n=n, cutoff=cutoff)

    monkeypatch.setattr(registers, "get_close_matches", counted)
    rows: list[list[Cell]] = [["Tên thiết bị", "Điểm", "Loại", "Địa chỉ IP"]]
    rows += [[f"TB {n}", f"Nơi {n}", "router", f"10.0.{n >> 8}.{n & 255}"] for n in range(1_000)]
    found = lists.propose("ds.xlsx", shared(rows, "Thiết bị"), a_province(), ON)
    assert len(found.problems) >= 1_000
    assert asked["times"] <= registers.MOST_GUESSES
    assert asked["names"] <= registers.MOST_GUESSES * registers.MOST_COMPARED


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS binds on Linux")
@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_rows_fit_a_bounded_memory(
    kind: str, pytestconfig: pytest.Config
) -> None:
    whole = bool(pytestconfig.getoption("--full"))
    rows, bound = (100_000, BOUND) if whole else (2_000, 200 << 20)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, kind, str(rows), str(bound)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    problems, added = map(int, done.stdout.split())
    assert (problems > rows) == kind.endswith("faulty")
    assert added >= rows or kind == "plain-faulty"
