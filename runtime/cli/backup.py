"""Is there a copy of everything, and can it be used?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.text import Text
from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.cli._ledger import Voice
    from runtime.settings import Settings

app = typer.Typer(add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="File with the passphrase of the master key; else backup.passphrase_file."),
]
_OPEN_KEY = Text(
    vi="Chú ý: tệp này chứa cả sổ cái lẫn khoá chủ, ai có nó là mở được mọi mật khẩu thiết bị. "
    "Cất nơi kín, hoặc đặt [backup] passphrase_file.",
    en="Mind: this file holds the ledger and the master key; whoever has it can open every "
    "device's secret. Keep it locked away, or set [backup] passphrase_file.",
)

_NO_ROOM = Text(
    vi="Đĩa không đủ chỗ cho chuỗi thời gian: bản sao lưu này không có chúng.",
    en="The disk has no room for the time series: this backup is without them.",
)


@app.callback(invoke_without_command=True)
def backup(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; else a dated one in backup.directory."),
    ] = None,
    config: Config = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Keep so many dated backups; else backup.keep."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    *,
    no_series: Annotated[
        bool, typer.Option("--no-series", help="Leave the time series out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Copy ledger, master key, settings and series into one sealed file, while all runs on."""
    if context.invoked_subcommand is not None:
        return
    import asyncio
    import os

    from core.clock import SystemClock
    from core.errors import Conflict, DomainError
    from core.quantity import number
    from runtime import backup as making
    from runtime.cli._ledger import Voice, settings_of
    from runtime.cli._steps import Steps
    from runtime.settings import chosen

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)
    now = SystemClock().now()
    folder = settings.backup.directory
    file = output or folder / making.usual_name(now)
    if output is not None and not output.parent.is_dir():  # a disk that is not mounted, perhaps
        parent = output.parent
        voice.refuse(
            Conflict(Text(vi=f"Không có thư mục {parent}", en=f"There is no folder {parent}"))
        )
    steps = Steps(voice.language, quiet=as_json)
    wanted = making.Wanted(
        settings=settings,
        config=chosen(config, os.environ, Path.cwd()),
        series=settings.backup.series and not no_series,
        passphrase=passphrase_of(passphrase_file, settings, voice),
    )
    try:
        manifest = asyncio.run(making.make(wanted, file, now, steps))
    except DomainError as error:
        steps.end()
        voice.refuse(error)
    steps.end()
    gone = [] if output else making.rotate(folder, keep or settings.backup.keep)
    if manifest["key"] == "open" and not as_json:
        typer.echo(_OPEN_KEY.said(voice.language), err=True)
    if manifest["series_left_out"] and not as_json:
        typer.echo(_NO_ROOM.said(voice.language), err=True)
    size, rows = file.stat().st_size, sum(manifest["rows"].values())
    said = _with_series(manifest["series"]).said(voice.language)
    voice.done(
        Text(
            vi=f"Đã sao lưu vào {file}: {number(rows, 'vi', 0)} dòng{said}, "
            f"{number(size / 1e6, 'vi')} MB.",
            en=f"Backed up to {file}: {number(rows, 'en', 0)} rows{said}, "
            f"{number(size / 1e6, 'en')} MB.",
        ),
        file=str(file),
        bytes=size,
        rows=manifest["rows"],
        revision=manifest["revision"],
        version=manifest["version"],
        key=manifest["key"],
        series=manifest["series"],
        series_left_out=manifest["series_left_out"],
        removed=[str(path) for path in gone],
    )


def _with_series(series: "Mapping[str, object] | None") -> Text:
    """Say whether the series are in; without figures of theirs the platform stood still."""
    if series is None:
        return Text(vi="", en="")
    if not series:
        return Text(
            vi=", cả chuỗi thời gian (lúc hệ thống dừng: diễn tập không so được)",
            en=", series too (of a platform that stood still: a drill cannot compare them)",
        )
    return Text(vi=", cả chuỗi thời gian", en=", series too")


@app.command()
def drill(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The backup; else the newest dated one.")
    ] = None,
    config: Config = None,
    passphrase_file: PassphraseFile = None,
    *,
    as_json: Json = False,
) -> None:
    """Restore a backup into a scratch place and compare rows, figures and series; 1 if unlike."""
    import asyncio
    import tempfile

    from core.clock import SystemClock
    from core.errors import Conflict, DomainError
    from runtime import backup as making
    from runtime import drill as drilling
    from runtime.cli._ledger import REFUSED, Voice, settings_of
    from runtime.cli._steps import Steps

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)
    newest = making.kept(settings.backup.directory)
    chosen = file or (newest[-1] if newest else None)
    if chosen is None:
        folder = settings.backup.directory
        voice.refuse(
            Conflict(
                Text(
                    vi=f"Chưa có bản sao lưu nào trong {folder}; chạy: thongsuot backup",
                    en=f"There is no backup in {folder}; run: thongsuot backup",
                )
            )
        )
    near = settings.backup.directory if settings.backup.directory.is_dir() else None
    steps = Steps(voice.language, quiet=as_json)
    try:
        findings = asyncio.run(
            drilling.drill(
                chosen,
                near or Path(tempfile.gettempdir()),
                SystemClock().now(),
                steps,
                passphrase=passphrase_of(passphrase_file, settings, voice),
            )
        )
    except DomainError as error:
        steps.end()
        voice.refuse(error)
    steps.end()
    voice.table(
        (
            Text(vi="so sánh", en="compared"),
            Text(vi="bản sao lưu ghi", en="the backup says"),
            Text(vi="sau khi khôi phục", en="after restoring"),
            Text(vi="khớp", en="equal"),
        ),
        [
            {
                "what": f.what.said(voice.language),
                "said": f.said,
                "found": f.found,
                "right": f.right,
            }
            for f in findings
            if as_json or f.said != "0" or f.right is False
        ],
    )
    if any(finding.right is False for finding in findings):
        raise typer.Exit(REFUSED)


def passphrase_of(given: Path | None, settings: "Settings", voice: "Voice") -> str | None:
    """Return the passphrase for the master key, or None; a file that cannot be read ends it."""
    from core.errors import Conflict

    file = given or settings.backup.passphrase_file
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as fault:
        voice.refuse(
            Conflict(
                Text(
                    vi=f"Không đọc được tệp cụm mật khẩu {file}: {fault}",
                    en=f"The passphrase file {file} cannot be read: {fault}",
                )
            )
        )
