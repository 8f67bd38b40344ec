"""What is wrong, who was told of it, and what do people decide about it? As on its page."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.finding import Finding
    from core.incident import Delivery, Incident, Notification
    from core.ticket import Ticket
    from runtime.cli._ledger import Voice
    from runtime.cli._names import Called
    from storage.ledger import Ledger

_MOST = 1000  # incidents that one list prints
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Show incidents and who was told of them; take them on, merge, split, state causes.",
)


Code = Annotated[str, typer.Argument(help="Its code, such as SC-20261122-0001.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who does it: an account or a contact; you if absent.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def incidents() -> None:
    """Show incidents and who was told of them; take them on, merge, split, state causes."""


@app.command("list")
def list_(
    config: Config = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Those too that are over or merged, newest first.")
    ] = False,
    since: Annotated[
        str,
        typer.Option("--since", metavar="24h", help="Those too that were open so long ago."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Print the incidents that are open, worst first."""
    from api.snapshot import worst_first
    from api.words import INCIDENT_STATE, SEVERITY
    from core.clock import SystemClock
    from core.incident import IncidentState
    from core.text import Text
    from runtime.cli._ledger import Voice, ago, with_ledger
    from runtime.cli._names import called

    voice = Voice(as_json=as_json)
    begin = ago(since, voice) if since else None

    async def work(ledger: "Ledger") -> "tuple[list[Incident], Called]":
        names = await called(ledger, voice.language)
        if begin is not None:
            found = await ledger.incidents.during(begin, SystemClock().now())
            return found[::-1], names
        state = None if everything else IncidentState.OPEN
        page = await ledger.incidents.find(state, limit=_MOST)
        return list(page.items) if everything else worst_first(page.items), names

    found, names = with_ledger(config, voice, work)
    if not found and not as_json:
        voice.done(
            Text(
                vi="Không có sự cố nào; thêm --all để xem cả những sự cố đã qua.",
                en="No incidents; --all shows those that are over, too.",
            )
        )
        return
    shown = found[:_MOST]
    voice.table(
        (
            Text("sự cố", "incident"),
            Text("mức", "severity"),
            Text("gốc", "root"),
            Text("đối tượng", "touched"),
            Text("từ", "from"),
            Text("đến", "until"),
            Text("tình trạng", "state"),
            Text("tiếp nhận", "taken on by"),
        ),
        [
            {
                "incident": one.id,
                "severity": one.severity
                if as_json
                else SEVERITY[one.severity].said(voice.language),
                "root": one.root if as_json else names.target(one.root),
                **({"name": names.target(one.root), "kind": one.kind} if as_json else {}),
                "touched": len(one.present),
                "began_at": one.began_at,
                "recovered_at": one.recovered_at,
                "state": one.state if as_json else INCIDENT_STATE[one.state].said(voice.language),
                "acked_by": one.acked_by if as_json else names.person(one.acked_by or ""),
                **({"acked_at": one.acked_at, "merged_into": one.merged_into} if as_json else {}),
            }
            for one in shown
        ],
    )
    if len(found) >= _MOST and not as_json:
        voice.done(
            Text(vi=f"… chỉ in {_MOST} sự cố đầu.", en=f"… only the first {_MOST} are printed.")
        )


