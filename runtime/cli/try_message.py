"""Does a message reach a person? Sends one test by every channel that leads to them, now."""

import asyncio
from typing import Annotated

import typer

from runtime.cli._config import Config

app = typer.Typer(add_completion=False)


@app.command()
def try_message(
    contact: Annotated[str, typer.Argument(help="Slug of a contact, or name of a fixed channel.")],
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send a test message and print each channel's receipt; exit 1 if one did not take it."""
    import json
    import os

    from core.text import Text
    from runtime import language, process
    from runtime.trial import try_channels

    async def work(_stop: asyncio.Event) -> list[dict[str, object]]:
        return await try_channels(config, contact)

    tongue = language.of(os.environ)
    rows = process.drive(work)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    for row in () if as_json else rows:
        verdict = Text(vi="đã nhận", en="taken") if row["ok"] else Text(vi="KHÔNG", en="NOT taken")
        typer.echo(f"{row['channel']} → {row['to']}: {verdict.said(tongue)} ({row['said']})")
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)
