"""Which digital certificates end soon?"""

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


@app.command("list")
def list_(
    within: Annotated[
        int | None,
        typer.Option(
            "--within", min=0, max=3650, help="Those that end within so many days, or have ended."
        ),
    ] = None,
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
    names = {contact.slug: contact.name for contact in inventory.contacts}
    voice.table(
        (
            Text(vi="cấp cho", en="holder"),
            Text(vi="số chứng thư", en="serial"),
            Text(vi="nơi cấp", en="issuer"),
            Text(vi="người giữ", en="owner"),
            Text(vi="hết hạn", en="expires"),
            Text(vi="còn (ngày)", en="days left"),
        ),
        [
            {
                "name": one.certificate.name,
                "serial": one.certificate.serial,
                "issuer": one.certificate.issuer,
                "contact": names.get(one.certificate.contact or "", one.certificate.contact),
                "ends": one.certificate.ends.isoformat(),
                "days_left": one.left,
            }
            for one in endings(inventory.certificates, today, within)
        ],
    )
