"""Who is on duty? Shown, looked through for holes, read in from lists, written for calendars."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.rota import Roster, Source
    from core.inventory import Inventory
    from core.rota import DutyRows
    from inventory.dutylist import DutyList
    from runtime.cli._inventory import Speaker
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Show, check, read in and write out who is on duty.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str | None, typer.Option("--rota", help="One rota alone, by its slug.")]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days ahead.")]


@app.command()
def show(
    config: Config = None, *, rota: Which = None, days: Days = 7, as_json: Json = False
) -> None:
    """Print who is on duty from now on."""
    from alerts.rota import turns
    from core.text import Text
    from runtime.cli._inventory import Speaker

    speaker = Speaker(as_json=as_json)
    now, rosters, names, _ = _known(config, speaker, rota, days)
    speaker.table(
        (
            Text(vi="lịch trực", en="rota"),
            Text(vi="vai", en="role"),
            Text(vi="người trực", en="people"),
            Text(vi="từ", en="from"),
            Text(vi="đến", en="until"),
            Text(vi="theo", en="by"),
        ),
        [
            {
                "rota": roster.slug,
                "role": _role(turn.role, speaker),
                "people": list(turn.people) if as_json else _called(turn.people, names),
                "begin": turn.begin,
                "end": turn.end,
                "source": turn.source.name.lower() if as_json else _source(turn.source, speaker),
            }
            for roster in rosters.values()
            for turn in turns(roster, now, now + timedelta(days=days))
        ],
    )


@app.command()
def gaps(
    config: Config = None, *, rota: Which = None, days: Days = 30, as_json: Json = False
) -> None:
    """Print when nobody is on duty, two are, or one person is in two roles; exit 1 if ever."""
    from alerts.rota import holes
    from api.words import FLAW
    from core.text import Text
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import REFUSED

    speaker = Speaker(as_json=as_json)
    now, rosters, names, _ = _known(config, speaker, rota, days)
    end = now + timedelta(days=days)
    rows: list[dict[str, object]] = [
        {
            "rota": roster.slug,
            "what": hole.flaw if as_json else FLAW[hole.flaw].said(speaker.language),
            "begin": hole.begin,
            "end": hole.end,
            "people": list(hole.people) if as_json else _called(hole.people, names),
        }
        for roster in rosters.values()
        for hole in holes(roster, now, end)
    ]
    if rows or as_json:
        speaker.table(
            (
                Text(vi="lịch trực", en="rota"),
                Text(vi="điều gì", en="what"),
                Text(vi="từ", en="from"),
                Text(vi="đến", en="until"),
                Text(vi="người trực", en="people"),
            ),
            rows,
        )
    else:
        speaker.say(
            f"Không có ca trống, ca trùng, không ai giữ hai vai trong {days} ngày tới.",
            f"No gaps, no overlaps, nobody in two roles in the next {days} days.",
        )
    raise typer.Exit(REFUSED if rows else 0)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A .xlsx, .csv or .ics file.")],
    config: Config = None,
    *,
    rota: Which = None,
    new_people: Annotated[
        bool,
        typer.Option("--new-people", help="Make contacts of who is not known but has a telephone."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would change, do nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a duty list or a calendar: from today on it speaks for all of its days.

    Exit 0 done or no change, 1 refused, 2 bad input.
    """
    from core.inventory import Changes
    from inventory.dutylist import changes
    from runtime.cli._inventory import Speaker, problems_as_objects
    from runtime.cli._ledger import actor, with_ledger

    speaker = Speaker(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[DutyList, Changes]":
        from core.clock import LOCAL, SystemClock

        now = SystemClock().now()
        today = now.astimezone(LOCAL).date()
        version = await ledger.inventory.version()
        current = await ledger.inventory.load()
        found = _listed(path, _one(current, rota, speaker), current, today, new_people=new_people)
        if found.problems:
            speaker.warnings(found.notices)
            speaker.problems(found.problems)
        plan = changes(found, current, today)
        if not plan.empty and not dry_run:
            await ledger.inventory.apply(plan, actor(), now, based_on=version)
        return found, plan

    found, plan = with_ledger(config, speaker, work)
    put, drop, people = plan.put.shifts, plan.drop.shifts, plan.put.contacts
    speaker.object(
        {
            "ok": True,
            "applied": not dry_run and not plan.empty,
            "shifts": len(found.shifts),
            "put": [row.model_dump(mode="json") for row in put],
            "dropped": [row.model_dump(mode="json") for row in drop],
            "new_people": [row.model_dump(mode="json") for row in people],
            "notices": problems_as_objects(found.notices, speaker.language),
        }
    )
    speaker.warnings(found.notices)
    speaker.say(
        f"Đọc {len(found.shifts)} ca: ghi {len(put)}, bỏ {len(drop)}, thêm {len(people)} người."
        + (" Chạy thử: chưa thay đổi gì." if dry_run else ""),
        f"Read {len(found.shifts)} shifts: {len(put)} written, {len(drop)} dropped, "
        f"{len(people)} new people." + (" Dry run: nothing was changed." if dry_run else ""),
    )


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The .ics file to write.")],
    config: Config = None,
    *,
    rota: Which = None,
    days: Days = 184,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Json = False,
) -> None:
    """Write a rota as a calendar. CSV, XLSX and YAML come from `thongsuot export`."""
    from alerts.rota import turns
    from api.ical import as_calendar
    from core.errors import Conflict
    from core.text import Text
    from runtime.cli._inventory import Speaker

    speaker = Speaker(as_json=as_json)
    if output.exists() and not force:
        speaker.refuse(
            Conflict(
                Text(
                    vi=f"Đã có {output}; thêm --force để ghi đè",
                    en=f"{output} exists; --force replaces it",
                )
            )
        )
    now, rosters, names, rows = _known(config, speaker, rota, days)
    if len(rosters) != 1:
        _refuse_choice(rosters, speaker)
    ((slug, roster),) = rosters.items()
    found = turns(roster, now, now + timedelta(days=days))
    name = next(row.name for row in rows.rotas if row.slug == slug)
    output.write_bytes(
        as_calendar(name, slug, found, lambda who: names.get(who, who), now, speaker.language)
    )
    speaker.done(
        Text(vi=f"Đã ghi {len(found)} ca vào {output}.", en=f"Wrote {len(found)} turns: {output}."),
        file=str(output),
        turns=len(found),
    )


