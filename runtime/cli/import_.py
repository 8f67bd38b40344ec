"""What would a list, or a folder of CSV files, change, and shall it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from inventory.intake import Proposal
    from inventory.listed import Options
    from inventory.lists import ListProposal
    from runtime.cli._inventory import Speaker
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    path: Path
    dry_run: bool
    allow_retire: bool
    mapping: tuple[str, ...] = ()
    save_mapping: bool = False
    tables: tuple[str, ...] = ()
    near: str | None = None
    errors_to: Path | None = None
    partial: bool = False
    replacing: bool = False


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of it; `found` where a file was read, not a folder."""

    proposal: "Proposal"
    version: int | None
    found: "ListProposal | None" = None
    given_back: Path | None = None


@app.command()
def import_(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="Folder of CSV files, or one .xlsx, .csv or .yaml."),
    ],
    config: Config = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, do nothing.")] = False,
    allow_retire: Annotated[
        bool, typer.Option("--allow-retire", help="Retire more than 10 % of a table.")
    ] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="HEADING=COLUMN",
            help="What a column means, like 'IP=devices.address'.",
        ),
    ] = None,
    save_mapping: Annotated[
        bool, typer.Option("--save-mapping", help="Remember --map for lists with these headings.")
    ] = False,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="[SHEET=]TABLE", help="Which table a sheet is."),
    ] = None,
    near: Annotated[
        str | None,
        typer.Option("--near", metavar="DEVICE", help="Where lines begin that do not say so."),
    ] = None,
    errors_to: Annotated[
        Path | None,
        typer.Option(
            "--errors-to", metavar="FILE", help="Where to give the list back with its problems."
        ),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Apply the rows without problems.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Retire what the list does not mention.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan and apply an inventory: exit 0 done or no change, 1 refused, 2 bad input."""
    from runtime.cli._inventory import Speaker, too_much
    from runtime.cli._ledger import REFUSED, with_ledger

    speaker = Speaker(as_json=as_json)
    asked = _Asked(
        path,
        dry_run,
        allow_retire,
        mapping=tuple(mapping or ()),
        save_mapping=save_mapping,
        tables=tuple(table or ()),
        near=near,
        errors_to=errors_to,
        partial=partial,
        replacing=replace,
    )

    async def work(ledger: "Ledger") -> _Done:
        return await _import(ledger, asked, speaker)

    done = with_ledger(config, speaker, work)
    refused = bool(done.proposal.plan.excessive()) and not allow_retire
    _report(speaker, asked, done, refused=refused)
    if refused:
        speaker.complain(too_much(done.proposal.plan))
    raise typer.Exit(REFUSED if refused else 0)


async def _import(ledger: "Ledger", asked: _Asked, speaker: "Speaker") -> _Done:
    """Return the proposal and the inventory's new version, None if nothing was applied."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._inventory import busy
    from runtime.cli._ledger import actor

    now = SystemClock().now()
    before = await ledger.inventory.version()
    is_file = asked.path.is_file()
    done = await (_of_file if is_file else _of_folder)(ledger, asked, speaker)
    if asked.save_mapping and done.found is not None and not asked.dry_run:
        mapping = _mapping(asked.mapping, speaker)
        for sheet in done.found.listed.sheets:
            if sheet.layout is not None and (given := sheet.layout.belonging(mapping)):
                mark = sheet.layout.fingerprint
                await ledger.inventory.remember_mapping(mark, given, actor(), now)
    plan = done.proposal.plan
    if asked.dry_run or plan.empty or (plan.excessive() and not asked.allow_retire):
        return done
    with busy(speaker, Text(vi="Đang ghi vào sổ cái", en="Writing to the ledger")):
        version = await ledger.inventory.apply(plan.changes, actor(), now, based_on=before)
    return _Done(done.proposal, version, done.found, done.given_back)


async def _of_folder(ledger: "Ledger", asked: _Asked, speaker: "Speaker") -> _Done:
    from core.clock import LOCAL, SystemClock
    from core.errors import DomainError
    from core.text import Text
    from inventory.intake import propose
    from runtime import registries
    from runtime.cli._inventory import progress

    if not asked.path.exists():
        speaker.refuse(
            DomainError(Text(vi=f"Không có {asked.path}", en=f"There is no {asked.path}"))
        )
    if asked.partial or asked.mapping or asked.tables or asked.errors_to:
        speaker.refuse(
            DomainError(
                Text(
                    vi="--partial, --map, --table, --errors-to chỉ dùng khi nhập một tệp",
                    en="--partial, --map, --table, --errors-to are for a single file",
                )
            )
        )
    current = await ledger.inventory.load()
    with progress(speaker) as show:
        proposal = propose(
            asked.path,
            current,
            SystemClock().now().astimezone(LOCAL).date(),
            collectors=registries.collectors(),
            progress=show,
        )
    if proposal.problems:
        speaker.problems(proposal.problems)
    return _Done(proposal, None)


async def _of_file(ledger: "Ledger", asked: _Asked, speaker: "Speaker") -> _Done:
    from core.clock import LOCAL, SystemClock
    from inventory import lists
    from inventory.workbook import MOST_BYTES
    from runtime import registries
    from runtime.cli._inventory import progress

    with asked.path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)  # what is longer is refused unread
    options = await _options(ledger, asked, speaker)
    current = await ledger.inventory.load()
    with progress(speaker) as show:
        found = lists.propose(
            asked.path.name,
            content,
            current,
            SystemClock().now().astimezone(LOCAL).date(),
            options=options,
            collectors=registries.collectors(),
            replacing=asked.replacing,
            partial=asked.partial,
            progress=show,
        )
    given_back = _give_back(asked, content, found, speaker)
    if found.problems:
        speaker.warnings(found.notices)
        speaker.problems(found.problems, given_back=given_back)
    return _Done(found.proposal, None, found, given_back)


