"""What the inventory commands share: settings, ledger, and how a plan is shown."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from core.clock import SystemClock
from core.errors import DomainError, Invalid, Problem
from core.text import Language, Text
from inventory import csvfiles
from inventory.plan import MOST_RETIRED, Plan, Step
from runtime import settings as settings_file
from runtime.language import of
from runtime.settings import Settings
from storage import migrations
from storage.ledger import Ledger, open_ledger

DONE, REFUSED, BAD_INPUT = 0, 1, 2
MOST_PROBLEMS = 1_000
_MOST_STEPS = 200  # of one kind, in the table for people; --json has all
_TABLES = {
    "units": Text(vi="đơn vị", en="units"),
    "successions": Text(vi="chuyển đổi đơn vị", en="successions"),
    "organisations": Text(vi="cơ quan", en="organisations"),
    "sites": Text(vi="điểm", en="sites"),
    "devices": Text(vi="thiết bị", en="devices"),
    "links": Text(vi="đường truyền", en="links"),
    "contacts": Text(vi="đầu mối", en="contacts"),
    "calendars": Text(vi="lịch", en="calendars"),
}
_SIGNS = {"add": "[green]+", "change": "[yellow]~", "retire": "[red]-"}


class Speaker:
    """Prints to people in their language, or JSON to machines."""

    def __init__(self, *, as_json: bool) -> None:
        self.language: Language = of(os.environ)
        self.as_json = as_json
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(highlight=False, soft_wrap=True, stderr=True)

    def say(self, vi: str, en: str) -> None:
        """Print one sentence, unless JSON was asked for."""
        if not self.as_json:
            self.out.print(escape(en if self.language == "en" else vi))

    def complain(self, text: Text) -> None:
        """Print why nothing was done to standard error, unless JSON was asked for."""
        if not self.as_json:
            self.err.print(escape(text.said(self.language)))

    def object(self, answer: object) -> None:
        """Print an answer as JSON, if that was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")

    def refuse(self, error: DomainError, code: int) -> NoReturn:
        """Print why nothing was done, and end."""
        if isinstance(error, Invalid):
            self.problems(error.problems)
        self.object({"ok": False, "error": error.text.said(self.language)})
        self.complain(error.text)
        raise typer.Exit(code)

    def problems(self, problems: Sequence[Problem]) -> NoReturn:
        """Print every problem (a thousand at the most), and end with 2."""
        shown = problems[:MOST_PROBLEMS]
        hidden = len(problems) - len(shown)
        self.object(
            {
                "ok": False,
                "problem_count": len(problems),
                "problems": [
                    {
                        "file": problem.file,
                        "line": problem.line,
                        "column": problem.key,
                        "what": problem.what.said(self.language),
                        "mend": problem.mend.said(self.language),
                    }
                    for problem in shown
                ],
            }
        )
        if not self.as_json:
            lines = [problem.said(self.language) for problem in shown]
            if hidden:
                more = Text(vi=f"… và {hidden} lỗi nữa", en=f"… and {hidden} more")
                lines.append(more.said(self.language))
            count = Text(
                vi=f"{len(problems)} lỗi; chưa thay đổi gì.",
                en=f"{len(problems)} problems; nothing was changed.",
            )
            sys.stderr.write("\n".join([*lines, count.said(self.language)]) + "\n")
        raise typer.Exit(BAD_INPUT)

    def plan(self, plan: Plan) -> None:
        """Print a plan as a table, or nothing for an empty one."""
        if self.as_json or plan.empty:
            return
        english = self.language == "en"
        table = Table(box=None, pad_edge=False)
        for title in (
            "",
            "table" if english else "bảng",
            "slug",
            "changes" if english else "nội dung",
        ):
            table.add_column(title, overflow="fold")
        for action, steps in _actions(plan):
            for step in steps[:_MOST_STEPS]:
                table.add_row(
                    _SIGNS[action],
                    _TABLES[step.table].said(self.language),
                    escape(step.name),
                    escape(_details(action, step)),
                )
            if len(steps) > _MOST_STEPS:
                table.add_row(_SIGNS[action], "…", f"+{len(steps) - _MOST_STEPS}", "")
        self.out.print(table)
        self.say(
            f"Thêm {len(plan.added)}, sửa {len(plan.changed)}, ngừng {len(plan.retired)}.",
            f"Add {len(plan.added)}, change {len(plan.changed)}, retire {len(plan.retired)}.",
        )


def _actions(plan: Plan) -> Iterable[tuple[str, Sequence[Step]]]:
    return (("add", plan.added), ("change", plan.changed), ("retire", plan.retired))


def _details(action: str, step: Step) -> str:
    if action != "change":
        return str(getattr(step.row, "name", ""))
    return "; ".join(f"{d.field}: {d.old or '∅'} → {d.new or '∅'}" for d in step.differences)


def as_object(plan: Plan) -> dict[str, object]:
    """Return a plan for machines."""
    return {
        "add": [
            {"table": step.table, "slug": step.name, "row": step.row.model_dump(mode="json")}
            for step in plan.added
        ],
        "change": [
            {
                "table": step.table,
                "slug": step.name,
                "fields": {d.field: {"old": d.old, "new": d.new} for d in step.differences},
            }
            for step in plan.changed
        ],
        "retire": [{"table": step.table, "slug": step.name} for step in plan.retired],
        "retiring": {
            name: {"retired": gone, "live": live} for name, (gone, live) in plan.retiring.items()
        },
    }


def too_much(plan: Plan) -> Text:
    """Return the sentence that refuses a plan which retires too much."""
    parts_vi, parts_en = [], []
    for name in plan.excessive():
        gone, live = plan.retiring[name]
        parts_vi.append(f"{gone}/{live} {_TABLES[name].vi} ({name}.csv)")
        parts_en.append(f"{gone} of {live} {_TABLES[name].en} ({name}.csv)")
    return Text(
        vi=f"Từ chối: kế hoạch ngừng {', '.join(parts_vi)}, quá {MOST_RETIRED:.0%}. "
        "Nếu đúng là ý muốn, chạy lại với --allow-retire.",
        en=f"Refused: the plan retires {', '.join(parts_en)}, more than {MOST_RETIRED:.0%}. "
        "If that is meant, run it again with --allow-retire.",
    )


def loaded(path: Path | None, speaker: Speaker) -> Settings:
    """Return the settings, or print what is wrong with them and end with 2."""
    try:
        return settings_file.load(path, os.environ)
    except Invalid as invalid:
        speaker.problems(invalid.problems)


async def opened(settings: Settings, *, make: bool) -> Ledger:
    """Return the ledger; `make`: give an empty database its tables first."""
    if make and await migrations.current(settings.ledger.url) is None:
        await migrations.upgrade(settings.ledger.url)
    return await open_ledger(settings.ledger.url, None, SystemClock())


def actor() -> str:
    """Return who is at the terminal, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return "cli"


@contextmanager
def progress(speaker: Speaker) -> Iterator[csvfiles.Progress | None]:
    """Yield what shows the reading of files, None where nobody watches."""
    if speaker.as_json or not speaker.err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=speaker.err, transient=True) as bars:
        tasks: dict[str, object] = {}

        def show(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(file, total=total)
            bars.update(tasks[file], completed=done, total=total)  # type: ignore[arg-type]

        yield show
