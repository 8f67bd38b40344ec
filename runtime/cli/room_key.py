"""Which PCs may speak for rooms without equipment? Keys of rooms: made, listed, revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.meeting import RoomKey
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False,
    help="Make, list and revoke the keys with which PCs in rooms report.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Room = Annotated[str, typer.Argument(help="The room's slug, or that of a site that joins.")]


@app.command()
def make(room: Room, config: Config = None, *, as_json: Json = False) -> None:
    """Make a room's key and print it: this once. An earlier one ends."""
    from core.clock import LOCAL, SystemClock
    from core.errors import NotFound
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()

    async def work(ledger: "Ledger") -> str:
        inventory = await ledger.inventory.load(now.astimezone(LOCAL).date())
        if room not in {row.slug for row in (*inventory.rooms, *inventory.sites)}:
            raise NotFound(
                Text(
                    vi=f"Không có phòng hay điểm {room} trong danh mục",
                    en=f"There is no room or site {room} in the inventory",
                )
            )
        return await ledger.room_keys.make(room, actor(), now)

    plain = with_ledger(config, voice, work)
    text = Text(
        vi=f"Khoá của phòng {room} (chỉ hiện một lần, khoá cũ hết hiệu lực): {plain}",
        en=f"Key of the room {room} (shown this once, an earlier one has ended): {plain}",
    )
    voice.done(text, room=room, key=plain)


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print which rooms have a key, and when their PCs spoke last; never the key."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    async def work(ledger: "Ledger") -> "list[RoomKey]":
        return await ledger.room_keys.known()

    voice = Voice(as_json=as_json)
    heads = (
        Text(vi="phòng", en="room"),
        Text(vi="người cấp", en="made by"),
        Text(vi="tạo lúc", en="created"),
        Text(vi="báo lần cuối", en="heard last"),
    )
    voice.table(heads, [key.model_dump() for key in with_ledger(config, voice, work)])


@app.command()
def revoke(room: Room, config: Config = None, *, as_json: Json = False) -> None:
    """End a room's key: its PC is not heard any more."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    with_ledger(config, voice, lambda ledger: ledger.room_keys.revoke(room, actor(), now))
    voice.done(
        Text(vi=f"Đã thu hồi khoá của phòng {room}.", en=f"The key of the room {room} is revoked."),
        room=room,
    )