def _known(
    config: Path | None, speaker: "Speaker", wanted: str | None, days: int
) -> "tuple[datetime, Mapping[str, Roster], Mapping[str, str], DutyRows]":
    """Return the time, the rosters, people's names, and the rows behind them."""
    from alerts.rota import rosters
    from core.clock import LOCAL, SystemClock
    from runtime.cli._ledger import with_ledger

    now = SystemClock().now()
    today = now.astimezone(LOCAL).date()

    async def work(ledger: "Ledger") -> "tuple[DutyRows, Inventory]":
        rows = await ledger.rota.rows(now, now + timedelta(days=days))
        return rows, await ledger.inventory.load(today)

    rows, inventory = with_ledger(config, speaker, work)
    known = rosters(rows, today)
    if wanted is not None and wanted not in known:
        _refuse_choice(known, speaker)
    chosen = known if wanted is None else {wanted: known[wanted]}
    return now, chosen, {contact.slug: contact.name for contact in inventory.contacts}, rows


def _one(current: "Inventory", wanted: str | None, speaker: "Speaker") -> str:
    """Return the rota that is meant: the one asked for, or the only one there is."""
    known = sorted({row.slug for row in current.rotas})
    if wanted in known:
        return wanted or ""
    if wanted is None and len(known) == 1:
        return known[0]
    return _refuse_choice(known, speaker)


def _refuse_choice(known: "Mapping[str, object] | list[str]", speaker: "Speaker") -> str:
    from core.errors import NotFound
    from core.text import Text

    names = ", ".join(sorted(known)) or "–"
    speaker.refuse(
        NotFound(
            Text(
                vi=f"Chọn một lịch trực bằng --rota: {names}. Thêm lịch trực ở bảng rotas của "
                "danh mục",
                en=f"Choose a rota by --rota: {names}. Add one in the table rotas of the inventory",
            )
        )
    )


def _listed(
    path: Path, rota: str, current: "Inventory", today: date, *, new_people: bool
) -> "DutyList":
    from core.errors import DomainError
    from core.text import Text
    from inventory import dutyfile
    from inventory.workbook import MOST_BYTES

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DomainError(
            Text(vi=f"Không đọc được {path}: {error}", en=f"{path} cannot be read: {error}")
        ) from error
    return dutyfile.read(path.name, content, rota, current, today, new_people=new_people)


def _called(people: tuple[str, ...], names: "Mapping[str, str]") -> str:
    return ", ".join(names.get(slug, slug) for slug in people)


def _role(role: str, speaker: "Speaker") -> str:
    from api.words import DUTY_ROLE

    return role if speaker.as_json else DUTY_ROLE[role].said(speaker.language)


def _source(source: "Source", speaker: "Speaker") -> str:
    from core.text import Text

    words = (
        Text(vi="luân phiên", en="rule"),
        Text(vi="ca theo ngày", en="shift"),
        Text(vi="đổi ca", en="swap"),
    )
    return words[source].said(speaker.language)
