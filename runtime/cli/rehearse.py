"""Who would have been told what, had today's rules met last month, or a storm tonight?"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.rehearsed import Rehearsed
    from runtime.cli._inventory import Speaker
    from runtime.cli._names import Called
    from runtime.rehearsal import Asked
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)
_MOST = 30  # incidents shown to people; --json and -o have all


@app.command()
def rehearse(
    config: Config = None,
    *,
    month: Annotated[
        str | None,
        typer.Option("--month", help="A month of the past: 2026-10. Last month if absent."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option("--script", help="A storm written down: docs/rehearsal.md."),
    ] = None,
    storm: Annotated[
        str | None,
        typer.Option(
            "--storm", help="uplink, carrier or all; a hub's or a carrier's name after a colon."
        ),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d", "%d/%m/%Y"], help="The storm's day; tomorrow."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write all of it to a JSON file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play a month or a storm through today's rules and rota. Nothing is sent or changed."""
    from core.clock import SystemClock
    from core.errors import DomainError, Invalid
    from core.text import Text
    from runtime.cli._inventory import Speaker, pieces
    from runtime.cli._ledger import settings_of, with_ledger
    from runtime.cli._names import called
    from runtime.rehearsal import asked, rehearsed_as

    speaker, now = Speaker(as_json=as_json), SystemClock().now()
    if sum(option is not None for option in (month, script, storm)) > 1:
        speaker.refuse(
            DomainError(
                Text(
                    "Chọn một trong --month, --script, --storm",
                    "Choose one of --month, --script and --storm",
                )
            )
        )
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        speaker.refuse(
            DomainError(
                Text(
                    f"Không ghi được vào {output}: cần tên tệp trong một thư mục đã có",
                    f"{output} cannot be written: it must be a file in a folder that is there",
                )
            )
        )
    settings = settings_of(config, speaker)
    day = on.date() if on is not None else None
    try:
        text = script.read_text(encoding="utf-8") if script is not None else None
        wanted: Asked = asked(month, text, script.name if script else "", storm, day, now)
    except (OSError, UnicodeDecodeError) as trouble:
        speaker.refuse(
            DomainError(Text(f"Không đọc được {script}", f"Cannot read {script}: {trouble}"))
        )
    except Invalid as invalid:
        speaker.problems(invalid.problems)

    async def work(ledger: "Ledger") -> "tuple[Rehearsed, Called]":
        with pieces(speaker, Text("Diễn tập", "Rehearsing")) as show:
            played = await rehearsed_as(wanted, ledger, settings, now, _bar(show))
        return played, await called(ledger, speaker.language)

    headers = settings.series.headers.values()
    secrets = any(value.startswith("secret:") for value in headers)
    needs_key = secrets and wanted.month is not None
    found, names = with_ledger(config, speaker, work, needs_key=needs_key)
    _tell(found, names, speaker, output)


def _bar(show: "Callable[[int, int], None] | None") -> "Callable[[float], None]":
    def share(done: float) -> None:
        if show is not None:
            show(round(done * 100), 100)

    return share


def _tell(found: "Rehearsed", names: "Called", speaker: "Speaker", output: Path | None) -> None:
    import json

    from alerts.rehearsed_words import as_object, people, summary
    from api.words import REHEARSED, SEVERITY
    from core.incident import Severity
    from core.text import Text

    if output is not None:
        whole = as_object(found, speaker.language)
        output.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if speaker.as_json:
        speaker.object(as_object(found, speaker.language))
        return
    for line in summary(found):
        speaker.say(line.vi, line.en)
    everybody = people(found)
    if everybody:
        speaker.say("", "")
        heads = [Text("người nhận", "recipient"), Text("tin", "messages")]
        heads += [Text("ban đêm", "by night"), Text("số đêm", "nights")]
        heads += [Text("được để yên", "left in peace")]
        if found.told is not None:
            heads += [Text("thực tế", "really"), Text("ban đêm", "by night")]
        speaker.table(
            tuple(heads),
            [_person(*row) | {"recipient": names.person(row[0])} for row in everybody],
        )
    if found.lines:
        speaker.say("", "")
        speaker.table(
            (
                Text("sự cố", "incident"),
                Text("nguyên nhân", "root"),
                Text("mức", "severity"),
                Text("từ", "since"),
                Text("báo lúc", "told at"),
                Text("ai", "whom"),
                Text("vì sao lúc đó", "why then"),
            ),
            [
                {
                    "incident": line.id,
                    "root": names.target(line.root),
                    "severity": SEVERITY[Severity(line.severity)].said(speaker.language),
                    "since": line.began_at,
                    "told": line.told_at,
                    "whom": ", ".join(map(names.person, line.people)),
                    "why": REHEARSED[line.why].said(speaker.language)
                    if line.why in REHEARSED
                    else line.why,
                }
                for line in found.lines[:_MOST]
            ],
        )
        more = len(found.lines) + found.left_off - _MOST
        if more > 0:
            speaker.say(f"… và {more} sự cố nữa (-o TỆP).", f"… and {more} more (-o FILE).")
    if output is not None:
        speaker.say(f"Đã ghi {output}.", f"Written to {output}.")


def _person(name: str, would: object, was: object) -> dict[str, object]:
    from alerts.rehearsed import Person, Tally

    row: dict[str, object] = {"recipient": name}
    if isinstance(would, Tally):
        mine = would.people.get(name, Person(name))
        row |= {"messages": mine.messages, "by_night": mine.by_night, "nights": len(mine.nights)}
        row |= {"left_in_peace": mine.left_in_peace}
    if isinstance(was, Tally):
        theirs = was.people.get(name, Person(name))
        row |= {"really": theirs.messages, "really_by_night": theirs.by_night}
    return row
