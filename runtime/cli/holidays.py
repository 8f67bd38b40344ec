"""Which days does nobody work? Public holidays proposed for the calendars, edited by people."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventory.publicdays import Proposal
    from runtime.cli._ledger import Voice
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List and propose holidays and make-up days."
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def seed(
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="The year.")],
    config: Config = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added, change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add the public holidays of a year. Days that are known already stay as they are."""
    from core.clock import SystemClock
    from core.inventory import Changes, Inventory
    from core.text import Text
    from inventory.publicdays import proposed
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "Sequence[tuple[Proposal, bool]]":
        version = await ledger.inventory.version()
        known = {day.on for day in (await ledger.inventory.load()).special_days}
        found = [(proposal, proposal.day.on not in known) for proposal in proposed(year)]
        fresh = tuple(proposal.day for proposal, new in found if new)
        if fresh and not dry_run:
            await ledger.inventory.apply(
                Changes(put=Inventory(special_days=fresh)),
                actor(),
                SystemClock().now(),
                based_on=version,
            )
        return found

    found = with_ledger(config, voice, work)
    added, kept = Text(vi="thêm", en="add"), Text(vi="đã có", en="known")
    voice.table(
        (
            Text(vi="ngày", en="date"),
            Text(vi="loại", en="kind"),
            Text(vi="tên", en="name"),
            Text(vi="nguồn", en="source"),
            Text(vi="việc", en="step"),
        ),
        [
            {
                "on": proposal.day.on.isoformat(),
                "kind": _kind(proposal.day.kind, voice),
                "name": proposal.day.name,
                "source": proposal.source.said(voice.language),
                "step": (added if new else kept).said(voice.language),
            }
            for proposal, new in found
        ],
    )


@app.command("list")
def list_(
    year: Annotated[
        int | None, typer.Option("--year", min=2000, max=2100, help="One year alone.")
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print the days that the calendars know."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    rows = with_ledger(config, voice, lambda ledger: ledger.inventory.load()).special_days
    voice.table(
        (
            Text(vi="ngày", en="date"),
            Text(vi="loại", en="kind"),
            Text(vi="tên", en="name"),
            Text(vi="làm như thứ", en="worked like"),
        ),
        [
            {
                "on": day.on.isoformat(),
                "kind": _kind(day.kind, voice),
                "name": day.name,
                "like": day.like if day.kind == "working" else None,
            }
            for day in rows
            if year in {None, day.on.year}
        ],
    )


def _kind(kind: str, voice: "Voice") -> str:
    """Return a kind of day in words for people, as it is for machines."""
    from api.words import DAY_KIND

    return kind if voice.as_json else DAY_KIND[kind].said(voice.language)
