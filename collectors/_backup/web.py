"""The files of a folder by HTTP: nginx's JSON listing, or the links of a page of any server.

A page's own dates are in a zone that it does not name, so they only say which files are the newest
ones; those are asked for themselves (HEAD: Last-Modified, Content-Length).
"""

import html
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from urllib.parse import unquote

from yarl import URL

from collectors._backup.files import MOST, File
from collectors._backup.params import Params
from collectors._http.asking import OK, Request, asked, wanted
from collectors._http.errand import Answer
from collectors._net.attempt import Attempt
from collectors._net.trouble import trouble
from core.reading import FailureKind

_LINK = re.compile(r"""<a\s[^>]{0,300}?href\s*=\s*["']([^"'<>]{1,500})["']""", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)|(\d\d)-(\w{3})-(\d{4}) (\d\d):(\d\d)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SIZE = re.compile(r"[0-9]{1,18}")
_HUGE = 10**18  # bytes; no file is larger
_AFTER = 400  # characters behind a link in which its date stands
_ASKED = 3  # files that are asked for themselves
_LARGEST = 8 * 1024 * 1024

Ask = Callable[[str, URL], Awaitable[Answer]]


async def listed(attempt: Attempt, params: Params, headers: dict[str, str]) -> list[File]:
    """Return the files that are called as wanted, or the newest of them; Trouble."""
    folder = URL(params.url)

    async def ask(method: str, url: URL) -> Answer:
        request = Request(url, params.terms, method=method, headers=headers, largest=_LARGEST)
        return await asked(attempt, request)

    answer = wanted(await ask("GET", folder))
    if answer.cut:
        raise trouble(FailureKind.PROTOCOL, "the listing is longer than 8 MiB")
    if "json" in answer.headers.get("Content-Type", ""):
        return _of_json(answer.text, params.pattern)
    return [
        file
        for name in _newest(answer.text, params.pattern, folder)
        if (file := await _alone(ask, folder, name)) is not None
    ]


def _of_json(text: str, pattern: str) -> list[File]:
    """Return the files of nginx's `autoindex_format json`."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise trouble(FailureKind.PROTOCOL, "the listing is no JSON") from error
    found = []
    for row in rows[:MOST] if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row.get("type") != "file":
            continue
        name, size, at = row.get("name"), row.get("size"), _instant(row.get("mtime"))
        if not isinstance(name, str) or not isinstance(size, int) or at is None:
            continue
        if not 0 <= size <= _HUGE:
            continue
        if fnmatchcase(name, pattern):
            found.append(File(name, at, size))
    return found


def _newest(page: str, pattern: str, folder: URL) -> list[str]:
    """Return the names of the newest files that a page links to, as far as its dates tell."""
    path = f"{folder.path.rstrip('/')}/"
    found: dict[str, tuple[datetime, str]] = {}
    for number, link in enumerate(_LINK.finditer(page)):
        if number >= MOST:
            break
        target = html.unescape(link[1])
        # IIS and others write the whole path, some even the server.
        name = unquote(target.removeprefix("./").removeprefix(str(folder.origin())))
        name = name.removeprefix(path)
        if "/" in name or "?" in target or not fnmatchcase(name, pattern):
            continue
        following = page.find("<a ", link.end())
        behind = page[link.end() : following if following >= 0 else None][:_AFTER]
        found[name] = (_date(behind), name)
    return sorted(found, key=lambda name: found[name], reverse=True)[:_ASKED]


def _date(text: str) -> datetime:
    """Return the date in a line of a listing, in whatever zone; the first day without one."""
    found = _DATE.search(text)
    try:
        if found and found[1]:
            return datetime(*(int(found[n]) for n in range(1, 6)))  # type: ignore[arg-type]  # noqa: DTZ001
        if found:
            month = _MONTHS.index(found[7].lower()) + 1
            return datetime(int(found[8]), month, int(found[6]), int(found[9]), int(found[10]))  # noqa: DTZ001
    except ValueError:
        pass
    return datetime.min  # noqa: DTZ901  (only compared with its like)


async def _alone(ask: Ask, folder: URL, name: str) -> File | None:
    """Return a file as it tells of itself, None where it has gone meanwhile."""
    answer = await ask("HEAD", folder.joinpath(name))
    if answer.status != OK:
        return None
    at = _instant(answer.headers.get("Last-Modified"))
    size = answer.headers.get("Content-Length", "")
    if at is None or not _SIZE.fullmatch(size):
        what = "the server does not tell when files were written, and their size"
        raise trouble(FailureKind.PROTOCOL, what)
    return File(name, at, int(size))


def _instant(said: object) -> float | None:
    """Return the Unix time of an HTTP date, None if it is none."""
    if not isinstance(said, str):
        return None
    try:
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
