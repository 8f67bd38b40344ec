"""A form that is refused: its page again, filled as it was sent, with a sentence at each field.

No page has code for this. What a form's handler refuses (`Invalid`, with the name of the field as
the problem's key) and what does not fit the declared types comes here; the page on which the form
stands is drawn as ever, and what was typed is put back into it.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from api.localtime import instant
from core.errors import Invalid, Problem
from core.text import Language, Text, nfc

FILE = "form"  # where the problems of forms stand
_KEPT = {"hidden", "password", "file", "submit", "button", "image", "reset"}  # never filled
_TICKED = {"checkbox", "radio"}
_OK = 200


class _AsWritten(HTMLFormatter):
    """Writes a page as its template did: attributes in their order."""

    def attributes(self, tag: Tag) -> Iterable[tuple[str, Any]]:
        return tag.attrs.items()


_AS_WRITTEN = _AsWritten(
    EntitySubstitution.substitute_xml,
    void_element_close_prefix="",
    empty_attributes_are_booleans=True,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. `path`: where it was sent."""

    path: str
    typed: Mapping[str, Sequence[str]]
    problems: Sequence[Problem]

    @property
    def by_field(self) -> dict[str, list[Problem]]:
        """Return the problems of each field, those of none under ""."""
        found: dict[str, list[Problem]] = {}
        for one in self.problems:
            found.setdefault(one.key or "", []).append(one)
        return found


def problem(field: str | None, vi: str, en: str, mend_vi: str, mend_en: str) -> Problem:
    """Return what is wrong with a field of a form, and how to mend it."""
    return Problem(file=FILE, what=Text(vi, en), mend=Text(mend_vi, mend_en), key=field)


def listed(text: str, *, blanks: bool = True) -> tuple[str, ...]:
    """Return the things that one field lists, each once.

    Semicolons, commas and line ends part them; blanks too, unless the things may hold some.
    """
    cut = r"[;,\s]+" if blanks else r"[;,\n\r]+"
    return tuple(dict.fromkeys(part for part in map(nfc, re.split(cut, text)) if part))


def moment(field: str, local: str) -> datetime:
    """Return the instant of a browser's `2026-11-22T21:00`; Invalid names the field."""
    if not local:
        raise Invalid([problem(field, *_BY_KIND["missing"]({}))])
    try:
        return instant(local)
    except ValueError:
        raise Invalid([problem(field, *_NO_TIME)]) from None


def together(*attempts: Callable[[], object]) -> None:
    """Try all; Invalid with the problems of every one, so that nobody mends them one by one."""
    problems: list[Problem] = []
    for attempt in attempts:
        try:
            attempt()
        except Invalid as wrong:
            problems += wrong.problems
    if problems:
        raise Invalid(problems)


def day(field: str, local: str) -> date | None:
    """Return the day of a browser's date field, None for an empty one; Invalid names the field."""
    try:
        return date.fromisoformat(local) if local else None
    except ValueError:
        raise Invalid([problem(field, *_NO_DAY)]) from None


async def again(
    request: Request, status: int, problems: Sequence[Problem], language: Language
) -> Response | None:
    """Return the page of a refused form; None if there is no page with such a form."""
    if request.method != "POST":
        return None
    sent = Sent(request.url.path, _typed(await request.form()), problems)
    for path in above(request.url.path):
        page = await page_at(request, path)
        if page is not None:
            return await asyncio.to_thread(_refilled, page, status, sent, language)
    return None


def _typed(form: FormData) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def above(path: str) -> Iterator[str]:
    """Yield a path and those above it: what `/days/seed` refuses is shown on `/days`."""
    steps = path.strip("/").split("/")
    for count in range(len(steps), 0, -1):
        yield "/" + "/".join(steps[:count])


