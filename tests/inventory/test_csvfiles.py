from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import Invalid
from core.inventory import Device, Inventory, Unit, UnitLevel
from inventory import csvfiles
from inventory.plan import plan
from inventory.tables import TABLES, key, rows
from tests.inventory.strategies import ON, inventories

UNITS = "slug,code,level,name,province_code\ndong-nai,75,province,Thành phố Đồng Nai,75\n"
DONG_NAI = Unit(
    slug="dong-nai",
    code="75",
    level=UnitLevel.PROVINCE,
    name="Thành phố Đồng Nai",
    province_code="75",
)


def _units(tmp_path: Path, content: str | bytes) -> tuple[Unit, ...]:
    path = tmp_path / "units.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return csvfiles.read(tmp_path).units


@given(inventories)
@settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
def test_what_is_written_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, inventory: Inventory
) -> None:
    folder = tmp_path_factory.mktemp("inventory")
    csvfiles.write(inventory, folder)
    back = csvfiles.read(folder)
    for table in TABLES:
        assert rows(back, table.name) == tuple(sorted(rows(inventory, table.name), key=key))
    assert not csvfiles.differing(back, folder)
    assert plan(inventory, back, ON).empty


def test_the_same_rows_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    other = DONG_NAI.model_copy(update={"slug": "an-giang", "code": "91", "province_code": "91"})
    csvfiles.write(Inventory(units=(DONG_NAI, other)), tmp_path / "a")
    csvfiles.write(Inventory(units=(other, DONG_NAI)), tmp_path / "b")
    for table in TABLES:
        written = (tmp_path / "a" / table.file).read_bytes()
        assert written == (tmp_path / "b" / table.file).read_bytes()
        assert written.startswith(b"\xef\xbb\xbf" + table.columns[0].name.encode() + b",")


@pytest.mark.parametrize(
    "content",
    [
        UNITS,
        UNITS.encode("utf-8-sig"),
        UNITS.replace(",", ";"),
        UNITS.replace(",", "\t"),
        UNITS.replace("\n", "\r\n"),
        UNITS.replace("\n", "\r"),
        "sep=;\r\n" + UNITS.replace(",", ";"),
        '# ghi chú, có dấu phẩy và "\n\n' + UNITS + "\n,,,,\n# hết\n",
        UNITS.replace("slug,code", " Slug ,CODE").replace("province_code", "Province Code"),
        UNITS.replace("Thành phố Đồng Nai", '"  Thành phố\n Đồng\u00a0Nai "'),
        UNITS.replace("Thành", "Tha\u0300nh"),
        UNITS.replace("dong-nai,75", "\ufeffdong-nai,'75"),
        UNITS.replace("dong-nai,75", 'dong-nai,="75"'),
        UNITS.replace("province_code\n", "province_code,parent,\n").replace("75\n", "75,,\n"),
        UNITS.replace("province,", "Province,"),
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str | bytes) -> None:
    assert _units(tmp_path, content) == (DONG_NAI,)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(
        UNITS + "x,1,province,,1\n" + 'y,02,"huyện,Huyện,75\n' + "Z,03,ấp,Ấp,75\n"
    )
    (tmp_path / "sites.csv").write_text("slug,name\ns,S\n")
    with pytest.raises(Invalid) as refused:
        csvfiles.read(tmp_path)
    assert [(p.file, p.line, p.key) for p in refused.value.problems] == [
        ("units.csv", 3, "code"),
        ("units.csv", 3, "name"),
        ("units.csv", 3, "province_code"),
        ("units.csv", 4, None),
        ("units.csv", 5, "slug"),
        ("units.csv", 5, "level"),
        ("sites.csv", 1, "unit"),
    ]


def test_a_quote_that_stays_open_does_not_swallow_the_faults_behind_it(tmp_path: Path) -> None:
    many = "".join(f"u{n},{n:05d},commune,Xã {n},75\n" for n in range(1, 300))
    with pytest.raises(Invalid) as refused:
        _units(tmp_path, UNITS + 'a,00001,commune,"Xã A,75\n' + many + "B,2,commune,Xã B,75\n")
    assert [problem.line for problem in refused.value.problems] == [3, 303, 303]


def test_short_lines_are_filled_with_empty_cells(tmp_path: Path) -> None:
    header = "slug,code,level,name,province_code,parent,valid_from\n"
    assert _units(tmp_path, header + "dong-nai,75,province,Thành phố Đồng Nai,75\n") == (DONG_NAI,)


def test_a_file_may_begin_with_its_columns_in_any_order(tmp_path: Path) -> None:
    content = "valid_from;name;slug;level;province_code;code\n01/07/2025;X;x;commune;75;00070\n"
    assert _units(tmp_path, content) == (
        Unit(
            slug="x",
            code="00070",
            level=UnitLevel.COMMUNE,
            name="X",
            province_code="75",
            valid_from=date(2025, 7, 1),
        ),
    )


def test_a_formula_stays_text_on_the_way_out_and_back(tmp_path: Path) -> None:
    evil = DONG_NAI.model_copy(update={"name": '=HYPERLINK("http://x","y")'})
    csvfiles.write(Inventory(units=(evil,)), tmp_path)
    assert b"\"'=HYPERLINK" in (tmp_path / "units.csv").read_bytes()
    assert csvfiles.read(tmp_path).units == (evil,)


def test_missing_files_are_told_from_empty_ones(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS.splitlines()[0])
    found = csvfiles.parse(tmp_path)
    assert found.present == {"units"}
    assert not found.problems


def test_a_hundred_thousand_rows_are_read_in_seconds_with_progress(tmp_path: Path) -> None:
    devices = tuple(
        Device(
            slug=f"gw-{n}",
            name=f"Cổng kết nối số {n}",
            site=f"s-{n // 3}",
            kind="gateway",
            vendor="MikroTik",
            address=f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
        )
        for n in range(100_000)
    )
    csvfiles.write(Inventory(devices=devices), tmp_path)
    seen: list[tuple[str, int, int]] = []
    found = csvfiles.parse(tmp_path, lambda *step: seen.append(step))
    assert len(found.inventory.devices) == 100_000
    assert not found.problems
    assert ("devices.csv", 50_000, 100_000) in seen
