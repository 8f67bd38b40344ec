"""Which configurations of devices are kept, what is in them, what has changed?"""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.configuration import Configuration
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List, show and compare configurations."
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    device: Annotated[
        str | None, typer.Argument(help="All versions of this device; else the newest of each.")
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print the versions that are kept, newest first."""
    from core.configuration import KEPT
    from core.errors import NotFound
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Configuration]":
        book = ledger.configurations
        if device is None:
            return await book.newest()
        found = await book.versions(device)  # of one that is gone, too
        if not found and device not in {d.slug for d in (await ledger.inventory.load()).devices}:
            raise NotFound(Text(f"Không có thiết bị “{device}”", f"There is no device {device!r}"))
        return found

    found = with_ledger(config, voice, work)
    if not found and not as_json:
        voice.done(Text(vi="Chưa giữ cấu hình nào.", en="No configuration is kept."))
        return
    voice.table(
        (
            Text(vi="số", en="number"),
            Text(vi="thiết bị", en="device"),
            Text(vi="bản", en="which"),
            Text(vi="thấy từ", en="seen from"),
            Text(vi="thấy đến", en="seen until"),
            Text(vi="dòng", en="lines"),
            Text(vi="người sửa", en="changed by"),
            Text(vi="chưa lưu", en="unsaved"),
        ),
        [
            {
                "number": one.id,
                "device": one.target,
                "which": one.kind.value if as_json else KEPT[one.kind].said(voice.language),
                "at": one.at,
                "seen_at": one.seen_at,
                "lines": one.lines,
                "changed_by": one.changed_by,
                "unsaved": one.unsaved,
            }
            for one in found
        ],
    )


@app.command()
def show(
    number: Annotated[int, typer.Argument(min=1, help="The version's number, of `config list`.")],
    config: Config = None,
    *,
    whole: Annotated[
        bool, typer.Option("--whole", help="With its secrets, to restore from: it is audited.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print one version; secrets are asterisks."""
    from core.clock import SystemClock
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[Configuration, str]":
        if whole:
            return await ledger.configurations.reveal(number, actor(), SystemClock().now())
        return await ledger.configurations.get(number)

    version, text = with_ledger(config, voice, work, needs_key=whole)
    if as_json:
        voice.facts(version.model_dump(mode="json") | {"text": text})
    else:
        typer.echo(text, nl=False)


@app.command()
def diff(
    old: Annotated[int, typer.Argument(min=1, help="The older version's number.")],
    new: Annotated[int, typer.Argument(min=1, help="The newer version's number.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print what differs between two versions; ends with 1 if something does."""
    from api.configurations import compared, unified
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[str, str, str]":
        _, before = await ledger.configurations.get(old)
        version, after = await ledger.configurations.get(new)
        return before, after, version.platform

    lines = unified(compared(*with_ledger(config, voice, work)))
    if as_json:
        voice.facts({"old": old, "new": new, "lines": lines})
    elif lines:
        typer.echo("\n".join(lines))
    else:
        voice.done(
            Text(
                vi="Không khác gì, ngoài phần đã ẩn nếu có.",
                en="Nothing differs, except perhaps what is hidden.",
            )
        )
    if lines:
        raise typer.Exit(1)
