"""`certificate list` and a list of certificates as an office keeps it, run as a person does."""

from datetime import date, timedelta
from pathlib import Path

import openpyxl
from icalendar import Calendar

from core.clock import LOCAL, SystemClock
from tests.runtime.terminal import Terminal


def test_a_list_is_imported_and_what_ends_soon_is_printed(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "platform")
    assert terminal.run("init", terminal.folder).returncode == 0
    today: date = SystemClock().now().astimezone(LOCAL).date()
    soon, later = (today + timedelta(days=left) for left in (10, 300))
    path = tmp_path / "Danh sách chứng thư số.csv"
    path.write_text(
        "Tên thuê bao,Số serial,Đơn vị cấp,Ngày hết hạn\n"
        f"Trần Thị Bình,5402,Ban Cơ yếu,{later:%d/%m/%Y}\n"
        f"Nguyễn Văn An,5401,Ban Cơ yếu,{soon:%d/%m/%Y}\n",
        encoding="utf-8",
    )
    assert terminal.on("import", path).returncode == 0
    code, told = terminal.json("certificate", "list", "--within", "60")
    assert code == 0
    assert [(one["name"], one["serial"], one["days_left"]) for one in told] == [
        ("Nguyễn Văn An", "5401", 10)
    ]
    listed = terminal.on("certificate", "list")
    assert listed.stdout.index("Nguyễn Văn An") < listed.stdout.index("Trần Thị Bình")
    out = tmp_path / "het-han.xlsx"
    code, told = terminal.json("certificate", "export", "-o", out, "--within", "60")
    assert (code, told["certificates"]) == (0, 1)
    rows = list(openpyxl.load_workbook(out).worksheets[0].values)
    assert (rows[1][0], rows[1][2], rows[1][9]) == ("Nguyễn Văn An", "5401", 10)
    calendar = tmp_path / "het-han.ics"
    assert terminal.on("certificate", "export", "-o", calendar).returncode == 0
    assert len(Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")) == 2
