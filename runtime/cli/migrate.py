"""Which version are the ledger's tables of? Brought up to date here."""

from typing import Annotated

import typer

from runtime.cli._config import Config

app = typer.Typer(add_completion=False)


@app.command()
def migrate(
    to: Annotated[
        str | None, typer.Option(help="Version to go to; the newest without --down.")
    ] = None,
    config: Config = None,
    *,
    down: Annotated[
        bool, typer.Option("--down", help="Go back to an older version; base removes all.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring the ledger's tables to a version."""
    import asyncio

    from core.clock import SystemClock
    from core.errors import DomainError
    from core.text import Text
    from runtime.cli._ledger import Voice, settings_of
    from runtime.precaution import save_before_migration
    from storage import migrations

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)
    url = settings.ledger.url

    if down and to is None:
        voice.refuse(
            DomainError(
                Text(
                    vi="--down cần --to PHIÊN_BẢN (base: xoá mọi bảng)",
                    en="--down needs --to VERSION (base: removes every table)",
                )
            )
        )

    async def work() -> tuple[str | None, str | None]:
        before = await migrations.current(url)
        await save_before_migration(settings, SystemClock().now())
        move = migrations.downgrade if down else migrations.upgrade
        await move(url, to or "head")
        return before, await migrations.current(url)

    try:
        before, after = asyncio.run(work())
    except DomainError as error:
        voice.refuse(error)
    voice.done(
        Text(
            vi=f"Sổ cái: phiên bản {before or 'trống'} → {after or 'trống'}.",
            en=f"Ledger: version {before or 'none'} → {after or 'none'}.",
        ),
        before=before,
        after=after,
    )
