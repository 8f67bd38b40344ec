"""The official list of 2026 as an inventory: 34 provinces, 3,321 communes."""

import csv
import json
from pathlib import Path

import pytest

from core.inventory import Inventory, Unit, UnitLevel
from inventory import csvfiles
from inventory.cells import slugged
from inventory.intake import propose
from inventory.search import Index, entries
from tests.inventory.builders import ON

PUBLISHED = Path(__file__).parents[3] / "shared/data/units/vn-units-2026-07-25.json"


@pytest.fixture(scope="module")
def country() -> Inventory:
    if not PUBLISHED.exists():
        pytest.skip("../shared/data is absent")
    units = []
    for province in json.loads(PUBLISHED.read_text(encoding="utf-8")):
        above = f"{slugged(province['Name'])}-{province['Code']}"
        for row, level, parent in (
            (province, UnitLevel.PROVINCE, None),
            *((ward, UnitLevel.COMMUNE, above) for ward in province["Wards"]),
        ):
            unit = Unit(
                slug=f"{slugged(row['Name'])}-{row['Code']}",
                code=row["Code"],
                level=level,
                name=row["FullName"],
                name_en=row["FullNameEn"],
                parent=parent,
                province_code=province["Code"],
            )
            units.append(unit)
    return Inventory(units=tuple(units))


def test_the_whole_country_is_a_valid_inventory(country: Inventory, tmp_path: Path) -> None:
    csvfiles.write(country, tmp_path)
    found = propose(tmp_path, Inventory(), ON)
    assert not found.problems
    assert len(found.plan.added) == 34 + 3_321


def test_codes_that_lost_their_zeros_are_told_one_by_one_with_the_mend(
    country: Inventory, tmp_path: Path
) -> None:
    """A spreadsheet that opened the file and saved it again makes numbers of the codes."""
    csvfiles.write(country, tmp_path)
    path = tmp_path / "units.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            codes = {name: row[name].lstrip("0") for name in ("code", "province_code")}
            writer.writerow(row | codes)
    told = {(p.line, p.key): p.mend.en for p in propose(tmp_path, Inventory(), ON).problems}
    lost = {
        (line, name): row[name]
        for line, row in enumerate(rows, start=2)
        for name in ("code", "province_code")
        if row[name].startswith("0")
    }
    assert len(lost) > 1_000
    assert told.keys() == lost.keys()
    assert all(f'"{code}"' in told[place] for place, code in lost.items())


def test_namesakes_all_over_the_country_are_found_with_their_province(country: Inventory) -> None:
    found = Index(entries(country)).find("tân phú", limit=50)
    assert len(found) > 5
    assert all("tan-phu" in entry.slug for entry in found[:5])
    assert {entry.place for entry in found} >= {"Thành phố Đồng Nai"}
