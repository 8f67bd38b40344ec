"""Who was told of an incident? The ledger that a manager reads, at the terminal or as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.finding import Finding
    from core.incident import Delivery, Incident, Notification
    from runtime.cli._ledger import Voice
    from storage.ledger import Ledger

_MOST = 1000  # incidents that one list prints

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Show incidents, who was told of them, what caused them.",
)


@app.callback()
def incidents() -> None:
    """Show incidents, who was told of them, what caused them."""


@app.command()
def show(
    incident: Annotated[str, typer.Argument(help="Its code, such as SC-20261122-0001.")],
    config: Config = None,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="Also print what each message said.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every message about an incident: to whom, when, by which channel, what became of it.

    With --text, or as JSON, also the very words that went out; links and codes are masked.
    """
    from alerts.reasons import beside, reason_in_words
    from api.telling import fate, step_names
    from api.words import PURPOSE
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(
        ledger: "Ledger",
    ) -> "tuple[Incident, list[tuple[Notification, list[Delivery]]], dict[str, str]]":
        found = await ledger.incidents.get(incident)
        people = {one.slug: one.name for one in (await ledger.inventory.load()).contacts}
        return found, await ledger.outbox.for_incident(incident), people

    found, told, people = with_ledger(config, voice, work)
    intents = [note for note, _ in told]
    steps = {name: said.said(voice.language) for name, said in step_names(found, intents).items()}
    names = people | steps
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
                "recipient": note.recipient
                if as_json
                else names.get(note.recipient, note.recipient),
                "channel": note.channel,
                "purpose": PURPOSE[note.purpose].said(voice.language),
                "reason": reason_in_words(
                    note, intents, [names.get(one, one) for one in beside(note, intents)]
                ).said(voice.language),
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
    if text and not as_json:
        _print_texts(told, names, voice)


def _print_texts(
    told: "list[tuple[Notification, list[Delivery]]]", names: dict[str, str], voice: "Voice"
) -> None:
    """Print what went out, message by message."""
    from core.clock import LOCAL
    from core.text import Text

    for note, deliveries in told:
        for one in deliveries:
            if one.ok and one.body:
                head = f"{one.at.astimezone(LOCAL):%d/%m/%Y %H:%M:%S} {note.channel}"
                person = names.get(note.recipient, note.recipient)
                words = f"{one.subject}\n\n{one.body}" if one.subject else one.body
                said = f"\n— {head} → {person}\n{words.strip()}"
                voice.done(Text(said, said))


@app.command()
def telling(
    file: Annotated[Path, typer.Argument(help="What to write: NAME.csv or NAME.xlsx.")],
    config: Config = None,
    *,
    month: Annotated[str, typer.Option("--month", metavar="2026-10", help="Of which month.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write who was told of a month's incidents, when, how, or why not, for a spreadsheet."""
    from core.errors import DomainError
    from core.text import Text
    from reports.periods import read
    from reports.report import PeriodKind
    from runtime.cli._ledger import Voice, with_ledger
    from runtime.telling_file import csv_file, rows, xlsx_file

    voice = Voice(as_json=as_json)
    writers = {".csv": csv_file, ".xlsx": xlsx_file}
    if file.suffix not in writers:
        voice.refuse(DomainError(Text("Tên tệp phải là .csv hoặc .xlsx", "NAME.csv or NAME.xlsx")))

    async def work(ledger: "Ledger") -> list[list[str]]:
        period = read(PeriodKind.MONTH, month)
        names = {one.slug: one.name for one in (await ledger.inventory.load()).contacts}
        names |= {one.name: one.full_name for one in await ledger.people.users()}
        told = [
            (incident, await ledger.outbox.for_incident(incident.id))
            for incident in await ledger.incidents.during(period.begin, period.end)
        ]
        return rows(told, names, voice.language)

    table = with_ledger(config, voice, work)
    file.write_bytes(writers[file.suffix](table))
    count = len(table) - 1
    voice.done(
        Text(vi=f"Đã ghi {count} dòng vào {file}.", en=f"Wrote {count} rows to {file}."),
        rows=count,
        file=str(file),
    )


@app.command()
def missing(
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the outages that are over and whose cause nobody has stated; exit code 1 if any."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Incident]":
        return await ledger.findings.missing(_MOST)

    found = with_ledger(config, voice, work)
    voice.table(
        (
            Text("sự cố", "incident"),
            Text("gốc", "root"),
            Text("từ", "from"),
            Text("đến", "until"),
        ),
        [
            {
                "incident": one.id,
                "root": one.root,
                "began_at": one.began_at,
                "recovered_at": one.recovered_at,
            }
            for one in found
        ],
    )
    raise typer.Exit(1 if found else 0)


@app.command()
def cause(
    incidents: Annotated[list[str], typer.Argument(help="Codes, such as SC-20261122-0001.")],
    config: Config = None,
    *,
    category: Annotated[
        str, typer.Option("--category", help="Kind of cause: power, carrier-cable, …")
    ],
    fault: Annotated[
        str,
        typer.Option("--fault", help="carrier power own unit supplier nobody unknown"),
    ] = "",
    text: Annotated[str, typer.Option("--text", help="In words; printed in reports.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """State the cause of incidents, of all or of none; the last word holds, all are kept."""
    from core.clock import SystemClock
    from core.errors import DomainError
    from core.finding import Fault
    from core.text import Text
    from runtime.assembly import categories
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
    from storage.findings import Stated

    voice = Voice(as_json=as_json)
    kinds = categories(settings_of(config, voice).incidents)
    for said, known in ((category, tuple(kinds)), (fault or "unknown", tuple(Fault))):
        if said not in known:
            listed = ", ".join(known)
            voice.refuse(
                DomainError(
                    Text(
                        vi=f'Không có "{said}"; chọn một trong: {listed}',
                        en=f'There is no "{said}"; choose one of: {listed}',
                    )
                )
            )
    chosen = Fault(fault) if fault else None

    async def work(ledger: "Ledger") -> "dict[str, Finding]":
        stated = Stated(actor(), SystemClock().now(), kinds[category], chosen, text)
        await ledger.findings.state(incidents, stated)
        return await ledger.findings.latest(incidents)

    kept = with_ledger(config, voice, work)
    voice.done(
        Text(
            vi=f"Đã ghi nguyên nhân của {len(kept)} sự cố.",
            en=f"Stated the cause of {len(kept)} incidents.",
        ),
        causes=[one.model_dump(mode="json", exclude={"id"}) for one in kept.values()],
    )
