"""How the inventory commands show plans, problems and progress."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from core.errors import Problem
from core.text import Language, Text
from inventory import csvfiles
from inventory.plan import MOST_RETIRED, Plan, Step
from runtime.cli._ledger import BAD_INPUT, Voice

MOST_PROBLEMS = 1_000
_MOST_WARNINGS = 20
_WIDE = 240  # columns, where no terminal says otherwise: nothing is folded in a log
_MOST_STEPS = 200  # of one kind, in the table for people; --json has all
_TABLES = {
    "units": Text(vi="đơn vị", en="units"),
    "successions": Text(vi="chuyển đổi đơn vị", en="successions"),
    "organisations": Text(vi="cơ quan", en="organisations"),
    "sites": Text(vi="điểm cầu", en="sites"),
    "devices": Text(vi="thiết bị", en="devices"),
    "links": Text(vi="đường truyền", en="links"),
    "rooms": Text(vi="phòng họp", en="rooms"),
    "services": Text(vi="dịch vụ", en="services"),
    "contacts": Text(vi="đầu mối", en="contacts"),
    "calendars": Text(vi="lịch", en="calendars"),
    "special_days": Text(vi="ngày nghỉ, làm bù", en="special days"),
    "rotas": Text(vi="lịch trực", en="rotas"),
    "rota_rules": Text(vi="quy tắc trực", en="rota rules"),
    "shifts": Text(vi="ca trực", en="shifts"),
    "escalations": Text(vi="bước báo tin", en="steps of telling"),
    "rules": Text(vi="ngưỡng cảnh báo", en="rules"),
    "certificates": Text(vi="chứng thư số", en="certificates"),
    "measures": Text(vi="mẫu giám sát được dùng", en="templates in use"),
}
_SIGNS = {"add": "[green]+", "change": "[yellow]~", "retire": "[red]-"}


class Speaker(Voice):
    """A voice that can also show plans and long lists of problems."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__(as_json=as_json)
        width = None if sys.stdout.isatty() else _WIDE
        self.out = Console(highlight=False, soft_wrap=True, width=width)
        self.err = Console(highlight=False, soft_wrap=True, stderr=True)

    def say(self, vi: str, en: str) -> None:
        """Print one sentence, unless JSON was asked for."""
        if not self.as_json:
            self.out.print(escape(Text(vi=vi, en=en).said(self.language)))

    def complain(self, text: Text) -> None:
        """Print why nothing was done to standard error, unless JSON was asked for."""
        if not self.as_json:
            self.err.print(escape(text.said(self.language)))

    def object(self, answer: object) -> None:
        """Print an answer as JSON, if that was asked for."""
        if self.as_json:
            self._json(answer)

    def problems(self, problems: Sequence[Problem], *, given_back: Path | None = None) -> NoReturn:
        """Print every problem (a thousand at the most), and end with 2.

        `given_back`: where the list was written with its problems.
        """
        shown = problems[:MOST_PROBLEMS]
        hidden = len(problems) - len(shown)
        self.object(
            {
                "ok": False,
                "problem_count": len(problems),
                "problems": problems_as_objects(shown, self.language),
                **({"given_back": str(given_back)} if given_back is not None else {}),
            }
        )
        if not self.as_json:
            lines = [problem.said(self.language) for problem in shown]
            if hidden:
                more = Text(vi=f"… và {hidden} lỗi nữa", en=f"… and {hidden} more")
                lines.append(more.said(self.language))
            count = Text(
                vi=f"{len(problems)} lỗi; chưa thay đổi gì.",
                en=f"{len(problems)} problem{'s' * (len(problems) > 1)}; nothing was changed.",
            )
            lines.append(count.said(self.language))
            if given_back is not None:
                back = Text(
                    vi=f"Tệp kèm lỗi và gợi ý: {given_back}",
                    en=f"The list with its problems: {given_back}",
                )
                lines.append(back.said(self.language))
            sys.stderr.write("\n".join(lines) + "\n")
        raise typer.Exit(BAD_INPUT)

    def warnings(self, warnings: Sequence[Problem]) -> None:
        """Print what is doubtful (some at the most) to standard error, unless JSON was asked."""
        for warning in warnings[:_MOST_WARNINGS]:
            said = warning.said
            self.complain(Text(vi=f"Cảnh báo: {said('vi')}", en=f"Warning: {said('en')}"))
        more = len(warnings) - _MOST_WARNINGS
        if more > 0:
            self.complain(Text(vi=f"… và {more} cảnh báo nữa", en=f"… and {more} more"))

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


def problems_as_objects(problems: Iterable[Problem], language: Language) -> list[dict[str, object]]:
    """Return problems or warnings for machines."""
    return [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.key,
            "what": problem.what.said(language),
            "mend": problem.mend.said(language),
        }
        for problem in problems
    ]


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


@contextmanager
def busy(speaker: Speaker, text: Text) -> Iterator[None]:
    """Show that work is going on, where somebody watches."""
    if speaker.as_json or not speaker.err.is_terminal:
        yield
        return
    with speaker.err.status(escape(text.said(speaker.language))):
        yield


@contextmanager
def pieces(speaker: Speaker, text: Text) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what shows how many pieces of a long work are done, None where nobody watches."""
    if speaker.as_json or not speaker.err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=speaker.err, transient=True) as bars:
        task = bars.add_task(escape(text.said(speaker.language)), total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def progress(speaker: Speaker) -> Iterator[csvfiles.Progress | None]:
    """Yield what shows the reading of files, None where nobody watches."""
    if speaker.as_json or not speaker.err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=speaker.err, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(file, total=total)
            bars.update(tasks[file], completed=done, total=total)

        yield show