@app.command()
def ack(
    incident: Code,
    config: Config = None,
    *,
    note: Annotated[str, typer.Option("--note", help="What to add to the timeline.")] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take an incident on: nobody else is called for it."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._deciding import doer, words
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> str:
        who = await doer(ledger, by)
        now, said = SystemClock().now(), words(note, "--note", needed=False)
        await ledger.incidents.acknowledge(incident, who, now, said, actor())
        return who

    who = with_ledger(config, voice, work)
    voice.done(
        Text(vi=f"{who} đã tiếp nhận sự cố {incident}.", en=f"{who} has taken {incident} on."),
        incident=incident,
        by=who,
    )


@app.command()
def comment(
    incident: Code,
    text: Annotated[str, typer.Argument(help="What to say, in quotes.")],
    config: Config = None,
    *,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Add words to an incident's timeline."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._deciding import doer, words
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> str:
        who, said = await doer(ledger, by), words(text, "TEXT")
        await ledger.incidents.comment(incident, who, SystemClock().now(), said, actor())
        return who

    who = with_ledger(config, voice, work)
    voice.done(
        Text(
            vi=f"Đã ghi vào diễn biến của {incident}.",
            en=f"Added to the timeline of {incident}.",
        ),
        incident=incident,
        by=who,
    )


@app.command()
def merge(
    stays: Annotated[str, typer.Argument(help="The code of the incident that stays.")],
    others: Annotated[list[str], typer.Argument(help="Codes of those that it takes in.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    config: Config = None,
    *,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let one open incident stay for several that are one trouble. The platform must be running."""
    from core.text import Text
    from runtime.cli._deciding import decided, words
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    answer = decided(
        config,
        voice,
        by,
        f"/api/v1/incidents/{stays}/merge",
        lambda: {"incidents": others, "reason": words(reason, "--reason")},
    )
    listed = ", ".join(others)
    voice.done(
        Text(
            vi=f"Đã gộp {listed} vào {answer['id']}.",
            en=f"{listed} merged into {answer['id']}.",
        ),
        incident=answer["id"],
        touched=answer["touched"],
    )


@app.command()
def split(
    incident: Code,
    member: Annotated[str, typer.Argument(help="The slug of a member; what hangs on it goes too.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    config: Config = None,
    *,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a member of an incident a trouble of its own. The platform must be running."""
    from core.text import Text
    from runtime.cli._deciding import decided, words
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    answer = decided(
        config,
        voice,
        by,
        f"/api/v1/incidents/{incident}/split",
        lambda: {"target": member, "reason": words(reason, "--reason")},
    )
    voice.done(
        Text(
            vi=f"Đã tách {member} khỏi {incident} thành sự cố {answer['id']}.",
            en=f"{member} is split off {incident}: it is {answer['id']} now.",
        ),
        incident=answer["id"],
        apart_from=incident,
    )


@app.command()
def ticket(
    incident: Code,
    step: Annotated[
        str | None,
        typer.Argument(help="reported, received or fixed; without it the tickets are printed."),
    ] = None,
    config: Config = None,
    *,
    carrier: Annotated[
        str,
        typer.Option(
            "--carrier", help="Which carrier; not needed where its line or its ticket names one."
        ),
    ] = "",
    number: Annotated[str, typer.Option("--number", help="The carrier's own number of it.")] = "",
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=_TIMES, help="When it was, local time; now if absent."),
    ] = None,
    why: Annotated[
        str, typer.Option("--why", help="What it was, as the carrier says, once fixed.")
    ] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write down that a carrier was told, has received it, says that it is fixed; or print that."""
    from alerts.carrier import the_carrier
    from core.clock import LOCAL, SystemClock
    from core.text import Text, nfc
    from core.ticket import Step
    from runtime.cli._deciding import doer, stepping, which
    from runtime.cli._ledger import Voice, actor, with_ledger
    from runtime.cli._names import called
    from storage.tickets import Said

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Ticket]":
        found = await ledger.incidents.get(incident)
        if step is None:
            return await ledger.tickets.of(incident)
        wanted = stepping(step)
        said = Said(
            await doer(ledger, by),
            SystemClock().now(),
            at.replace(tzinfo=LOCAL) if at else None,
            nfc(number).strip() or None,
            actor(),
            nfc(why).strip() or None,
        )
        if wanted is Step.REPORTED:
            whose = nfc(carrier).strip()
            if not whose:
                names = await called(ledger, voice.language)
                whose = the_carrier(found, names.topology.targets)
            row, _ = await ledger.tickets.report(incident, whose, said)
        else:
            chosen = which(await ledger.tickets.of(incident), incident, wanted, nfc(carrier))
            row, _ = await ledger.tickets.advance(incident, chosen.id or 0, wanted, said)
        return [row]

    rows = with_ledger(config, voice, work)
    if not rows and not as_json:
        voice.done(
            Text(
                vi=f"Chưa báo nhà mạng nào về {incident}.",
                en=f"No carrier was told of {incident}.",
            )
        )
        return
    voice.table(
        (
            Text("phiếu", "ticket"),
            Text("nhà mạng", "carrier"),
            Text("số của nhà mạng", "their number"),
            Text("báo lúc", "reported"),
            Text("người báo", "by"),
            Text("tiếp nhận lúc", "received"),
            Text("xử lý xong lúc", "fixed"),
            Text("nguyên nhân nhà mạng nêu", "what it was"),
        ),
        [row.model_dump(exclude={"incident"}) for row in rows],
    )


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
