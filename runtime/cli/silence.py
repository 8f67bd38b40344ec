"""Of what does nobody want to hear for a while? Pages are held back; all is measured the same."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.silence import Silence
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Add, list and end silences.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


@app.command()
def add(
    end: Annotated[
        datetime, typer.Option("--end", formats=_TIMES, help="When it ends, local time.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why nobody is to be told.")],
    config: Config = None,
    *,
    begin: Annotated[
        datetime | None,
        typer.Option("--begin", formats=_TIMES, help="When it begins, local time; now if absent."),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule", help="How it comes back: an RRULE with UNTIL or COUNT (RFC 5545), local time."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help="Whose it is: an account or a contact; you if absent."),
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
        list[str] | None, typer.Option("--incident", help="One incident, by its code.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold back pages of problems. At least one thing is named, and it always ends."""
    from core.clock import LOCAL, SystemClock
    from core.errors import Invalid
    from core.silence import Scope
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger
    from runtime.cli._scope import unknown
    from storage.silences import Wanted

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "Silence":
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
        if problems := unknown(scope, inventory, now, "silence"):
            raise Invalid(problems)
        wanted = Wanted(
            begin.replace(tzinfo=LOCAL) if begin else now,
            end.replace(tzinfo=LOCAL),
            reason,
            scope,
            rule,
        )
        row, _ = await ledger.silences.add(wanted, owner or actor(), now, actor=actor())
        return row

    row = with_ledger(config, voice, work)
    voice.done(
        Text(vi=f"Đã tạm dừng báo: {row.id}.", en=f"The silence {row.id} is kept."), id=row.id
    )


@app.command("list")
def list_(
    config: Config = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    as_json: Json = False,
) -> None:
    """Print the silences that hold now or are to come, and what they have held back."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()

    async def work(ledger: "Ledger") -> "list[tuple[Silence, list[str]]]":
        rows = await ledger.silences.find(None if everything else now)
        held = await ledger.silences.hidden([row.id for row in rows])
        return [(row, held[row.id]) for row in rows]

    found = with_ledger(config, voice, work)
    if not found and not as_json:
        voice.done(
            Text(
                vi="Không có gì đang tạm dừng báo; thêm --all để xem các đợt đã qua.",
                en="Nothing is silenced; --all shows what is over too.",
            )
        )
        return
    voice.table(
        (
            Text(vi="mã", en="id"),
            Text(vi="bắt đầu", en="begin"),
            Text(vi="kết thúc", en="end"),
            Text(vi="lặp lại", en="rule"),
            Text(vi="giữ đến", en="holds until"),
            Text(vi="phạm vi", en="means"),
            Text(vi="của ai", en="owner"),
            Text(vi="lý do", en="reason"),
            Text(vi="đã giữ tin", en="has held back"),
            Text(vi="kết thúc sớm", en="ended early"),
        ),
        [
            {
                "id": row.id,
                "begin": row.begin,
                "end": row.end,
                "rule": row.rule,
                "holds_until": row.holds_until(now),
                "means": ", ".join(row.scope.named),
                "owner": row.owner,
                "reason": row.reason,
                "held": ", ".join(held),
                "ended_at": row.ended_at,
            }
            for row, held in found
        ],
    )


@app.command()
def end(
    silence: Annotated[str, typer.Argument(help="The id of the silence.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """End a silence now: what it held back goes out."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    with_ledger(config, voice, lambda ledger: ledger.silences.end(silence, actor(), now))
    voice.done(Text(vi=f"{silence}: báo trở lại.", en=f"The silence {silence} is ended."))
