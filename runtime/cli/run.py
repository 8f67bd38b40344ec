"""Run everything in one process."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from runtime.cli._config import Config

app = typer.Typer(add_completion=False)


@app.command()
def run(
    config: Config = None,
    listen: Annotated[
        str | None, typer.Option(help="Address and port of the pages instead of web.listen.")
    ] = None,
) -> None:
    """Look, judge, tell and show: the whole platform, until SIGTERM or Ctrl-C."""
    import logging
    import os

    from core.clock import SystemClock
    from runtime import hub, language, process, settings

    environ = {**os.environ, **({"THONGSUOT_WEB__LISTEN": listen} if listen else {})}

    async def work(stop: asyncio.Event) -> None:
        wanted = settings.load(settings.chosen(config, environ, Path.cwd()), environ)
        process.log_to_stderr(wanted.log.level)
        async with hub.open_hub(wanted, SystemClock()) as running:
            for note in running.notes:
                logging.getLogger("thongsuot").warning("%s", note.said(language.of(os.environ)))
            typer.echo(wanted.web.address)
            await running.run(stop)

    process.drive(work)
