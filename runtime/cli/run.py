"""Run everything in one process."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def run(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Settings file; default ./thongsuot.toml if there."),
    ] = None,
    listen: Annotated[
        str | None, typer.Option(help="Address and port of the pages instead of [web] listen.")
    ] = None,
) -> None:
    """Look, judge, tell and show: the whole platform, until SIGTERM or Ctrl-C."""
    import logging
    import os

    from core.clock import SystemClock
    from runtime import hub, language, process, settings

    environ = {**os.environ, **({"THONGSUOT_WEB__LISTEN": listen} if listen else {})}

    async def work(stop: asyncio.Event) -> None:
        wanted = settings.load(config or _beside(), environ)
        process.log_to_stderr(wanted.log.level)
        async with hub.open_hub(wanted, SystemClock()) as running:
            for note in running.notes:
                logging.getLogger("thongsuot").warning("%s", note.said(language.of(os.environ)))
            typer.echo(wanted.web.address)
            await running.run(stop)

    process.drive(work)


def _beside() -> Path | None:
    """Return the settings file of this folder, if it has one."""
    usual = Path("thongsuot.toml")
    return usual if usual.exists() else None