async def _options(ledger: "Ledger", asked: _Asked, speaker: "Speaker") -> "Options":
    from inventory.listed import Options

    tables = {}
    for text in asked.tables:
        sheet, _, name = text.rpartition("=")
        tables[sheet] = _table(name, speaker)
    return Options(
        mapping=_mapping(asked.mapping, speaker),
        remembered=await ledger.inventory.mappings(),
        tables=tables,
        near=asked.near,
    )


def _table(name: str, speaker: "Speaker") -> str:
    from inventory.headers import WIDE_LIST
    from inventory.tables import BY_NAME

    if name not in {*BY_NAME, WIDE_LIST}:
        known = ", ".join([*BY_NAME, WIDE_LIST])
        _refuse(speaker, f'không có bảng "{name}": {known}', f'no table "{name}": {known}')
    return name


def _mapping(texts: Sequence[str], speaker: "Speaker") -> dict[str, str]:
    found = {}
    for text in texts:
        heading, _, target = text.rpartition("=")
        if not heading:
            _refuse(
                speaker,
                f'"{text}": ghi --map "Tên cột=bảng.cột"',
                f'"{text}": write --map "Heading=table.column"',
            )
        found[heading] = target.strip()
    return found


def _refuse(speaker: "Speaker", vi: str, en: str) -> None:
    from core.errors import DomainError
    from core.text import Text

    speaker.refuse(DomainError(Text(vi=vi, en=en)))


def _give_back(
    asked: _Asked, content: bytes, found: "ListProposal", speaker: "Speaker"
) -> Path | None:
    """Write the list with its problems, if there are any that stand in it."""
    from inventory import lists

    told = [*found.problems, *found.left_out]
    if not told:
        return None
    path = asked.errors_to or asked.path.with_name(f"{asked.path.stem}.loi.xlsx")
    if path.resolve() == asked.path.resolve():
        _refuse(speaker, "--errors-to là chính tệp nhập", "--errors-to is the list itself")
    path.write_bytes(lists.given_back(content, found, speaker.language))
    return path


def _report(speaker: "Speaker", asked: _Asked, done: _Done, *, refused: bool) -> None:
    from inventory.tables import TABLES
    from runtime.cli._inventory import as_object, problems_as_objects

    plan = done.proposal.plan
    absent = [table.file for table in TABLES if table.name not in done.proposal.present]
    warnings = done.proposal.warnings
    warnings += done.found.notices if done.found is not None else ()
    left_out = done.found.left_out if done.found is not None else ()
    speaker.object(
        {
            "ok": not refused,
            "applied": done.version is not None,
            "version": done.version,
            "left_as_they_are": absent,
            "warnings": problems_as_objects(warnings, speaker.language),
            **_of_list(done, problems_as_objects(left_out, speaker.language)),
            **as_object(plan),
        }
    )
    speaker.warnings(warnings)
    speaker.plan(plan)
    if done.found is not None:
        _tell_list(speaker, done.found, done.given_back, replacing=asked.replacing)
    elif absent:
        files = ", ".join(absent)
        speaker.say(f"Không có tệp nên giữ nguyên: {files}.", f"No file, left as it is: {files}.")
    if plan.empty:
        speaker.say("Không có gì thay đổi.", "Nothing to change.")
    elif done.version is not None:
        speaker.say(
            f"Đã áp dụng, phiên bản danh mục {done.version}.",
            f"Applied: inventory version {done.version}.",
        )
    elif asked.dry_run:
        speaker.say("Chạy thử: chưa thay đổi gì.", "Dry run: nothing was changed.")


def _of_list(done: _Done, left_out: list[dict[str, object]]) -> dict[str, object]:
    """Return for machines what is told of a single file alone."""
    if done.found is None:
        return {}
    return {
        "sheets": [
            {
                "sheet": sheet.sheet.name,
                "table": sheet.layout.table if sheet.layout else None,
                "rows": sheet.records,
                "columns": {
                    sheet.layout.headings[place]: target
                    for place, target in sheet.layout.targets.items()
                }
                if sheet.layout
                else {},
            }
            for sheet in done.found.listed.sheets
        ],
        "left_out": left_out,
        "rows_left_out": done.found.rows_left_out,
        "given_back": str(done.given_back) if done.given_back else None,
    }


def _tell_list(
    speaker: "Speaker", found: "ListProposal", given_back: Path | None, *, replacing: bool
) -> None:
    speaker.warnings(found.left_out)
    if found.rows_left_out:
        speaker.say(
            f"Bỏ lại {found.rows_left_out} dòng có lỗi; xem {given_back}.",
            f"Left out {found.rows_left_out} rows with problems; see {given_back}.",
        )
    if not replacing:
        speaker.say(
            "Những gì tệp không nhắc đến vẫn giữ nguyên.",
            "What the file does not mention stays as it is.",
        )
