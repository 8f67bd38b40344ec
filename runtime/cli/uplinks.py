"""Which ports and ways up do devices tell that the inventory does not? Suggested, never written."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from inventory.suggested import Suggestion
    from runtime.cli._ledger import Voice
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List, take and refuse suggestions from LLDP, CDP and routing.",
)
Key = Annotated[str, typer.Argument(help="The suggestion, as `list` prints it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    config: Config = None,
    *,
    refused: Annotated[bool, typer.Option("--refused", help="Those that were refused.")] = False,
    as_json: Json = False,
) -> None:
    """Print what could be filled in, and what speaks for it."""
    from core.text import Text
    from runtime.cli._ledger import Voice, settings_of, with_ledger
    from runtime.cli._series import with_secrets

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)

    async def work(ledger: "Ledger") -> "list[Suggestion]":
        held = await ledger.suggestions.refused()
        return [one for one in await _found(ledger, config, voice) if (one.key in held) is refused]

    found = with_ledger(config, voice, work, needs_key=with_secrets(settings.series))
    voice.table(
        (Text("đề xuất", "suggestion"), Text("tên", "name"), Text("căn cứ", "evidence")),
        [
            {
                "key": one.key,
                "name": one.name,
                "evidence": [text.said(voice.language) for text in one.evidence]
                if as_json
                else "; ".join(text.said(voice.language) for text in one.evidence),
            }
            for one in found
        ],
    )


@app.command()
def take(key: Key, config: Config = None, *, as_json: Json = False) -> None:
    """Write a suggestion into the inventory, by a plan like that of any import."""
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from inventory.suggested import taken
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
    from runtime.cli._series import with_secrets
    from storage.suggestions import TAKEN

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> int:
        version = await ledger.inventory.version()
        one = await _the_one(key, ledger, config, voice)
        now = SystemClock().now()
        found = taken(await ledger.inventory.load(), one, now.astimezone(LOCAL).date())
        made = await ledger.inventory.apply(found.changes, actor(), now, based_on=version)
        detail = "; ".join(text.vi for text in one.evidence)
        await ledger.suggestions.say(TAKEN, key, detail, actor(), now)
        return made

    secrets = with_secrets(settings_of(config, voice).series)
    version = with_ledger(config, voice, work, needs_key=secrets)
    voice.done(
        Text(f"Đã ghi, danh mục nay là phiên bản {version}.", f"Written: inventory {version}."),
        version=version,
    )


@app.command()
def refuse(key: Key, config: Config = None, *, as_json: Json = False) -> None:
    """Suggest something no more."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
    from runtime.cli._series import with_secrets
    from storage.suggestions import REFUSED

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> None:
        one = await _the_one(key, ledger, config, voice)
        detail = "; ".join(text.vi for text in one.evidence)
        await ledger.suggestions.say(REFUSED, key, detail, actor(), SystemClock().now())

    secrets = with_secrets(settings_of(config, voice).series)
    with_ledger(config, voice, work, needs_key=secrets)
    voice.done(Text("Không đề xuất nữa.", "It is suggested no more."))


@app.command()
def offer(key: Key, config: Config = None, *, as_json: Json = False) -> None:
    """Suggest again what was refused."""
    from core.clock import SystemClock
    from core.errors import NotFound
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger
    from storage.suggestions import OFFERED

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> None:
        if key not in await ledger.suggestions.refused():
            raise NotFound(Text(f"Chưa ai từ chối {key}", f"Nobody has refused {key}"))
        await ledger.suggestions.say(OFFERED, key, "", actor(), SystemClock().now())

    with_ledger(config, voice, work)
    voice.done(Text("Sẽ đề xuất lại.", "It is suggested again."))


async def _the_one(key: str, ledger: "Ledger", config: Config, voice: "Voice") -> "Suggestion":
    from core.errors import NotFound
    from core.text import Text

    for one in await _found(ledger, config, voice):
        if one.key == key:
            return one
    raise NotFound(Text(f"Không có đề xuất {key}", f"There is no suggestion {key}"))


async def _found(ledger: "Ledger", config: Config, voice: "Voice") -> "tuple[Suggestion, ...]":
    from core.clock import LOCAL, SystemClock
    from core.errors import Unavailable
    from core.text import Text
    from inventory.suggested import suggestions
    from runtime.cli._ledger import settings_of
    from runtime.cli._series import engine
    from storage.sightings import sighting

    now = SystemClock().now()
    async with engine(ledger, settings_of(config, voice).series) as reader:
        if reader is None:
            raise Unavailable(
                Text(
                    "Không lưu chuỗi thời gian nên không biết thiết bị thấy gì",
                    "No time series are kept, so what devices see is not known",
                )
            )
        seen = await sighting(reader, now)
    inventory = await ledger.inventory.load()
    return suggestions(inventory, now.astimezone(LOCAL).date(), seen)
