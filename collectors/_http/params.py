"""What may be set for an HTTP check."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from yarl import URL

from collectors._tls.params import TlsParams

_RANGE = re.compile(r"([1-5])xx|([1-5]\d\d)(?:-([1-5]\d\d))?", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_PATTERN = 1000  # characters
LONGEST = 2000  # characters of an address


def _pairs(value: object) -> object:
    """Accept `Name: value` lines beside a mapping."""
    if not isinstance(value, str):
        return value
    lines = [line.partition(":") for line in value.splitlines() if line.strip()]
    return {name.strip(): rest.strip() for name, _, rest in lines}


Headers = Annotated[Mapping[str, str], BeforeValidator(_pairs)]


class Params(TlsParams):
    """What may be set."""

    url: str = Field(
        max_length=LONGEST,
        description="Address, http:// or https://",
        json_schema_extra={"vi": "Địa chỉ, http:// hoặc https://"},
    )
    method: Literal["GET", "HEAD"] = Field(
        default="GET",
        description="GET, or HEAD where the body is of no interest",
        json_schema_extra={"vi": "GET, hoặc HEAD khi không cần nội dung"},
    )
    statuses: str = Field(
        default="200-299",
        description='Accepted status codes: "2xx 301 401-403"',
        json_schema_extra={"vi": 'Các mã trạng thái chấp nhận: "2xx 301 401-403"'},
    )
    follow: int = Field(
        default=5,
        ge=0,
        le=20,
        description="Redirects that are followed at most",
        json_schema_extra={"vi": "Số lần chuyển hướng đi theo, nhiều nhất"},
    )
    keyword: str | None = Field(
        default=None,
        max_length=1000,
        description="Text the page must contain, in any letter case",
        json_schema_extra={"vi": "Nội dung trang phải có, không phân biệt hoa thường"},
    )
    absent: str | None = Field(
        default=None,
        max_length=1000,
        description="Text the page must not contain, in any letter case",
        json_schema_extra={"vi": "Nội dung trang không được có, không phân biệt hoa thường"},
    )
    pattern: str | None = Field(
        default=None,
        max_length=_PATTERN,
        description="Regular expression that the page must match somewhere",
        json_schema_extra={"vi": "Biểu thức chính quy phải khớp ở đâu đó trong trang"},
    )
    json_path: str | None = Field(
        default=None,
        max_length=500,
        description="Dotted path that the JSON answer must have: data.items.0.state",
        json_schema_extra={"vi": "Đường dẫn phải có trong JSON trả về: data.items.0.state"},
    )
    json_value: str | None = Field(
        default=None,
        max_length=1000,
        description="Value that must stand at json_path",
        json_schema_extra={"vi": "Giá trị phải có tại json_path"},
    )
    headers: Headers = Field(
        default_factory=dict,
        description="Headers to send",
        json_schema_extra={"vi": "Các header gửi kèm"},
    )
    auth: Literal["basic", "bearer"] = Field(
        default="basic",
        description="How the check's secret is shown: basic (user:password) or bearer (token)",
        json_schema_extra={"vi": "Cách trình bí mật: basic (tên:mật khẩu) hoặc bearer (mã)"},
    )
    user: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^:\x00-\x1f\x7f]+$",
        description="User name, if the secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập, nếu bí mật chỉ là mật khẩu"},
    )
    keep: bool = Field(
        default=False,
        description="Keep the connection for the next check, instead of a new one each time",
        json_schema_extra={"vi": "Giữ kết nối cho lần sau thay vì mở mới mỗi lần"},
    )
    connect_to: str | None = Field(
        default=None,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+)(:\d{1,5})?$",
        description="host or host:port to connect to, instead of the address's own",
        json_schema_extra={"vi": "máy hoặc máy:cổng để kết nối, thay cho máy của địa chỉ"},
    )

    @field_validator("url")
    @classmethod
    def _is_web(cls, value: str) -> str:
        url = URL(value)
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError("not an http:// or https:// address")
        if url.user is not None or url.password is not None:
            raise ValueError("a login does not belong into the address: use a secret")
        return value

    @field_validator("statuses")
    @classmethod
    def _is_ranges(cls, value: str) -> str:
        if not ranges(value):
            raise ValueError("no status code")
        return value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not _TOKEN.fullmatch(name) or not text.isprintable():
                raise ValueError(f"{name!r} is not a header that can be sent")
        return value

    def accepts(self, status: int) -> bool:
        """Say whether a status code is one of the wanted."""
        return any(first <= status <= last for first, last in ranges(self.statuses))


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