async def page_at(request: Request, path: str) -> Response | None:
    """Return a page of ours as the asker sees it now; None if there is none."""
    said: list[Message] = []
    asked = {
        **request.scope,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "headers": [one for one in request.headers.raw if not one[0].startswith(b"content-")],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    with suppress(HTTPException):  # nothing of ours stands there, or nothing that can be shown
        await request.app.router(asked, receive, send)
    begun = next((one for one in said if one["type"] == "http.response.start"), None)
    if begun is None or begun["status"] != _OK:
        return None
    page = Response(b"".join(one.get("body", b"") for one in said))
    lengthless = (one for one in begun["headers"] if one[0] != b"content-length")
    page.raw_headers = [(b"content-length", str(len(page.body)).encode()), *lengthless]
    return page if "text/html" in page.headers.get("content-type", "") else None


def _refilled(page: Response, status: int, sent: Sent, language: Language) -> Response | None:
    """Return a page with its form as it was sent; None if the form does not stand there."""
    soup = BeautifulSoup(bytes(page.body), "html.parser")
    form = _form(soup, sent)
    if form is None:
        return None
    for page_body in soup.find_all("main"):
        page_body["data-answer"] = ""
    for closed in form.find_parents("details"):
        closed["open"] = ""
    _fill(form, sent.typed)
    _say(soup, form, sent, language)
    page.status_code = status
    page.body = soup.encode(formatter=_AS_WRITTEN)
    page.headers["content-length"] = str(len(page.body))
    return page


def _form(soup: BeautifulSoup, sent: Sent) -> Tag | None:
    """Return the form of a page that was sent: of several to one path, that with the same ends."""
    found = [
        one
        for one in soup.find_all("form", method="post")
        if str(one.get("action", sent.path)).partition("?")[0] == sent.path
    ]
    return max(found, key=lambda one: _alike(one, sent.typed), default=None)


def _alike(form: Tag, typed: Mapping[str, Sequence[str]]) -> int:
    """Count what a form hides and was sent so, less what it hides and was sent otherwise."""
    hidden = [one for one in form.find_all("input", type="hidden") if one.get("name") != "csrf"]
    same = [str(one.get("value", "")) in typed.get(str(one["name"]), ()) for one in hidden]
    named = {str(one["name"]) for one in form.find_all(True, attrs={"name": True})}
    return 2 * sum(same) - 2 * same.count(False) - len(typed.keys() - named)


def _fill(form: Tag, typed: Mapping[str, Sequence[str]]) -> None:
    """Put back what was typed; what was not sent stays, but for boxes, which it unticks."""
    left = {name: iter(values) for name, values in typed.items()}
    for field in form.find_all(["input", "select", "textarea"], attrs={"name": True}):
        name, kind = str(field["name"]), str(field.get("type", "text"))
        if field.name == "input" and kind in _KEPT:
            continue
        if field.name == "input" and kind in _TICKED:
            _mark(field, "checked", str(field.get("value", "on")) in typed.get(name, ()))
        elif name in typed and field.name == "select":
            for choice in field.find_all("option"):
                value = choice.get("value")
                value = choice.get_text() if value is None else str(value)
                _mark(choice, "selected", value in typed[name])
        elif (value := next(left.get(name, iter(())), None)) is not None:
            if field.name == "textarea":
                field.string = value
            else:
                field["value"] = value


def _mark(tag: Tag, attribute: str, holds: bool) -> None:
    if holds:
        tag[attribute] = ""
    else:
        tag.attrs.pop(attribute, None)


def _say(soup: BeautifulSoup, form: Tag, sent: Sent, language: Language) -> None:
    """Put a sentence behind each field that is wrong, what has no field at the form's head."""
    for fresh in soup.find_all(autofocus=True):
        del fresh["autofocus"]
    first = True
    beside: list[Problem] = []
    for name, problems in sent.by_field.items():
        field = form.find(["input", "select", "textarea"], attrs={"name": name}) if name else None
        if field is None or field.get("type") == "hidden":
            beside += problems
            continue
        mark = f"wrong-{name}"
        field.insert_after(_sentence(soup, "span", mark, problems, language))
        field["aria-invalid"], field["aria-describedby"] = "true", mark
        if first:
            field["autofocus"], first = "", False
    if beside:
        told = _sentence(soup, "p", "wrong", beside, language)
        told["role"] = "alert"
        if first:
            told["tabindex"], told["autofocus"] = "-1", ""
        form.insert(0, told)


def _sentence(
    soup: BeautifulSoup, tag: str, mark: str, problems: Iterable[Problem], language: Language
) -> Tag:
    text = " ".join(sentence(one).said(language) for one in problems)
    return soup.new_tag(tag, attrs={"class": "wrong", "id": mark}, string=text)


def sentence(problem: Problem) -> Text:
    """Return what is wrong and how to mend it as a person reads it beside a field."""
    return Text(
        _stopped(problem.what.vi, problem.mend.vi), _stopped(problem.what.en, problem.mend.en)
    )


def _stopped(*parts: str) -> str:
    said = (_capital(part) for part in parts if part)
    return " ".join(part if part.endswith((".", "?", "!", "…")) else f"{part}." for part in said)


def _capital(part: str) -> str:
    """Return a sentence with its first letter raised, unless that is a file's name."""
    first = part.split(maxsplit=1)[0]
    return part if "." in first or "[" in first else part[:1].upper() + part[1:]


def unfit(errors: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Return the faults that pydantic found in the fields of a form, for people."""
    found = []
    for error in errors:
        field = next((part for part in reversed(error["loc"]) if isinstance(part, str)), None)
        kind, told = str(error["type"]), error.get("ctx", {})
        if error.get("input") == "":
            kind = "missing"
        words = _BY_KIND.get(kind) or next((w for k, w in _BY_BEGIN if kind.startswith(k)), _ODD)
        found.append(problem(field, *words(told)))
    return found


_Words = Callable[[Mapping[str, Any]], tuple[str, str, str, str]]


def _plain(vi: str, en: str, mend_vi: str, mend_en: str) -> _Words:
    return lambda _: (vi, en, mend_vi, mend_en)


def _bound(key: str, vi: str, en: str) -> _Words:
    return lambda told: (
        "ngoài khoảng cho phép",
        "out of range",
        f"Ghi số {vi} {told.get(key)}",
        f"Write a number {en} {told.get(key)}",
    )


_NO_DAY = (
    "ngày không hợp lệ",
    "the day is not valid",
    "Chọn lại trong lịch, hoặc ghi như 2026-12-31",
    "Choose it in the calendar, or write it like 2026-12-31",
)
_NO_TIME = (
    "ngày giờ không hợp lệ",
    "the time is not valid",
    "Chọn lại trong lịch, hoặc ghi như 2026-12-31T21:00",
    "Choose it in the calendar, or write it like 2026-12-31T21:00",
)
_ODD = _plain("không dùng được", "not usable", "Sửa lại ô này", "Change this field")
_CHOICE = _plain(
    "không có lựa chọn này",
    "there is no such choice",
    "Chọn một mục trong danh sách",
    "Choose one of the list",
)
_NUMBER = _plain("không phải là số", "not a number", "Ghi một số", "Write a number")
_BY_KIND: Mapping[str, _Words] = {
    "missing": _plain("chưa điền", "not filled in", "Hãy điền ô này", "Please fill this in"),
    "string_too_long": lambda told: (
        "dài quá",
        "too long",
        f"Ghi không quá {told.get('max_length')} ký tự",
        f"Write at most {told.get('max_length')} characters",
    ),
    "string_too_short": lambda told: (
        "ngắn quá",
        "too short",
        f"Ghi ít nhất {told.get('min_length')} ký tự",
        f"Write at least {told.get('min_length')} characters",
    ),
    "too_long": lambda told: (
        "chọn quá nhiều",
        "too many are chosen",
        f"Chọn không quá {told.get('max_length')}",
        f"Choose at most {told.get('max_length')}",
    ),
    "greater_than_equal": _bound("ge", "từ", "of at least"),
    "greater_than": _bound("gt", "lớn hơn", "above"),
    "less_than_equal": _bound("le", "không quá", "of at most"),
    "less_than": _bound("lt", "nhỏ hơn", "below"),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
}
_BY_BEGIN: Sequence[tuple[str, _Words]] = (
    ("int_", _NUMBER),
    ("float_", _NUMBER),
    ("datetime", _plain(*_NO_TIME)),
    ("date", _plain(*_NO_DAY)),
    ("string_", _plain("sai dạng", "of the wrong form", "Ghi lại", "Write it anew")),
)
