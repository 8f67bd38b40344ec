"""Do numbers and addresses belong to whom the inventory says? A code goes there and comes back."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.inventory import Contact
    from core.proof import Proof, Standing
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List contacts, and prove their numbers."
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(help="Slug of a contact.")]


@app.command("list")
def list_(
    config: Config = None,
    *,
    unproven: Annotated[
        bool, typer.Option("--unproven", help="Only what is not proven; exit 1 if there is any.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List every number and address, and since when it is proven."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[tuple[Contact, str, Standing]]":
        now = SystemClock().now()
        contacts = {one.slug: one for one in await _contacts(ledger)}
        known = await ledger.proofs.standing(contacts.values(), now)
        return [(contacts[slug], address, found) for (slug, address), found in known.items()]

    found = with_ledger(config, voice, work)
    shown = [row for row in found if not unproven or row[2].proven_at is None]
    voice.table(
        (
            Text(vi="đầu mối", en="contact"),
            Text(vi="tên", en="name"),
            Text(vi="địa chỉ", en="address"),
            Text(vi="xác nhận từ", en="proven since"),
            Text(vi="gửi mã lúc", en="code sent"),
        ),
        [
            {
                "contact": contact.slug,
                "name": contact.name,
                "address": address,
                "proven_at": standing.proven_at,
                "asked_at": standing.asked_at,
            }
            for contact, address, standing in shown
        ],
    )
    if unproven and shown:
        raise typer.Exit(1)


@app.command()
def prove(
    contact: Slug,
    config: Config = None,
    *,
    code: Annotated[
        str | None, typer.Option("--code", help="The code that the contact has read out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Send a code by every channel that leads to a contact, or take the code that came back.

    Exit 1 if a channel did not take it, or the code is not the one.
    """
    from core.clock import SystemClock
    from core.text import Text
    from runtime import registries
    from runtime.assembly import outlets_of, telling_policy
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
    from runtime.proving import Prover

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Proof]":
        known = await _contact(ledger, contact)
        if code is not None:
            now = SystemClock().now()
            return [await ledger.proofs.confirm(known.slug, code.strip(), actor(), now)]
        keyring = await ledger.secrets.keyring()
        settings, channels = settings_of(config, voice), registries.channels()
        prover = Prover(
            ledger.proofs,
            outlets_of(settings, channels, keyring.reveal),
            telling_policy(settings, channels),
            SystemClock(),
        )
        return await prover.prove(known, actor())

    proofs = with_ledger(config, voice, work, needs_key=code is None)
    if code is not None:
        voice.done(
            Text(vi=f"Đã xác nhận {proofs[0].address}", en=f"{proofs[0].address} is confirmed"),
            address=proofs[0].address,
        )
        return
    voice.table(
        (
            Text(vi="kênh", en="channel"),
            Text(vi="địa chỉ", en="address"),
            Text(vi="đã nhận", en="taken"),
            Text(vi="trả lời", en="said"),
        ),
        [
            {"channel": p.channel, "address": p.address, "sent": p.sent, "said": p.receipt}
            for p in proofs
        ],
    )
    if not all(proof.sent for proof in proofs):
        raise typer.Exit(1)


async def _contacts(ledger: "Ledger") -> "tuple[Contact, ...]":
    from core.clock import LOCAL, SystemClock

    today = SystemClock().now().astimezone(LOCAL).date()
    return (await ledger.inventory.load(on=today)).contacts


async def _contact(ledger: "Ledger", slug: str) -> "Contact":
    from core.errors import NotFound
    from core.text import Text

    for one in await _contacts(ledger):
        if one.slug == slug:
            return one
    raise NotFound(Text(vi=f"Không có đầu mối {slug}", en=f"There is no contact {slug}"))
