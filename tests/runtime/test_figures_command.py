"""`figures` run as a person does: a template, a trial, an import, a later word, an export."""

from pathlib import Path

import openpyxl

from tests.runtime.terminal import Terminal

UNITS = (
    "slug,code,level,name,parent,province_code,valid_from\n"
    "tinh,75,province,Đồng Nai,,75,2025-07-01\n"
    "dak-o,25228,commune,Xã Đăk Ơ,tinh,75,2025-07-01\n"
    "an-loc,25320,commune,Phường An Lộc,tinh,75,2025-07-01\n"
)


def a_platform(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path / "platform")
    assert terminal.run("init", terminal.folder).returncode == 0
    units = tmp_path / "units.csv"
    units.write_text(UNITS, encoding="utf-8")
    assert terminal.on("import", units).returncode == 0
    return terminal


def test_a_template_is_filled_in_tried_and_imported(tmp_path: Path) -> None:
    terminal = a_platform(tmp_path)
    blank, out = tmp_path / "mau.xlsx", tmp_path / "may-tinh.csv"
    assert terminal.on("figures", "template", "computers", "-o", blank).returncode == 0
    book = openpyxl.load_workbook(blank)
    sheet = book.worksheets[0]
    assert [row[0] for row in sheet.values] == ["Đơn vị", "Phường An Lộc", "Xã Đăk Ơ"]
    sheet["B2"], sheet["B3"] = "10/2026", "10/2026"
    sheet["C3"], sheet["D3"] = 20, 24
    book.save(blank)
    code, told = terminal.json("figures", "import", "computers", blank, "--dry-run")
    assert (code, told["applied"], told["added"]) == (0, False, 1)
    code, told = terminal.json("figures", "show", "computers")
    assert (code, told) == (0, [])
    code, told = terminal.json("figures", "import", "computers", blank)
    assert (code, told["applied"], told["added"]) == (0, True, 1)
    code, told = terminal.json("figures", "show", "computers")
    assert [(row["unit"], row["pcs"], row["per_official"]) for row in told] == [("dak-o", 24, 1.2)]
    shown = terminal.on("figures", "show", "computers")
    assert (shown.returncode, "Xã Đăk Ơ" in shown.stdout) == (0, True), shown.stderr
    assert terminal.on("figures", "export", "computers", "-o", out).returncode == 0
    assert "Xã Đăk Ơ,10/2026,20,24" in out.read_text(encoding="utf-8-sig")


def test_a_list_with_faults_ends_with_2_and_a_later_word_is_history(tmp_path: Path) -> None:
    terminal = a_platform(tmp_path)
    path = tmp_path / "bts.csv"
    path.write_text("Xã;Số trạm\nXã Nào;3\n", encoding="utf-8")
    said = ("figures", "import", "bts", path, "--period", "10/2026", "--part", "Viettel")
    code, told = terminal.json(*said)
    assert code == 2
    assert "bts.csv:2: Xã:" in str(told["problems"]) or told["problem_count"] == 1
    for count in (3, 4):
        path.write_text(f"Xã;Số trạm\nXã Đăk Ơ;{count}\n", encoding="utf-8")
        assert terminal.on(*said).returncode == 0
    code, told = terminal.json("figures", "history", "bts", "dak-o")
    assert [row["values"]["stations"] for row in told] == [4.0, 3.0]
    assert terminal.on("figures", "history", "nothing", "dak-o").returncode == 1
    listed = terminal.on("figures", "list")
    assert "Trạm thu phát sóng" in listed.stdout


def test_a_share_that_is_called_as_its_figure_stands_beside_it(tmp_path: Path) -> None:
    terminal = a_platform(tmp_path)
    path = tmp_path / "may.csv"
    path.write_text("Xã;Máy tính;Máy nối Internet\nXã Đăk Ơ;24;18\n", encoding="utf-8")
    said = ("figures", "import", "computers", path, "--period", "10/2026")
    assert terminal.on(*said).returncode == 0
    code, [row] = terminal.json("figures", "show", "computers")
    assert (code, row["online"], row["online_ratio"]) == (0, 18, 0.75)
    shown = terminal.on("figures", "show", "computers")
    assert shown.returncode == 0, shown.stderr
    assert "75" in shown.stdout
