"""What is wrong with a schedule of reports is said with its line, its key and the mend."""

from pathlib import Path

import pytest

from core.errors import Invalid
from runtime.settings import load

MAIL = '[channels.thu]\nkind = "email"\nhost = "mail.example.vn"\nsender = "a@example.vn"\n'
HEAD = "[reports.schedules.thang]\n"
GOOD = 'to = ["lan"]\nunit = "75"\n'


def said(folder: Path, text: str) -> str:
    file = folder / "thongsuot.toml"
    file.write_text(text)
    with pytest.raises(Invalid) as refused:
        load(file, {})
    return "\n".join(problem.said("en") for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAIL + HEAD + 'to = []\nunit = "75"\n', "thang.to: nobody is to get it"),
        (
            MAIL + HEAD + GOOD + 'at = "7h30"\n',
            'thang.at: not a time of day. Write it like "07:30"',
        ),
        (MAIL + HEAD + GOOD + "hour = 3\n", "thang.hour: no such key. There are: at, calendar"),
        (MAIL + HEAD + GOOD + 'evry = "week"\n', 'thang.evry: no such key. Perhaps "every" is'),
        (MAIL + HEAD + GOOD + "day = 31\n", "thang.day: out of range"),
        (MAIL + HEAD + GOOD + 'carrier = "VNPT"\n', "exactly one scope of the report is needed"),
        (MAIL + HEAD + GOOD + 'channel = "zalo"\n', "no e-mail channel to send the report by"),
        (HEAD + GOOD, 'Add [channels.…] kind = "email"'),
    ],
)
def test_a_schedule_that_cannot_work_is_refused_at_the_start(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert expected in said(tmp_path, text)


def test_a_schedule_needs_little(tmp_path: Path) -> None:
    file = tmp_path / "thongsuot.toml"
    file.write_text(MAIL + HEAD + GOOD)
    schedule = load(file, {}).reports.schedules["thang"]
    assert (schedule.every, schedule.day, f"{schedule.at:%H:%M}") == ("month", 1, "07:30")
    assert schedule.formats == ("pdf", "xlsx")
