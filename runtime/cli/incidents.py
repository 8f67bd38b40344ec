"""Who was told of an incident? The ledger that a manager reads, at the terminal or as JSON."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.incident import Delivery, Incident, Notification
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Show incidents and who was told of them."
)


@app.callback()
def incidents() -> None:
    """Show incidents and who was told of them."""


@app.command()
def show(
    incident: Annotated[str, typer.Argument(help="Its code, such as SC-20261122-0001.")],
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every message about an incident: to whom, when, by which channel, what became of it."""
    from api.telling import REASON, fate
    from api.words import PURPOSE
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(
        ledger: "Ledger",
    ) -> "tuple[Incident, list[tuple[Notification, list[Delivery]]]]":
        found = await ledger.incidents.get(incident)
        return found, await ledger.outbox.for_incident(incident)

    found, told = with_ledger(config, voice, work)
    voice.table(
        (
            Text("người nhận", "recipient"),
            Text("kênh", "channel"),
            Text("mục đích", "purpose"),
            Text("vì sao", "why"),
            Text("đến giờ", "due"),
            Text("xong lúc", "settled"),
            Text("kết quả", "what became of it"),
            Text("biên nhận", "receipts"),
        ),
        [
            {
                "recipient": note.recipient,
                "channel": note.channel,
                "purpose": PURPOSE[note.purpose].said(voice.language),
                "reason": REASON.get(note.reason, Text(note.reason, note.reason)).said(
                    voice.language
                ),
                "due_at": note.due_at,
                "settled_at": note.settled_at,
                "fate": fate(found, note, deliveries).said(voice.language),
                "receipts": [one.model_dump(mode="json") for one in deliveries]
                if as_json
                else "; ".join(one.receipt for one in deliveries),
            }
            for note, deliveries in told
        ],
    )
