"""Does the watcher outside raise its alarm? Stop the heartbeat for a while, and see."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.people import AuditRow
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def drill(
    config: Config = None,
    *,
    lasts: Annotated[
        str | None,
        typer.Option("--for", help="How long, such as 15m; as the settings say if absent."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Stop the heartbeat of the running platform for a while; it goes on by itself."""
    from datetime import datetime

    from core.clock import LOCAL, SystemClock
    from core.errors import Conflict, DomainError
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
    from runtime.heartbeat import a_drill
    from runtime.quantities import Wrong, seconds

    voice = Voice(as_json=as_json)
    wanted = settings_of(config, voice).heartbeat
    try:
        span = seconds(lasts) if lasts else wanted.drill.lasts
    except Wrong as wrong:
        voice.refuse(DomainError(wrong.what))

    async def work(ledger: "Ledger") -> "AuditRow":
        if wanted.url is None:
            raise Conflict(
                Text(
                    vi="Chưa đặt [heartbeat] url, không có gì để ngừng",
                    en="[heartbeat] url is not set: there is nothing to stop",
                )
            )
        row = a_drill(actor(), SystemClock().now(), span)
        await ledger.people.audit(row)
        return row

    until = datetime.fromisoformat(with_ledger(config, voice, work).detail)
    at = f"{until.astimezone(LOCAL):%H:%M:%S}"
    voice.done(
        Text(
            vi=f"Nhịp tim ngừng đến {at} rồi tự gửi lại; các quản trị viên được báo.",
            en=f"The heartbeat stops until {at} and goes on by itself; administrators are told.",
        ),
        until=until,
    )
