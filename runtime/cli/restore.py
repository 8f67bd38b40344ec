"""How does a backup become a platform again?"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.text import Text
from runtime.cli._config import Config

if TYPE_CHECKING:
    from runtime.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="An empty folder: a scratch platform of its own."),
    ] = None,
    config: Config = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="File with the passphrase of the master key.")
    ] = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what is there; it is kept beside.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring a backup back: into DIR, or (platform stopped) where the settings say."""
    import asyncio
    from datetime import datetime

    from api.words import moment
    from core.errors import Conflict, DomainError
    from core.quantity import number
    from runtime import restore as restoring
    from runtime.cli._ledger import Voice, settings_of
    from runtime.cli._steps import Steps
    from runtime.cli.backup import passphrase_of

    voice = Voice(as_json=as_json)
    if to is not None:
        if to.exists() and any(to.iterdir()):
            voice.refuse(Conflict(Text(vi=f"{to} không trống", en=f"{to} is not empty")))
        places, settings = restoring.scratch(to.resolve()), _settings(config)
    else:
        settings = settings_of(config, voice)
        places = restoring.Places(
            ledger=settings.ledger.url,
            key=settings.secrets.key_file,
            series=settings.series.directory if settings.series.child else None,
        )
    steps = Steps(voice.language, quiet=as_json)
    try:
        manifest = asyncio.run(
            restoring.restore(
                file,
                places,
                steps,
                passphrase=passphrase_of(passphrase_file, settings, voice),
                force=force,
            )
        )
    except DomainError as error:
        steps.end()
        voice.refuse(error)
    steps.end()
    rows = sum(manifest["rows"].values())
    made = moment(datetime.fromisoformat(manifest["made_at"]))
    where = to or Text(vi="chỗ cũ", en="its place").said(voice.language)
    voice.done(
        Text(
            vi=f"Đã khôi phục {number(rows, 'vi', 0)} dòng của bản {made} vào {where}.",
            en=f"Restored {number(rows, 'en', 0)} rows of {made} into {where}.",
        ),
        to=None if to is None else str(to),
        rows=manifest["rows"],
        made_at=manifest["made_at"],
        revision=manifest["revision"],
        version=manifest["version"],
    )
    if to is not None and not as_json:
        typer.echo(
            Text(
                vi="Chạy bản này sẽ nhắn tin cho người thật: bỏ [channels] trong thongsuot.toml "
                "trước.",
                en="Run, it sends messages to real people: take [channels] out of its settings "
                "first.",
            ).said(voice.language),
            err=True,
        )


def _settings(config: Path | None) -> "Settings":
    """Return the settings there are; a scratch place needs none."""
    from core.errors import Invalid
    from runtime.settings import Settings, chosen, load

    try:
        file = chosen(config, os.environ, Path.cwd())
    except Invalid:
        return Settings()
    return load(file, os.environ)
