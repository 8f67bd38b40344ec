"""Which works were announced? Reports leave them out if they were announced long enough ahead."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
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
    circuit: Annotated[
        list[str] | None, typer.Option("--circuit", help="A line by its id.")
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="A site with all that stands there, a line, a device …"),
    ] = None,
    incident: Annotated[
        list[str] | None,
        typer.Option("--incident", help="An incident that the works are to mend, by its code."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Keep announced works. At least one thing is named."""
    from core.clock import LOCAL, SystemClock
    from core.errors import Invalid
    from core.silence import Scope
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger
    from runtime.cli._scope import unknown

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "Maintenance":
        now = SystemClock().now()
        inventory = await ledger.inventory.load()
        codes = {row.code: row.slug for row in inventory.units}
        scope = Scope(
            units=tuple(codes.get(one, one) for one in unit or ()),
            carriers=tuple(carrier or ()),
            circuits=tuple(circuit or ()),
            targets=tuple(target or ()),
            incidents=tuple(incident or ()),
        )
        if problems := unknown(scope, inventory, now, "maintenance"):
            raise Invalid(problems)
        return await ledger.maintenance.add(
            begin.replace(tzinfo=LOCAL),
            end.replace(tzinfo=LOCAL),
            reason,
            actor(),
            now,
            scope=scope,
            rule=rule,
            announced_at=announced.replace(tzinfo=LOCAL) if announced else None,
            reference=reference,
        )

    row = with_ledger(config, voice, work)
    voice.done(Text(vi=f"Đã ghi đợt bảo trì {row.id}.", en=f"Works {row.id} are kept."), id=row.id)


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
                "concerns": ", ".join(row.scope.named),
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
