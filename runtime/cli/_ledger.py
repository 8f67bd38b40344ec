"""What the commands on the ledger share: settings, an open ledger, and a voice."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn, TypeVar

import typer

from core.clock import LOCAL, SystemClock
from core.errors import DomainError, Invalid
from core.text import Language, Text
from runtime.language import of
from runtime.quantities import Wrong, seconds
from runtime.settings import Settings, chosen, load
from storage import migrations
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault

REFUSED, BAD_INPUT = 1, 2
T = TypeVar("T")


class Voice:
    """Speaks to people in their language, or JSON to machines."""

    def __init__(self, *, as_json: bool) -> None:
        self.language: Language = of(os.environ)
        self.as_json = as_json

    def done(self, text: Text, **facts: object) -> None:
        """Say what was done."""
        if self.as_json:
            self._json({"ok": True, **facts})
        else:
            typer.echo(text.said(self.language))

    def facts(self, facts: dict[str, object]) -> None:
        """Print facts as JSON."""
        self._json(facts)

    def table(self, heads: tuple[Text, ...], rows: list[dict[str, object]]) -> None:
        """Print rows: the values of each in the order of the heads, or all of them as JSON."""
        if self.as_json:
            self._json(rows)
            return
        lines = [[head.said(self.language) for head in heads]]
        lines += [[self._cell(value) for value in row.values()] for row in rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            typer.echo("  ".join(cells).rstrip())

    def refuse(self, error: DomainError) -> NoReturn:
        """Say why nothing was done, and end."""
        problems = error.problems if isinstance(error, Invalid) else ()
        said = [problem.said(self.language) for problem in problems]
        said = said or [error.text.said(self.language)]
        if self.as_json:
            self._json({"ok": False, "error": error.text.said(self.language), "problems": said})
        else:
            typer.echo("\n".join(said), err=True)
        raise typer.Exit(BAD_INPUT if problems else REFUSED)

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            yes, no = Text(vi="có", en="yes"), Text(vi="không", en="no")
            return (yes if value else no).said(self.language)
        if isinstance(value, datetime):
            return f"{value.astimezone(LOCAL):%d/%m/%Y %H:%M}"
        return str(value)

    def _json(self, answer: object) -> None:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def settings_of(path: Path | None, voice: Voice) -> Settings:
    """Return the settings (`settings.chosen` says which), or say what is wrong and end."""
    try:
        return load(chosen(path, os.environ, Path.cwd()), os.environ)
    except Invalid as invalid:
        voice.refuse(invalid)


def with_ledger(
    path: Path | None,
    voice: Voice,
    work: Callable[[Ledger], Awaitable[T]],
    *,
    needs_key: bool = False,
) -> T:
    """Return what `work` makes of the ledger, which gets its tables if it is empty.

    A refusal is said, and ends the command. `needs_key`: open the key file too, made if there
    is none.
    """
    settings = settings_of(path, voice)

    async def run() -> T:
        url = settings.ledger.url
        if await migrations.current(url) is None:
            await migrations.upgrade(url)
        vault = Vault.open(settings.secrets.key_file) if needs_key else None
        ledger = await open_ledger(url, vault, SystemClock())
        try:
            return await work(ledger)
        finally:
            await ledger.aclose()

    try:
        return asyncio.run(run())
    except DomainError as error:
        voice.refuse(error)


def actor() -> str:
    """Return who is at the terminal, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return "cli"


def ago(span: str, voice: Voice) -> datetime:
    """Return the instant so long ago (30m, 24h, 7d), or say that this is no span, and end."""
    try:
        return SystemClock().now() - timedelta(seconds=seconds(span))
    except (Wrong, OverflowError):
        voice.refuse(
            DomainError(
                Text(
                    vi=f'"{span}" không phải khoảng thời gian; viết như 30m, 24h, 7d',
                    en=f'"{span}" is no span of time; write it like 30m, 24h, 7d',
                )
            )
        )


def hidden(prompt: Text, voice: Voice, *, twice: bool = False) -> str:
    """Return one line typed without echo, or read from standard input where no terminal is."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass(prompt.said(voice.language) + ": ")
    again = Text(vi="Nhập lại", en="Again")
    if twice and getpass.getpass(again.said(voice.language) + ": ") != typed:
        voice.refuse(DomainError(Text(vi="Hai lần nhập khác nhau", en="The two differ")))
    return typed
