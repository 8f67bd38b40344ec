"""PCs in rooms: which report, what they say, and the keys with which they may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.legs import FRESH
from alerts.meeting_words import ITEM
from api.context import Context
from api.door import Admin, Asker, Ctx, Viewer
from api.guard import client_address
from api.snapshot import Picture
from core.errors import NotFound
from core.meeting import Beat, RoomKey
from core.text import Text, vietnamese_order
from core.watching import Target, TargetKind

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One room. `equipped`: equipment of its own is asked, no PC is needed."""

    slug: str
    target: Target | None
    key: RoomKey | None
    beat: Beat | None
    fresh: bool
    equipped: bool = False


@router.get("/rooms")
async def rooms(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show every room that a PC speaks for, and those that could have one."""
    return await _page(request, context, asker)


@router.post("/rooms/{slug}/key")
async def make(request: Request, context: Ctx, asker: Admin, slug: str) -> Response:
    """Make a room's key and show it, this once."""
    picture: Picture = await request.app.state.pictures.now()
    target = picture.targets.get(slug)
    if target is None or target.kind not in {TargetKind.ROOM, TargetKind.SITE}:
        raise NotFound(Text(f"Không có phòng {slug}", f"There is no room {slug}"))
    origin = client_address(request, context.settings.proxies)
    key = await context.ledger.room_keys.make(slug, asker.name, context.clock.now(), origin)
    return await _page(request, context, asker, made=(slug, key))


@router.post("/rooms/{slug}/key/revoke")
async def revoke(request: Request, context: Ctx, asker: Admin, slug: str) -> Response:
    """End a room's key."""
    origin = client_address(request, context.settings.proxies)
    await context.ledger.room_keys.revoke(slug, asker.name, context.clock.now(), origin)
    return RedirectResponse("/rooms", 303)


async def _page(
    request: Request, context: Context, asker: Asker, made: tuple[str, str] | None = None
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    keys = {key.room: key for key in await context.ledger.room_keys.known()}
    beats = (await context.ledger.meetings.said(None)).beats
    rows = list(_rows(picture, keys, beats, context))
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "rooms.html",
        asker,
        picture=picture,
        rows=[row for row in rows if row.key is not None or row.beat is not None],
        others=[row for row in rows if row.key is None and row.beat is None],
        made=made,
        hub=context.settings.base_url,
        ITEM=ITEM,
    )
    return page


def _rows(
    picture: Picture, keys: Mapping[str, RoomKey], beats: Mapping[str, Beat], context: Context
) -> Iterator[Row]:
    """Yield rooms, then whatever else has a key; silent ones first, then by name."""
    now = context.clock.now()
    rooms = [t.slug for t in picture.estate.targets if t.kind is TargetKind.ROOM]
    rows = []
    for slug in dict.fromkeys((*rooms, *keys, *beats)):
        target, beat = picture.targets.get(slug), beats.get(slug)
        members = [picture.targets.get(m) for m in target.members] if target is not None else []
        rows.append(
            Row(
                slug,
                target,
                keys.get(slug),
                beat,
                beat is not None and now - beat.at <= FRESH,
                any(m is not None and m.kind is TargetKind.DEVICE for m in members),
            )
        )
    yield from sorted(
        rows,
        key=lambda r: (
            r.equipped,
            r.fresh,
            vietnamese_order(r.target.name if r.target else r.slug),
        ),
    )
