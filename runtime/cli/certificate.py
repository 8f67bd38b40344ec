"""Which digital certificates end soon?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.inventory import Inventory
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List digital certificates by their end."
)


@app.callback()
def group() -> None:
    """List digital certificates by their end."""


Within = Annotated[
    int | None,
    typer.Option(
        "--within", min=0, max=3650, help="Those that end within so many days, or have ended."
    ),
]


@app.command("list")
def list_(
    within: Within = None,
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the certificates of the inventory, next to end first."""
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from inventory.expiry import endings
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    today = SystemClock().now().astimezone(LOCAL).date()

    async def work(ledger: "Ledger") -> "Inventory":
        return await ledger.inventory.load(today)

    inventory = with_ledger(config, voice, work)
    people = {contact.slug: contact for contact in inventory.contacts}
    voice.table(
        (
            Text(vi="cấp cho", en="holder"),
            Text(vi="số chứng thư", en="serial"),
            Text(vi="nơi cấp", en="issuer"),
            Text(vi="người giữ", en="owner"),
            Text(vi="điện thoại", en="telephone"),
            Text(vi="hết hạn", en="expires"),
            Text(vi="còn (ngày)", en="days left"),
        ),
        [
            {
                "name": one.certificate.name,
                "serial": one.certificate.serial,
                "issuer": one.certificate.issuer,
                "contact": owner.name if owner else one.certificate.contact,
                "phone": owner.phone if owner else None,
                "ends": one.certificate.ends.isoformat(),
                "days_left": one.left,
            }
            for one in endings(inventory.certificates, today, within)
            for owner in (people.get(one.certificate.contact or ""),)
        ],
    )


@app.command()
def export(
    within: Within = None,
    config: Config = None,
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="A .xlsx, .csv or .ics file to write."),
    ] = Path("chung-thu-so.xlsx"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write when certificates end, of which unit they are and whom to phone."""
    from api.certificates import HEADS, as_calendar, rows
    from api.spreadsheet import kind_of, table
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from inventory.expiry import endings
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger
    from runtime.cli.export import refuse_to_replace

    speaker = Speaker(as_json=as_json)
    now = SystemClock().now()
    today = now.astimezone(LOCAL).date()

    async def work(ledger: "Ledger") -> "Inventory":
        return await ledger.inventory.load(today)

    inventory = with_ledger(config, speaker, work)
    every = endings(inventory.certificates, today, within)
    if output.suffix.lower() == ".ics":
        content = as_calendar(every, now, speaker.language)
    else:
        lines = rows(every, inventory, speaker.language)
        content = table(kind_of(output.name), HEADS, lines, speaker.language)
    refuse_to_replace(output, content, speaker, force=force)
    output.write_bytes(content)
    done = Text(
        vi=f"Đã ghi {output}: {len(every)} chứng thư số.",
        en=f"Wrote {output}: {len(every)} certificates.",
    )
    speaker.done(done, file=str(output), certificates=len(every))
