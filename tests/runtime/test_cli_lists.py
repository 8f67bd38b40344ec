"""`import`, `export` and `template` with single files, run as a person runs them."""

import io
import shutil
from pathlib import Path

import openpyxl
import pytest

from inventory import csvfiles
from tests.inventory.workbooks import Cell, a_province, saved
from tests.runtime.terminal import Terminal


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform whose ledger holds a small province, to be copied."""
    folder = tmp_path_factory.mktemp("lists")
    terminal = Terminal(folder / "platform")
    assert terminal.run("init", terminal.folder).returncode == 0
    csvfiles.write(a_province(), folder / "land")
    assert terminal.on("import", folder / "land").returncode == 0
    return terminal.folder


@pytest.fixture
def terminal(begun: Path, tmp_path: Path) -> Terminal:
    found = Terminal(Path(shutil.copytree(begun, tmp_path / "platform")))
    settings = found.folder / "thongsuot.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(begun), str(found.folder)), encoding="utf-8")
    return found


def written(path: Path, *sheets: tuple[str, list[list[Cell]]]) -> Path:
    path.write_bytes(saved(*sheets))
    return path


def test_a_workbook_is_planned_then_applied_and_then_changes_nothing(
    terminal: Terminal, tmp_path: Path
) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["Bình", 912345678]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", rows))
    code, told = terminal.json("import", path, "--dry-run")
    assert (code, told["applied"], told["add"][0]["row"]["phone"]) == (0, False, "0912345678")
    code, told = terminal.json("import", path)
    assert (code, told["applied"], told["sheets"][0]["table"]) == (0, True, "contacts")
    assert "Không có gì thay đổi." in terminal.on("import", path).stdout


def test_a_list_with_problems_comes_back_and_changes_nothing(
    terminal: Terminal, tmp_path: Path
) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["Bình", "0912"], ["Cúc", "0987654321"]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", rows))
    before = path.read_bytes()
    refused = terminal.on("import", path)
    assert refused.returncode == 2
    assert "1 lỗi; chưa thay đổi gì." in refused.stderr
    assert str(tmp_path / "ds.loi.xlsx") in refused.stderr
    elsewhere = tmp_path / "lỗi.xlsx"
    code, told = terminal.json("import", path, "--errors-to", elsewhere)
    assert (code, told["problems"][0]["line"], told["given_back"]) == (2, 2, str(elsewhere))
    page = openpyxl.load_workbook(io.BytesIO(elsewhere.read_bytes()))["Đầu mối"]
    assert [cell.value for cell in page[1]] == ["Họ và tên", "Điện thoại", "Lỗi", "Gợi ý"]
    assert page["C2"].value is not None
    itself = terminal.on("import", path, "--errors-to", path)
    assert itself.returncode != 0
    assert "chính tệp nhập" in itself.stderr
    assert path.read_bytes() == before


def test_partial_applies_the_rows_without_problems(terminal: Terminal, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["Bình", "0912"], ["Cúc", "0987654321"]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", rows))
    code, told = terminal.json("import", path, "--partial")
    assert (code, told["applied"], told["rows_left_out"]) == (0, True, 1)
    assert [step["slug"] for step in told["add"]] == ["cuc"]
    assert told["left_out"][0]["line"] == 2


def test_a_column_is_named_once_and_then_remembered_where_it_belongs(
    terminal: Terminal, tmp_path: Path
) -> None:
    people: list[list[Cell]] = [["Đồng chí", "Liên lạc theo"], ["Bình", "0912345678"]]
    others: list[list[Cell]] = [["Họ và tên", "Email"], ["Cúc", "cuc@donvi.vn"]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", people), ("Danh bạ", others))
    assert "không nhận ra dòng tiêu đề" in terminal.on("import", path, "--dry-run").stderr
    named = ("--map", "Đồng chí=contacts.name", "--map", "Liên lạc theo=contacts.phone")
    code, told = terminal.json("import", path, *named, "--save-mapping")
    assert (code, len(told["add"])) == (0, 2)
    people[1] = ["Dũng", "0987654321"]
    code, told = terminal.json("import", written(path, ("Đầu mối", people)))
    assert (code, [step["slug"] for step in told["add"]]) == (0, ["dung"])
    others[1] = ["Em", "em@donvi.vn"]
    code, told = terminal.json("import", written(path, ("Danh bạ", others)))
    assert (code, told["warnings"]) == (0, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "Họ và tên=contacts.nmae"), "contacts.name"),
        (("--map", "contacts.name"), '--map "Tên cột=bảng.cột"'),
        (("--table", "contact"), 'không có bảng "contact"'),
        (("--table", "Trang X=contacts"), "Đầu mối"),
    ],
)
def test_a_slip_in_an_option_is_told(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["Bình", "0912345678"]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", rows))
    done = terminal.on("import", path, *words)
    assert done.returncode != 0
    assert said in done.stderr


def test_a_heading_that_stands_nowhere_is_warned_of(terminal: Terminal, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["Bình", "0912345678"]]
    path = written(tmp_path / "ds.xlsx", ("Đầu mối", rows))
    done = terminal.on("import", path, "--map", "Họ tn=contacts.name")
    assert done.returncode == 0
    assert "không trang nào có tiêu đề như vậy" in done.stderr


def test_a_sheet_is_what_the_user_says(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "ds.csv"
    path.write_text("Tên,Số điện thoại\nBình,0912345678\n", encoding="utf-8")
    code, told = terminal.json("import", path, "--table", "contacts")
    assert (code, told["sheets"][0]["table"]) == (0, "contacts")


def test_lines_begin_at_the_device_that_is_named(terminal: Terminal, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh"],
        ["UBND xã Một", "10.70.5.1", "VNPT", "DNI-1"],
    ]
    path = written(tmp_path / "ds.xlsx", ("DS", rows))
    code, told = terminal.json("import", path, "--near", "gw-cum", "--dry-run")
    assert code == 0
    assert [s["row"]["near"] for s in told["add"] if s["table"] == "links"] == ["gw-cum"]


def test_replacing_retires_what_the_list_does_not_mention(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "ds.xlsx"
    assert terminal.on("export", "--format", "xlsx", "-o", path).returncode == 0
    book = openpyxl.load_workbook(path)
    page = book["Thiết bị"]
    (line,) = (cell.row for cell in page["B"] if cell.value == "sv-1")
    page.delete_rows(line)
    book.save(path)
    code, told = terminal.json("import", path)
    assert (code, told["retire"]) == (0, [])
    code, told = terminal.json("import", path, "--replace")
    assert (code, told["applied"]) == (1, False)
    code, told = terminal.json("import", path, "--replace", "--allow-retire")
    assert (code, told["applied"]) == (0, True)
    assert told["retire"] == [{"table": "devices", "slug": "sv-1"}]


def test_the_template_is_filled_in_and_imported(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "mẫu.xlsx"
    assert terminal.on("template", "-o", path).returncode == 0
    assert "Không có gì thay đổi." in terminal.on("import", path).stdout
    book = openpyxl.load_workbook(path)
    book["Đầu mối"].append([1, None, "Bình", None, "0912345678"])
    book.save(path)
    assert terminal.on("template", "-o", path).returncode == 1
    code, told = terminal.json("import", path)
    assert (code, [s["slug"] for s in told["add"]]) == (0, ["binh"])


@pytest.mark.parametrize("name", ["ra.xlsx", "ra.yaml"])
def test_what_was_exported_into_one_file_changes_nothing(
    terminal: Terminal, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    words = ("--format", path.suffix[1:], "-o", path)
    assert terminal.on("export", *words).returncode == 0
    for how in ((), ("--replace",), ("--partial",)):
        code, told = terminal.json("import", path, *how)
        assert (code, told["applied"], told["add"], told["change"]) == (0, False, [], [])
    assert terminal.on("export", *words).returncode == 0
    path.write_bytes(b"mine")
    assert terminal.on("export", *words).returncode == 1
    assert path.read_bytes() == b"mine"
    assert terminal.on("export", *words, "--force").returncode == 0


@pytest.mark.parametrize(
    "words",
    [("--partial",), ("--map", "A=contacts.name"), ("--table", "sites"), ("--errors-to", "x.xlsx")],
)
def test_what_is_for_one_file_is_refused_with_a_folder(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    csvfiles.write(a_province(), tmp_path / "land")
    done = terminal.on("import", tmp_path / "land", *words)
    assert done.returncode != 0
    assert "chỉ dùng khi nhập một tệp" in done.stderr
