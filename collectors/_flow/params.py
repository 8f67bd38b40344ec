"""What may be set for a web transaction."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue, field_validator, model_validator

from collectors._http.kinds import (
    LONGEST,
    Absent,
    Follow,
    Headers,
    JsonPath,
    JsonText,
    Keyword,
    PagePattern,
    Pattern,
    Statuses,
    compiled,
)
from collectors._tls.params import TlsParams
from core.model import Model, Slug

MOST_STEPS = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
_SOURCES = ("regex", "json", "field", "meta", "header", "cookie")
_SELECTOR = re.compile(r"[#.]?[A-Za-z][A-Za-z0-9_-]{0,100}")
_SKETCH = re.compile(r"[0-9a-f]{256}")
VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
GIVEN = frozenset({"user", "password", "secret", "token"})  # what the secrets bring


def _parsed(value: object) -> object:
    """Accept JSON text, as a cell or a command line has it."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error


def _words(value: object) -> object:
    return tuple(re.split(r"[\s,;]+", value.strip())) if isinstance(value, str) else value


def _lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(line.strip() for line in value.splitlines() if line.strip())


Selectors = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Step(Model):
    """One request and what is wanted of its answer; `{{name}}` stands for a variable."""

    name: str = Field(
        default="",
        max_length=60,
        description="What the step is called in results; none: its number",
        json_schema_extra={"vi": "Tên bước trong kết quả; trống: số thứ tự"},
    )
    url: str = Field(
        max_length=LONGEST,
        description="Address; after the first step also a path like /login",
        json_schema_extra={"vi": "Địa chỉ; từ bước thứ hai có thể là đường dẫn như /login"},
    )
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET",
        description="Method; a step with a form or JSON is a POST unless it says otherwise",
        json_schema_extra={"vi": "Phương thức; bước có form hay JSON mặc nhiên là POST"},
    )
    headers: Headers = Field(
        default_factory=dict,
        description="Headers to send",
        json_schema_extra={"vi": "Các header gửi kèm"},
    )
    form: Mapping[str, str] | None = Field(
        default=None,
        description="Fields of a form to send",
        json_schema_extra={"vi": "Các trường của form gửi đi"},
    )
    hidden: bool = Field(
        default=False,
        description="Send the fields along that the last page's form has filled itself, hidden "
        "ones too (CSRF token, __VIEWSTATE)",
        json_schema_extra={
            "vi": "Gửi kèm các trường mà form của trang trước đã điền sẵn, kể cả trường ẩn "
            "(mã CSRF, __VIEWSTATE)"
        },
    )
    form_id: str | None = Field(
        default=None,
        max_length=100,
        description="id, name or action of the form that `hidden` means; none: the one with a "
        "password, else the first",
        json_schema_extra={
            "vi": "id, name hay action của form mà `hidden` nói đến; trống: form có mật khẩu, "
            "không có thì form đầu tiên"
        },
    )
    json_body: JsonValue = Field(
        default=None,
        description="JSON to send",
        json_schema_extra={"vi": "JSON gửi đi"},
    )
    statuses: Statuses = "200-299"
    follow: Follow = 5
    extract: Mapping[str, str] = Field(
        default_factory=dict,
        description="Variables for later steps: name = regex:…, json:data.token, field:csrf, "
        "meta:csrf-token, header:Location or cookie:XSRF-TOKEN",
        json_schema_extra={
            "vi": "Biến cho các bước sau: tên = regex:…, json:data.token, field:csrf, "
            "meta:csrf-token, header:Location hoặc cookie:XSRF-TOKEN"
        },
    )
    keyword: Keyword = None
    absent: Absent = None
    pattern: PagePattern = None
    json_path: JsonPath = None
    json_value: JsonText = None
    final_url: str | None = Field(
        default=None,
        max_length=LONGEST,
        description="Text that the address must contain where the redirects end: /home",
        json_schema_extra={"vi": "Nội dung phải có trong địa chỉ cuối sau chuyển hướng: /home"},
    )
    max_seconds: float | None = Field(
        default=None,
        gt=0,
        le=300,
        description="Seconds that the step may take",
        json_schema_extra={"vi": "Số giây bước này được phép mất"},
    )

    @field_validator("extract")
    @classmethod
    def _can_be_extracted(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, rule in value.items():
            source, colon, what = rule.partition(":")
            if not _NAME.fullmatch(name) or name in GIVEN:
                raise ValueError(f"{name!r} cannot be the name of a variable")
            if source not in _SOURCES or not colon or not what.strip():
                known = ", ".join(f"{one}:…" for one in _SOURCES)
                raise ValueError(f"{rule!r} is none of {known}")
            if source == "regex":
                compiled(what)
        return value

    @model_validator(mode="after")
    def _sends_one_thing(self) -> "Step":
        if self.json_body is not None and (self.form is not None or self.hidden):
            raise ValueError("a step sends a form or JSON, not both")
        return self

    @property
    def verb(self) -> str:
        """Return the method that is used."""
        sends = self.form is not None or self.hidden or self.json_body is not None
        return "POST" if sends and self.method == "GET" else self.method


Steps = Annotated[tuple[Step, ...], BeforeValidator(_parsed)]


class Params(TlsParams):
    """What may be set."""

    steps: Steps = Field(
        max_length=MOST_STEPS,
        description="The steps, a list (or its JSON text); cookies are kept from step to step",
        json_schema_extra={
            "vi": "Các bước, một danh sách (hoặc nội dung JSON); cookie được giữ qua các bước"
        },
    )
    user: str | None = Field(
        default=None,
        max_length=200,
        description="The robot's user name {{user}}, if its secret is the {{password}} alone; "
        "else the secret is user:password",
        json_schema_extra={
            "vi": "Tên đăng nhập {{user}} của tài khoản robot, nếu bí mật chỉ là {{password}}; "
            "không thì bí mật là tên:mật khẩu"
        },
    )
    client_certificate: Slug | None = Field(
        default=None,
        description="Name of the secret that holds our certificate and its key (PEM), for "
        "servers that ask for one (mTLS)",
        json_schema_extra={
            "vi": "Tên bí mật chứa chứng thư và khoá của ta (PEM), khi máy chủ đòi (mTLS)"
        },
    )
    token_url: str | None = Field(
        default=None,
        max_length=LONGEST,
        pattern=r"^https?://",
        description="Where an OAuth 2 token {{token}} is had by client credentials",
        json_schema_extra={"vi": "Nơi lấy mã OAuth 2 {{token}} bằng client credentials"},
    )
    token_secret: Slug | None = Field(
        default=None,
        description="Name of the secret client_id:client_secret for token_url",
        json_schema_extra={"vi": "Tên bí mật client_id:client_secret cho token_url"},
    )
    token_scope: str | None = Field(
        default=None,
        max_length=500,
        description="Scope of the token",
        json_schema_extra={"vi": "Phạm vi (scope) của mã"},
    )
    token_post: bool = Field(
        default=False,
        description="Send the client's id and secret in the form, instead of by Basic",
        json_schema_extra={"vi": "Gửi client_id và client_secret trong form thay vì Basic"},
    )
    max_age_days: float | None = Field(
        default=None,
        gt=0,
        le=3650,
        description="Days that the newest date on the last page may be old",
        json_schema_extra={"vi": "Ngày mới nhất ghi trên trang cuối được phép cũ bao nhiêu ngày"},
    )
    age_pattern: Pattern = Field(
        default=None,
        description="Regular expression of the places where dates count; none: the whole page",
        json_schema_extra={"vi": "Biểu thức chính quy của những chỗ tính ngày; trống: cả trang"},
    )
    max_change: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Share of the last page's text (0…1) that may change between two looks: "
        "beyond it the page is taken for defaced until it is accepted or comes back",
        json_schema_extra={
            "vi": "Phần nội dung trang cuối (0…1) được phép đổi giữa hai lần xem: quá mức thì coi "
            "là bị thay đổi giao diện, đến khi được chấp nhận hoặc trở lại như cũ"
        },
    )
    watch: Selectors = Field(
        default=(),
        description="Parts that are watched for change: tag, #id or .class; none: the whole page",
        json_schema_extra={"vi": "Phần được canh thay đổi: thẻ, #id hoặc .class; trống: cả trang"},
    )
    ignore: Selectors = Field(
        default=(),
        description="Parts that may change as they like: tag, #id or .class",
        json_schema_extra={"vi": "Phần thay đổi tuỳ ý (quảng cáo, bộ đếm): thẻ, #id hoặc .class"},
    )
    accepted: Selectors = Field(
        default=(),
        description="Sketches of pages that were accepted, as a finding tells them",
        json_schema_extra={"vi": "Dấu của những trang đã được chấp nhận, như kết quả cho biết"},
    )
    defaced_words: Annotated[tuple[str, ...], BeforeValidator(_lines)] = Field(
        default=("hacked by", "h4cked by", "defaced by", "pwned by"),
        description="Texts of known defacements, one a line; found in any letter case",
        json_schema_extra={
            "vi": "Những câu hay gặp ở trang bị tấn công, mỗi dòng một câu; không phân biệt hoa "
            "thường"
        },
    )

    @field_validator("watch", "ignore")
    @classmethod
    def _are_selectors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _SELECTOR.fullmatch(one):
                raise ValueError(f"{one!r} is no tag, #id or .class")
        return value

    @field_validator("accepted")
    @classmethod
    def _are_sketches(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _SKETCH.fullmatch(one):
                raise ValueError(f"{one[:20]!r} is no sketch of a page: 256 hexadecimal digits")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "Params":
        if (self.token_url is None) != (self.token_secret is None):
            raise ValueError("token_url and token_secret belong together")
        if not self.steps:
            raise ValueError("there is no step")
        names = [step.name or str(number) for number, step in enumerate(self.steps, 1)]
        if len(set(names)) < len(names):
            raise ValueError("two steps bear the same name")
        known = set(GIVEN)
        for number, step in enumerate(self.steps, 1):
            if number == 1 and not re.match(r"https?://|\{\{", step.url):
                raise ValueError("the first step needs a whole address, http:// or https://")
            for name in variables(step):
                if name not in known:
                    raise ValueError(f"step {number} uses {{{{{name}}}}}, which no step extracts")
            known |= set(step.extract)
        return self


def variables(step: Step) -> set[str]:
    """Return the variables that a step uses."""
    texts = [step.url, *step.headers.values(), *(step.form or {}).values(), step.keyword or ""]
    if step.json_body is not None:
        texts.append(json.dumps(step.json_body, ensure_ascii=False))
    return {name for text in texts for name in VARIABLE.findall(text)}
