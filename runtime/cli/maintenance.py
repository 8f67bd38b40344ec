"""Which works were announced? Reports leave them out if they were announced long enough ahead."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Problem
    from core.inventory import Inventory
    from core.maintenance import Maintenance
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Add, list and cancel announced works."
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


@app.command()
def add(
    begin: Annotated[
        datetime, typer.Option("--begin", formats=_TIMES, help="When they begin, local time.")
    ],
    end: Annotated[
        datetime, typer.Option("--end", formats=_TIMES, help="When they end, local time.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="What is done.")],
    config: Config = None,
    *,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            help="How they come back: an RRULE with UNTIL or COUNT (RFC 5545), local time.",
        ),
    ] = None,
    announced: Annotated[
        datetime | None,
        typer.Option(
            "--announced", formats=_TIMES, help="When the announcement reached us; now if absent."
        ),
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="The number of the letter.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="A unit and all below it, by code or slug.")
    ] = None,
    carrier: Annotated[
        list[str] | None, typer.Option("--carrier", help="All lines of a carrier.")
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="A site with all that stands there, a line, a device …"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Keep announced works. At least one unit, carrier or target is concerned."""
    from core.clock import LOCAL, SystemClock
    from core.errors import Invalid
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "Maintenance":
        inventory = await ledger.inventory.load()
        problems, units = _strangers(inventory, unit or [], carrier or [], target or [])
        if problems:
            raise Invalid(problems)
        return await ledger.maintenance.add(
            begin.replace(tzinfo=LOCAL),
            end.replace(tzinfo=LOCAL),
            reason,
            actor(),
            SystemClock().now(),
            rule=rule,
            announced_at=announced.replace(tzinfo=LOCAL) if announced else None,
            reference=reference,
            units=units,
            carriers=tuple(carrier or ()),
            targets=tuple(target or ()),
        )

    row = with_ledger(config, voice, work)
    voice.done(Text(vi=f"Đã ghi đợt bảo trì {row.id}.", en=f"Works {row.id} are kept."), id=row.id)


def _strangers(
    inventory: "Inventory", units: list[str], carriers: list[str], targets: list[str]
) -> "tuple[list[Problem], tuple[str, ...]]":
    """Return what the inventory does not know, and the slugs of the units."""
    from core.text import nfc

    codes = {row.code: row.slug for row in inventory.units}
    slugs = {row.slug for row in inventory.units}
    tables = (inventory.sites, inventory.devices, inventory.links, inventory.rooms)
    known = {row.slug for table in (*tables, inventory.services) for row in table}
    lines = {nfc(row.carrier).casefold() for row in inventory.links if row.carrier}
    problems = [_unknown("--unit", u) for u in units if u not in slugs and u not in codes]
    problems += [_unknown("--carrier", c) for c in carriers if nfc(c).casefold() not in lines]
    problems += [_unknown("--target", t) for t in targets if t not in known]
    return problems, tuple(u if u in slugs else codes.get(u, u) for u in units)


def _unknown(key: str, given: str) -> "Problem":
    from core.errors import Problem
    from core.text import Text

    return Problem(
        file="maintenance",
        key=key,
        what=Text(vi=f"danh mục không có “{given}”", en=f"the inventory has no “{given}”"),
        mend=Text(
            vi="Ghi như trong danh mục (thongsuot export)",
            en="Write it as in the inventory (thongsuot export)",
        ),
    )


@app.command("list")
def list_(
    config: Config = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Past and cancelled ones too.")] = False,
    as_json: Json = False,
) -> None:
    """Print the works that are coming or going on."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    found = with_ledger(
        config, voice, lambda ledger: ledger.maintenance.find(None if everything else now)
    )
    rows = [row for row in found if everything or row.cancelled_at is None]
    if not rows and not as_json:
        voice.done(
            Text(
                vi="Không có đợt bảo trì nào sắp tới hay đang diễn ra; thêm --all để xem các đợt "
                "đã qua và đã huỷ.",
                en="No works are coming or going on; --all shows past and cancelled ones.",
            )
        )
        return
    voice.table(
        (
            Text(vi="mã", en="id"),
            Text(vi="bắt đầu", en="begin"),
            Text(vi="kết thúc", en="end"),
            Text(vi="lặp lại", en="rule"),
            Text(vi="thông báo", en="announced"),
            Text(vi="phạm vi", en="concerns"),
            Text(vi="nội dung", en="reason"),
            Text(vi="huỷ", en="cancelled"),
        ),
        [
            {
                "id": row.id,
                "begin": row.begin,
                "end": row.end,
                "rule": row.rule,
                "announced_at": row.announced_at,
                "concerns": ", ".join((*row.units, *row.carriers, *row.targets)),
                "reason": row.reason,
                "cancelled_at": row.cancelled_at,
            }
            for row in rows
        ],
    )


@app.command()
def cancel(
    works: Annotated[str, typer.Argument(help="The id of the works.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Call works off. They stay in the ledger and count for nothing."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    with_ledger(config, voice, lambda ledger: ledger.maintenance.cancel(works, actor(), now))
    voice.done(Text(vi=f"Đã huỷ đợt bảo trì {works}.", en=f"Works {works} are called off."))
