"""Which meetings are to come? Shown, entered, read in, made longer, ended, called off."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import Problem
    from core.meeting import Meeting, ReadinessRun, Wanted
    from inventory.meetinglist import Meetings, Names
    from runtime.cli._ledger import Voice
    from runtime.cli._names import Called
    from storage.ledger import Ledger
    from storage.meetings import Gathered

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Show, enter, read in, lengthen, end and call off meetings.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days ahead.")]
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


@app.command("list")
def list_(config: Config = None, *, days: Days = 7, as_json: Json = False) -> None:
    """Print the meetings that go on or are to come."""
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[list[Meeting], dict[str, str]]":
        now = SystemClock().now()
        people = {one.slug: one.name for one in (await ledger.inventory.load()).contacts}
        return await ledger.meetings.find(now, now + timedelta(days=days)), people

    rows, people = with_ledger(config, voice, work)
    voice.table(
        (
            Text(vi="mã", en="id"),
            Text(vi="bắt đầu", en="begin"),
            Text(vi="kết thúc", en="end"),
            Text(vi="điểm cầu", en="rooms"),
            Text(vi="trực", en="officer"),
            Text(vi="tên", en="title"),
        ),
        [
            {
                "id": row.id,
                "begin": row.begin if as_json else f"{row.begin.astimezone(LOCAL):%d/%m/%Y %H:%M}",
                "end": row.end if as_json else f"{row.end.astimezone(LOCAL):%H:%M}",
                "rooms": list(row.rooms) if as_json else len(row.rooms),
                "officer": row.officer
                if as_json
                else people.get(row.officer or "", row.officer or ""),
                "title": row.title,
            }
            for row in rows
        ],
    )


@app.command()
def ready(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="Its id.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print what the last readiness run found, the worst first; exit 1 unless all is ready."""
    from alerts.meeting_words import RESULT, why
    from core.meeting import Readiness
    from core.text import Text
    from runtime.cli._ledger import REFUSED, Voice, with_ledger
    from runtime.cli._names import called

    voice, bridge = Voice(as_json=as_json), Text(vi="cầu nối", en="bridge")

    async def work(ledger: "Ledger") -> "tuple[Meeting, list[ReadinessRun], Called]":
        row = await ledger.meetings.get(meeting)
        return row, await ledger.meetings.runs(meeting), await called(ledger, voice.language)

    row, runs, known = with_ledger(config, voice, work)
    if not as_json and (row.cancelled_at is not None or not runs):
        called_off = Text(vi="Cuộc họp đã huỷ.", en="The meeting was called off.")
        unlooked = Text(vi="Chưa kiểm tra lần nào.", en="It has not been looked at yet.")
        typer.echo((called_off if row.cancelled_at else unlooked).said(voice.language), err=True)
        raise typer.Exit(REFUSED)
    last = min(runs, key=lambda run: run.stage, default=None)
    found = last.worst if last is not None else ()
    voice.table(
        (
            Text(vi="điểm cầu", en="room"),
            Text(vi="kết quả", en="result"),
            Text(vi="vì sao", en="reasons"),
            Text(vi="gọi", en="phone"),
        ),
        [
            {
                "room": one.room
                if as_json
                else known.target(one.room)
                if one.room in row.rooms
                else f"{bridge.said(voice.language)}: {known.target(one.room)}",
                "result": one.result if as_json else RESULT[one.result].said(voice.language),
                "reasons": [reason.model_dump(mode="json") for reason in one.reasons]
                if as_json
                else "; ".join(why(one, known.topology, voice.language)),
                "phone": one.phone if as_json else known.person(one.phone or ""),
            }
            for one in found
        ],
    )
    if not found or any(one.result is not Readiness.READY for one in found):
        raise typer.Exit(REFUSED)


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="What it is called.")],
    begin: Annotated[
        datetime, typer.Option("--begin", formats=_TIMES, help="When it begins, local time.")
    ],
    room: Annotated[
        list[str], typer.Option("--room", help="A room or site, by name or slug; `all` is every.")
    ],
    config: Config = None,
    *,
    end: Annotated[
        datetime | None,
        typer.Option("--end", formats=_TIMES, help="When it ends; two hours later if absent."),
    ] = None,
    chair: Annotated[
        str | None, typer.Option("--chair", help="The chair's room, or words for one elsewhere.")
    ] = None,
    officer: Annotated[
        str | None, typer.Option("--officer", help="The contact on duty for it.")
    ] = None,
    bridge: Annotated[
        str | None, typer.Option("--bridge", help="The device or service that joins the rooms.")
    ] = None,
    important: Annotated[bool, typer.Option("--important", help="It is of importance.")] = False,
    as_json: Json = False,
) -> None:
    """Enter a meeting."""
    from core.clock import LOCAL, SystemClock
    from core.errors import Problem
    from core.text import Text
    from inventory.meetinglist import USUAL, Names, is_over
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import actor, with_ledger

    voice = Speaker(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[Meeting, list[Problem]]":
        now = SystemClock().now()
        today = now.astimezone(LOCAL).date()
        names = Names(await ledger.inventory.load(on=today), today)
        first = begin.replace(tzinfo=LOCAL)
        last = end.replace(tzinfo=LOCAL) if end else first + USUAL
        wanted = _wanted(names, title, (first, last), room, (chair, officer, bridge), important)
        row, _ = await ledger.meetings.add(wanted, actor(), now, source="cli")
        return row, await _clashes(ledger, [row], now, voice)

    row, crossed = with_ledger(config, voice, work)
    over = row.end <= SystemClock().now()
    voice.done(
        Text(
            vi=f"Đã ghi cuộc họp {row.id}: {len(row.rooms)} điểm cầu.",
            en=f"The meeting {row.id} is entered: {len(row.rooms)} rooms.",
        ),
        id=row.id,
        rooms=list(row.rooms),
        over=over,
        clashes=[problem.said(voice.language) for problem in crossed],
    )
    voice.warnings(crossed)
    if over and not as_json:
        fault = is_over(row.end)
        typer.echo(Problem(row.id, fault.what, fault.mend).said(voice.language), err=True)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A .xlsx, .csv or .ics file.")],
    config: Config = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would change, do nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a schedule of meetings: new ones are entered, known ones changed, none is called off.

    Exit 0 done or no change, 2 bad input.
    """
    from core.clock import LOCAL, SystemClock
    from core.errors import Invalid, Problem, os_reason
    from core.text import Text
    from inventory import meetingfile
    from runtime.cli._inventory import Speaker, problems_as_objects
    from runtime.cli._ledger import actor, with_ledger

    speaker = Speaker(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[Meetings, Gathered, list[Problem]]":
        now = SystemClock().now()
        inventory = await ledger.inventory.load(on=now.astimezone(LOCAL).date())
        try:
            found = meetingfile.read(path.name, path.read_bytes(), inventory, now)
        except OSError as fault:
            why = os_reason(fault)
            what = Text(vi=f"không đọc được: {why.vi}", en=f"it cannot be read: {why.en}")
            mend = Text(vi="Xem lại đường dẫn", en="Look at the path again")
            raise Invalid([Problem(str(path), what, mend)]) from fault
        if found.problems:
            raise Invalid(found.problems)
        done = await ledger.meetings.gather(
            found.wanted, "list", actor(), now, called_off=found.called_off, dry_run=dry_run
        )
        rows = (*done.added, *done.changed, *done.cancelled)
        return found, done, await _clashes(ledger, rows, now, speaker)

    found, done, crossed = with_ledger(config, speaker, work)
    added, changed, off = map(len, done[:3])
    speaker.object(
        {
            "ok": True,
            "applied": not dry_run,
            "meetings": [wanted.model_dump(mode="json") for wanted in found.wanted],
            "added": added,
            "changed": changed,
            "cancelled": off,
            "notices": problems_as_objects([*found.notices, *crossed], speaker.language),
        }
    )
    speaker.warnings([*found.notices, *crossed])
    speaker.say(
        f"Đọc {len(found.wanted)} cuộc họp: {added} mới, {changed} thay đổi, {off} bị huỷ."
        + (" Chạy thử: chưa thay đổi gì." if dry_run else ""),
        f"Read {len(found.wanted)} meetings: {added} new, {changed} changed, {off} called off."
        + (" Dry run: nothing was changed." if dry_run else ""),
    )


@app.command()
def longer(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="Its id.")],
    config: Config = None,
    *,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=240, help="How many minutes longer.")
    ] = 15,
    as_json: Json = False,
) -> None:
    """Let a meeting that goes on last longer."""
    from core.clock import LOCAL
    from core.text import Text
    from runtime.cli._inventory import Speaker

    voice = Speaker(as_json=as_json)
    row, crossed = _until(config, voice, meeting, timedelta(minutes=minutes))
    at = f"{row.end.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    voice.done(
        Text(
            vi=f"Cuộc họp {row.id} kéo dài đến {at}.", en=f"The meeting {row.id} lasts until {at}."
        ),
        id=row.id,
        end=row.end,
        clashes=[problem.said(voice.language) for problem in crossed],
    )
    voice.warnings(crossed)


@app.command()
def end(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="Its id.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Say that a meeting that goes on is over now; its annex counts until now."""
    from core.text import Text
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    row, _ = _until(config, voice, meeting, timedelta())
    voice.done(
        Text(vi=f"Cuộc họp {row.id} đã kết thúc.", en=f"The meeting {row.id} is over."),
        id=row.id,
        end=row.end,
    )


def _until(
    config: Path | None, voice: "Voice", meeting: str, longer: timedelta
) -> "tuple[Meeting, list[Problem]]":
    """Let a meeting last so much longer, by nothing be over; return what it clashes with then."""
    from core.clock import SystemClock
    from runtime.cli._ledger import actor, with_ledger

    async def work(ledger: "Ledger") -> "tuple[Meeting, list[Problem]]":
        now = SystemClock().now()
        row, _ = await ledger.meetings.until(meeting, longer, actor(), now)
        return row, await _clashes(ledger, [row], now, voice)

    return with_ledger(config, voice, work)


async def _clashes(
    ledger: "Ledger", rows: "Sequence[Meeting]", now: datetime, voice: "Voice"
) -> "list[Problem]":
    """Return what to tell of meetings that want what another has at the same hour."""
    from alerts.callers import taken_in
    from alerts.meeting_words import booked_twice
    from runtime.cli._names import called

    if not rows:
        return []
    topology = (await called(ledger, voice.language)).topology
    found = await ledger.meetings.clashing(rows, now, taken_in(topology.targets))
    return [booked_twice(clash, topology) for clash in found]


@app.command()
def cancel(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="Its id.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Call a meeting off; nobody is told of it any more."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "Meeting":
        return (await ledger.meetings.cancel(meeting, actor(), SystemClock().now()))[0]

    row = with_ledger(config, voice, work)
    voice.done(
        Text(vi=f"Đã huỷ cuộc họp {row.id}.", en=f"The meeting {row.id} is called off."), id=row.id
    )


def _wanted(  # noqa: PLR0917
    names: "Names",
    title: str,
    span: tuple[datetime, datetime],
    rooms: list[str],
    beside: tuple[str | None, str | None, str | None],
    important: bool,
) -> "Wanted":
    """Return the meeting of the options; Invalid with everything that is wrong with it."""
    from core.errors import Invalid, Problem
    from core.meeting import Wanted
    from inventory.faults import Fault
    from storage.checking import made
    from storage.meetings import faults

    known, strangers = names.rooms(";".join(rooms))
    problems = [Problem("meeting", one.what, one.mend, key="room") for one in strangers]
    chair, officer, bridge = beside
    found: dict[str, str | None] = {"officer": None, "bridge": None}
    for key, said, find in (
        ("officer", officer, names.person),
        ("bridge", bridge, names.bridge),
    ):
        if said is None:
            continue
        one = find(said)
        if isinstance(one, Fault):
            problems.append(Problem("meeting", one.what, one.mend, key=key))
        else:
            found[key] = one
    try:
        wanted = made(
            Wanted,
            "meeting",
            title=title,
            begin=span[0],
            end=span[1],
            rooms=known,
            chair=(names.room(chair) or chair) if chair else None,
            officer=found["officer"],
            bridge=found["bridge"],
            importance="high" if important else "normal",
        )
    except Invalid as refusal:
        raise Invalid([*problems, *refusal.problems]) from refusal
    problems += [one for one in faults(wanted) if not (strangers and one.key == "rooms")]
    if problems:
        raise Invalid(problems)
    return wanted
