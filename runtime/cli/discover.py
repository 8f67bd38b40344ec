"""Which devices are in these ranges of addresses, that nobody has declared yet?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.discovery import Discovery
    from inventory.proposed import Proposed
    from runtime.cli._inventory import Speaker
    from runtime.settings import Settings
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def discover(
    config: Config = None,
    *,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", help="A range, such as 10.75.0.0/24; several are allowed."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last sweep that was stopped.")
    ] = False,
    show: Annotated[
        int | None, typer.Option("--show", min=1, help="Sweep nothing: print this sweep again.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the proposed rows: FILE.xlsx or FILE.csv."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look for devices in ranges that the settings allow, and propose rows. Adds none."""
    from core.errors import DomainError, Invalid
    from core.text import Text
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import settings_of, with_ledger

    speaker = Speaker(as_json=as_json)
    if sum((bool(ranges), resume, show is not None)) != 1:
        speaker.refuse(
            DomainError(
                Text(
                    "Chọn một trong --range, --resume, --show",
                    "Choose one of --range, --resume and --show",
                )
            )
        )
    settings = settings_of(config, speaker)

    async def work(ledger: "Ledger") -> "tuple[Discovery, Proposed]":
        if show is not None:
            sweep = await ledger.discoveries.get(show)
        else:
            sweep = await _swept(ledger, settings, speaker, ranges)
        return sweep, await _proposed(ledger, sweep)

    try:
        sweep, found = with_ledger(config, speaker, work, needs_key=show is None)
    except Invalid as invalid:
        speaker.problems(invalid.problems)
    if output is not None:
        _write(found, output, speaker)
    _tell(sweep, found, speaker)


async def _swept(
    ledger: "Ledger", settings: "Settings", speaker: "Speaker", ranges: list[str] | None
) -> "Discovery":
    """Sweep what is asked for, or go on with what was stopped; return how far it came."""
    from core.clock import SystemClock
    from core.discovery import BY_COMMAND, wanted
    from core.text import Text
    from runtime import registries
    from runtime.cli._inventory import pieces
    from runtime.cli._ledger import actor
    from runtime.kit import DirectSockets, DoorSockets, make_kit
    from runtime.sweeping import Sweeper, terms_of

    clock, terms, book = SystemClock(), terms_of(settings), ledger.discoveries
    if ranges:
        who = f"{BY_COMMAND}{actor().removeprefix(BY_COMMAND)}"
        sweep = await book.begin(wanted(ranges, terms), who, clock.now())
    else:
        sweep = await _stopped(ledger)
    door = settings.looking.sockets
    sockets = DoorSockets(door) if door else DirectSockets()
    kit = make_kit(clock, sockets, await ledger.secrets.keyring())
    try:
        sweeper = Sweeper(book, registries.collectors(), kit, terms, clock)
        with pieces(speaker, Text("Dò thiết bị", "Looking for devices")) as bar:
            return await sweeper.sweep(
                sweep, lambda at: bar(at.done, at.total) if bar is not None else None
            )
    finally:
        await kit.aclose()


async def _stopped(ledger: "Ledger") -> "Discovery":
    """Take up the newest sweep that has not ended; NotFound, Conflict if somebody is at it."""
    from core.clock import SystemClock
    from core.errors import Conflict, NotFound
    from core.text import Text

    book = ledger.discoveries
    unended = [one for one in await book.all() if one.ended_at is None]
    if not unended:
        raise NotFound(Text("Không có lần dò nào dang dở", "No sweep was stopped in the middle"))
    taken = await book.claim(SystemClock().now(), number=unended[0].id)
    if taken is None:
        raise Conflict(
            Text(
                f"Lần dò {unended[0].id} đang có nơi khác chạy; một phút nữa hãy thử lại",
                f"Sweep {unended[0].id} is being worked on elsewhere; try again in a minute",
            )
        )
    return taken


async def _proposed(ledger: "Ledger", sweep: "Discovery") -> "Proposed":
    from core.clock import LOCAL, SystemClock
    from inventory.proposed import proposed

    today = SystemClock().now().astimezone(LOCAL).date()
    known = await ledger.inventory.load(today)
    found = await ledger.discoveries.found(sweep.id or 0)
    return proposed(found, sweep.ranges, sweep.done, known, today)


def _write(found: "Proposed", output: Path, speaker: "Speaker") -> None:
    from inventory.proposed import table, workbook

    if output.suffix.lower() == ".csv":
        output.write_bytes(table(found.fresh))
    else:
        output.write_bytes(workbook(found.fresh, language=speaker.language))
    speaker.say(
        f"Đã ghi {len(found.fresh)} dòng đề xuất vào {output}. Xem lại, điền cột site còn trống, "
        f"rồi chạy: thongsuot import {output} --dry-run",
        f"Wrote {len(found.fresh)} proposed rows into {output}. Look them over, fill in an empty "
        f"site, then run: thongsuot import {output} --dry-run",
    )


def _tell(sweep: "Discovery", found: "Proposed", speaker: "Speaker") -> None:
    from core.text import Text

    if speaker.as_json:
        speaker.object(
            {
                "sweep": sweep.model_dump(mode="json"),
                "proposed": [
                    {
                        "address": one.found.address,
                        "slug": one.device.slug,
                        "name": one.device.name,
                        "kind": one.device.kind,
                        "vendor": one.device.vendor,
                        "family": one.found.family,
                        "site": one.device.site or None,
                        "near": one.near,
                        "ports": one.found.ports,
                        "snmp": one.found.snmp,
                        "description": one.found.description,
                    }
                    for one in found.fresh
                ],
                "known": found.known,
                "vanished": [{"slug": one.slug, "address": one.address} for one in found.vanished],
            }
        )
        return
    speaker.say(
        f"Lần dò {sweep.id}: {sweep.done}/{sweep.total} địa chỉ, nhiều nhất {sweep.packets} gói. "
        f"Mới {len(found.fresh)}, đã có {found.known}, không còn trả lời {len(found.vanished)}.",
        f"Sweep {sweep.id}: {sweep.done} of {sweep.total} addresses, {sweep.packets} packets at "
        f"most. New {len(found.fresh)}, known {found.known}, silent now {len(found.vanished)}.",
    )
    if found.fresh:
        speaker.table(
            (
                Text("địa chỉ", "address"),
                Text("tên", "name"),
                Text("loại", "kind"),
                Text("nhận ra là", "recognised as"),
                Text("điểm (đoán)", "site (guessed)"),
                Text("cổng", "ports"),
            ),
            [
                {
                    "address": one.found.address,
                    "name": one.device.name,
                    "kind": one.device.kind,
                    "family": one.found.family or one.found.description[:40],
                    "site": one.device.site,
                    "ports": " ".join(map(str, one.found.ports)),
                }
                for one in found.fresh
            ],
        )
    for one in found.vanished:
        speaker.say(
            f"Không còn trả lời: {one.slug} ({one.address})",
            f"Silent: {one.slug} ({one.address})",
        )
