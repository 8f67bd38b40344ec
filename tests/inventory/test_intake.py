from datetime import timedelta
from pathlib import Path

from core.inventory import Inventory
from inventory import csvfiles
from inventory.intake import propose
from tests.inventory.builders import ON, a_land


def _folder(tmp_path: Path, inventory: Inventory, *keep: str) -> Path:
    csvfiles.write(inventory, tmp_path)
    for path in tmp_path.glob("*.csv"):
        if keep and path.stem not in keep:
            path.unlink()
    return tmp_path


def test_one_file_alone_is_judged_with_the_rows_the_ledger_holds(tmp_path: Path) -> None:
    folder = _folder(tmp_path, a_land(), "devices")
    found = propose(folder, a_land(), ON)
    assert not found.problems
    assert found.plan.empty
    assert found.present == {"devices"}


def test_retiring_what_is_still_referred_to_is_refused_by_name(tmp_path: Path) -> None:
    land = a_land(devices=tuple(d for d in a_land().devices if d.slug != "gw-1"))
    found = propose(_folder(tmp_path, land, "devices"), a_land(), ON)
    assert [problem.key for problem in found.problems] == ["k-1.far"]


def test_a_row_that_comes_back_is_blamed_at_its_own_line(tmp_path: Path) -> None:
    gone = a_land(
        sites=tuple(
            site.model_copy(update={"valid_to": ON - timedelta(days=9)}) for site in a_land().sites
        )
    )
    back = a_land(sites=(a_land().sites[0].model_copy(update={"unit": "lost"}),))
    found = propose(_folder(tmp_path, back, "sites"), gone, ON)
    (own,) = [problem for problem in found.problems if problem.line is not None]
    assert (own.file, own.line, own.key) == ("sites.csv", 2, "unit")


def test_faults_of_cells_and_faults_among_rows_are_told_together(tmp_path: Path) -> None:
    folder = _folder(tmp_path, a_land())
    with (folder / "devices.csv").open("a", encoding="utf-8") as file:
        file.write("gw-x,X,dc-1,gateway,,,10.0.0.300,,,,,,\n")
        file.write("gw-y,Y,dc-9,gateway,,,10.0.0.3,,,,,,\n")
    with (folder / "links.csv").open("a", encoding="utf-8") as file:
        file.write("k-x,X,gw-cum,gw-x,,,,,,,,,,,\n")
    found = propose(folder, a_land(), ON)
    assert [(p.file, p.line, p.key) for p in found.problems] == [
        ("devices.csv", 10, "address"),
        ("devices.csv", 11, "site"),
    ]


def test_devices_with_one_address_are_doubted_at_the_later_line_and_not_refused(
    tmp_path: Path,
) -> None:
    folder = _folder(tmp_path, a_land())
    with (folder / "devices.csv").open("a", encoding="utf-8") as file:
        file.write("gw-x,X,dc-1,gateway,,,10.0.0.1,,,,,,\n")
        file.write("gw-y,Y,dc-1,gateway,,,10.0.0.1,,,,,2020-01-01,2021-01-01\n")
    found = propose(folder, a_land(), ON)
    assert not found.problems
    (doubt,) = found.warnings
    assert (doubt.file, doubt.line, doubt.key) == ("devices.csv", 10, "address")
    assert doubt.what.en == "gw-x has the same address 10.0.0.1 as gw-1"
