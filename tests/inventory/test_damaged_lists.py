"""Whatever a file holds: a plan, or sentences. Never another exception."""

import io
import random
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from inventory import blankbook, lists, yamlfiles
from inventory.template import EXAMPLES
from tests.inventory.builders import ON
from tests.inventory.workbooks import a_province, a_wide_list, shared

LAND = a_province()
SEEDS = (
    a_wide_list(),
    blankbook.workbook(LAND, examples=EXAMPLES, lookup=LAND.units),
    shared([["Họ và tên", "Điện thoại"], ["An", "0912345678"], ["=1+1", 5]], "Đầu mối"),
)
YAML = yamlfiles.rendered(LAND)
_TOKEN = re.compile(rb'"[^"]{0,40}"|>[^<]{1,40}<')
_STRANGE = (
    b"",
    b"0",
    b"-1",
    b"999999999",
    b"1e308",
    b"A1048577",
    b"XFD1",
    b"nan",
    b"../../x",
    b"&#0;",
    b"&x;",
    b"\xff\xfe",
    "ồ".encode() * 300,
)


def survives(name: str, content: bytes) -> None:
    """A plan or sentences; with problems, also the file given back, unless it cannot be read."""
    try:
        found = lists.propose(name, content, LAND, ON)
    except Invalid as refused:
        if not all(problem.said("vi") and problem.said("en") for problem in refused.problems):
            raise AssertionError("no sentence") from refused
        return
    if found.problems:
        assert lists.given_back(content, found).startswith(b"PK")


def _edited(content: bytes, chance: random.Random) -> bytes:
    """Return a workbook one of whose parts lost, gained or changed something."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        names = old.namelist()
        victim = chance.choice([n for n in names if n.endswith((".xml", ".rels"))])
        for name in names:
            data = old.read(name)
            if name == victim:
                if (action := chance.randrange(5)) == 0:
                    continue
                data = _mutated(data, action, chance)
            new.writestr(name, data)
    return out.getvalue()


def _mutated(data: bytes, action: int, chance: random.Random) -> bytes:
    if action == 1:
        return data[: chance.randrange(len(data))]
    if action == 2:
        at = chance.randrange(len(data))
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    tokens = list(_TOKEN.finditer(data))
    if not tokens:
        return b""
    token = chance.choice(tokens)
    strange = chance.choice(_STRANGE)
    inner = data[token.start() : token.start() + 1] + strange + data[token.end() - 1 : token.end()]
    return data[: token.start()] + inner + data[token.end() :]


def _fuzz(rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(rounds):
        content = chance.choice(SEEDS)
        match chance.randrange(4):
            case 0:
                content = content[: chance.randrange(len(content))]
            case 1:
                spoilt = bytearray(content)
                for _ in range(chance.randrange(1, 6)):
                    spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
                content = bytes(spoilt)
            case _:
                content = _edited(content, chance)
        survives("ds.xlsx", content)


@given(st.integers(0, 2**32))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_workbooks_earn_sentences(seed: int) -> None:
    _fuzz(4, seed)


@pytest.mark.full
def test_damaged_workbooks_earn_sentences_at_length(pytestconfig: pytest.Config) -> None:
    _fuzz(20_000 if pytestconfig.getoption("--full") else 60, 1)


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_damaged_yaml_earns_sentences(seed: int) -> None:
    chance = random.Random(seed)
    spoilt = bytearray(YAML)
    for _ in range(chance.randrange(1, 8)):
        spoilt[chance.randrange(len(spoilt))] = chance.choice(b"&*!:-[]{}#\"'|>%@\x00\xff \n\t0a")
    survives("ds.yaml", bytes(spoilt))


@given(st.binary(max_size=400), st.sampled_from(["a.xlsx", "a.csv", "a.yaml", "a.xls", "a"]))
@settings(max_examples=100, deadline=None)
def test_any_bytes_under_any_name_earn_sentences(content: bytes, name: str) -> None:
    survives(name, content)


@given(
    st.lists(
        st.lists(
            st.none()
            | st.booleans()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
            | st.sampled_from(["STT", "Tên đơn vị", "IP WAN", "Mã kênh", "SĐT", "Họ và tên", "xã"]),
            max_size=8,
        ),
        max_size=12,
    )
)
@settings(max_examples=25, deadline=None)
def test_any_cells_earn_sentences(rows: list[list[str | float | bool | None]]) -> None:
    text = "\n".join(
        ",".join('"' + str(cell).replace('"', '""') + '"' for cell in row if cell is not None)
        for row in rows
    )
    survives("ds.csv", text.encode())
    survives("ds.xlsx", blank(rows))


def blank(rows: list[list[str | float | bool | None]]) -> bytes:
    from inventory.givenback import given_back
    from inventory.listed import Listed
    from inventory.workbook import Book, RawSheet, Row

    cells = [Row(n, list(row)) for n, row in enumerate(rows, start=1)]
    return given_back(Listed(Book("x")), [RawSheet("DS", cells)], [])


@pytest.mark.parametrize("text", [b"x," * 250, b"STT,x\n" + b"1," * 250])
def test_a_text_file_has_no_more_columns_than_a_workbook(text: bytes) -> None:
    with pytest.raises(Invalid, match="columns"):
        lists.opened("a.csv", text)
