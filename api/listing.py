"""Pages of long lists, and answers that need not be sent twice."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from api.errors import Refused
from core.text import Text

T = TypeVar("T")


def cursor_after(key: str) -> str:
    """Return the opaque cursor that goes on after a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """Return the key within a cursor; Refused if it is none of ours."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refused(400, Text("Con trỏ trang không hợp lệ", "The cursor is not valid")) from None


def page_of(
    rows: Sequence[T], key: Callable[[T], str], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Return the rows after a cursor in the order of their keys, and the next cursor."""
    ordered = sorted(rows, key=key)
    if cursor is not None:
        after = key_of(cursor)
        ordered = [row for row in ordered if key(row) > after]
    shown = ordered[:limit]
    return shown, cursor_after(key(shown[-1])) if len(ordered) > limit else None


def tag(request: Request, *parts: object) -> str:
    """Return the entity tag of an answer that depends on these parts and the request alone."""
    state = repr((request.app.state.born, request.url.path, request.url.query, parts))
    return f'W/"{hashlib.sha256(state.encode()).hexdigest()[:24]}"'


def unchanged(request: Request, entity_tag: str) -> Response | None:
    """Return 304 if the asker has this already."""
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if entity_tag in known:
        return Response(status_code=304, headers={"etag": entity_tag, "cache-control": CACHE})
    return None


CACHE = "private, no-cache"  # keep it, but ask each time


def stamp(response: Response, entity_tag: str) -> None:
    """Write the tag on an answer."""
    response.headers["etag"] = entity_tag
    response.headers["cache-control"] = CACHE
