"""Does the page hold what it should?"""

import html
import json
import re
from typing import Protocol

from collectors._net.trouble import printable
from core.reading import Failure, FailureKind
from core.text import nfc

LACKS = "the page lacks"
_INDEX = re.compile(r"\[(-?\d{1,9})\]")
_SHOWN = 80  # characters of a value in a sentence


class Wish(Protocol):
    """What may be wanted of a page."""

    @property
    def keyword(self) -> str | None:
        """Text that it must contain."""

    @property
    def absent(self) -> str | None:
        """Text that it must not contain."""

    @property
    def pattern(self) -> str | None:
        """Regular expression that it must match."""

    @property
    def json_path(self) -> str | None:
        """Dotted path that its JSON must have."""

    @property
    def json_value(self) -> str | None:
        """Value that must stand there."""


def is_asked(params: Wish) -> bool:
    """Say whether anything is wanted of the body."""
    return any((params.keyword, params.absent, params.pattern, params.json_path))


def unmet_words(params: Wish, text: str) -> Failure | None:
    """Return what of `keyword` and `absent` the page does not meet."""
    if not (params.keyword or params.absent):
        return None
    page = _read(html.unescape(text))
    if params.keyword and _read(params.keyword) not in page:
        return _failure(f"{LACKS} {_quoted(params.keyword)}")
    if params.absent and _read(params.absent) in page:
        return _failure(f"the page contains {_quoted(params.absent)}")
    return None


def _read(text: str) -> str:
    """Return a text as it is read: in any case, and wherever the source breaks its lines."""
    return " ".join(nfc(text).casefold().split())


def unmet_json(params: Wish, text: str) -> Failure | None:
    """Return what of `json_path` and `json_value` the answer does not meet."""
    if params.json_path is None:
        return None
    try:
        found = at(json.loads(text), params.json_path)
    except (ValueError, RecursionError):
        return _failure("the answer is not JSON")
    except LookupError:
        return _failure(f"the JSON has no {params.json_path}")
    if params.json_value is None or said(found) == params.json_value.strip():
        return None
    shown = _quoted(said(found))
    return _failure(f"{params.json_path} is {shown}, not {_quoted(params.json_value)}")


def at(document: object, path: str) -> object:
    """Return what stands at a dotted path, `data.0.id` or `$.data[0].id`; LookupError."""
    for step in _INDEX.sub(r".\1", path).removeprefix("$").strip(".").split("."):
        if isinstance(document, dict):
            document = document[step]
        elif isinstance(document, list) and re.fullmatch(r"-?\d{1,9}", step):
            document = document[int(step)]
        else:
            raise LookupError(step)
    return document


def said(value: object) -> str:
    """Return a JSON value as a person would write it: true, null, 1, text without quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return f'"{printable(text, _SHOWN)}"'


def _failure(detail: str) -> Failure:
    return Failure(FailureKind.PROTOCOL, detail)
