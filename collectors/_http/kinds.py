"""Kinds of parameter of whatever asks the web."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field
from yarl import URL

from collectors._net.written import Texts

LONGEST = 2000  # characters of an address
_PATTERN = 1000  # characters
_RANGE = re.compile(r"([1-5])xx|([1-5]\d\d)(?:-([1-5]\d\d))?", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


def web(value: str) -> str:
    """Return an address of the web; ValueError if it is none."""
    url = URL(value)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("not an http:// or https:// address")
    return value


def without_login(value: str) -> str:
    """Return an address that carries no login; ValueError if it does."""
    url = URL(value)
    if url.user is not None or url.password is not None:
        raise ValueError("a login does not belong into the address: use a secret")
    return value


def compiled(pattern: str) -> re.Pattern[str]:
    """Return a regular expression; ValueError if it is none."""
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from error


def ranges(text: str) -> list[tuple[int, int]]:
    """Return the ranges of `2xx 301 401-403`, both ends included; ValueError if it is none."""
    found = []
    for word in re.split(r"[\s,;]+", text.strip()):
        match = _RANGE.fullmatch(word)
        if match is None:
            raise ValueError(f"{word!r} is not a status code, a range or a class like 2xx")
        if match[1]:
            first = int(match[1]) * 100
            found.append((first, first + 99))
        else:
            found.append((int(match[2]), int(match[3] or match[2])))
    return found


def accepts(statuses: str, status: int) -> bool:
    """Say whether a status code is one of the wanted."""
    return any(first <= status <= last for first, last in ranges(statuses))


def _are_ranges(value: str) -> str:
    ranges(value)
    return value


def _compiles(value: str | None) -> str | None:
    compiled(value or "")
    return value


def _are_headers(value: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in value.items():
        if not _TOKEN.fullmatch(name) or not text.isprintable():
            raise ValueError(f"{name!r} is not a header that can be sent")
    return value


Headers = Annotated[Texts, AfterValidator(_are_headers)]
Pattern = Annotated[str | None, Field(max_length=_PATTERN), AfterValidator(_compiles)]
Statuses = Annotated[
    str,
    AfterValidator(_are_ranges),
    Field(
        description='Accepted status codes: "2xx 301 401-403"',
        json_schema_extra={"vi": 'Các mã trạng thái chấp nhận: "2xx 301 401-403"'},
    ),
]
Follow = Annotated[
    int,
    Field(
        ge=0,
        le=20,
        description="Redirects that are followed at most",
        json_schema_extra={"vi": "Số lần chuyển hướng đi theo, nhiều nhất"},
    ),
]
Keyword = Annotated[
    str | None,
    Field(
        max_length=1000,
        description="Text the page must contain, in any letter case",
        json_schema_extra={"vi": "Nội dung trang phải có, không phân biệt hoa thường"},
    ),
]
Absent = Annotated[
    str | None,
    Field(
        max_length=1000,
        description="Text the page must not contain, in any letter case",
        json_schema_extra={"vi": "Nội dung trang không được có, không phân biệt hoa thường"},
    ),
]
PagePattern = Annotated[
    Pattern,
    Field(
        description="Regular expression that the page must match somewhere",
        json_schema_extra={"vi": "Biểu thức chính quy phải khớp ở đâu đó trong trang"},
    ),
]
JsonPath = Annotated[
    str | None,
    Field(
        max_length=500,
        description="Dotted path that the JSON answer must have: data.items.0.state",
        json_schema_extra={"vi": "Đường dẫn phải có trong JSON trả về: data.items.0.state"},
    ),
]
JsonText = Annotated[
    str | None,
    Field(
        max_length=1000,
        description="Value that must stand at json_path",
        json_schema_extra={"vi": "Giá trị phải có tại json_path"},
    ),
]
