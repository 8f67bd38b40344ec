"""What may be set for an HTTP check."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from collectors._http.kinds import (
    LONGEST,
    Absent,
    Follow,
    Headers,
    JsonPath,
    JsonText,
    Keyword,
    PagePattern,
    Statuses,
    web,
    without_login,
)
from collectors._net.login import Shown, UserName
from collectors._tls.params import TlsParams


class Params(TlsParams):
    """What may be set."""

    url: Annotated[str, AfterValidator(web), AfterValidator(without_login)] = Field(
        max_length=LONGEST,
        description="Address, http:// or https://",
        json_schema_extra={"vi": "Địa chỉ, http:// hoặc https://"},
    )
    method: Literal["GET", "HEAD"] = Field(
        default="GET",
        description="GET, or HEAD where the body is of no interest",
        json_schema_extra={"vi": "GET, hoặc HEAD khi không cần nội dung"},
    )
    statuses: Statuses = "200-299"
    follow: Follow = 5
    keyword: Keyword = None
    absent: Absent = None
    pattern: PagePattern = None
    json_path: JsonPath = None
    json_value: JsonText = None
    headers: Headers = Field(
        default_factory=dict,
        description="Headers to send",
        json_schema_extra={"vi": "Các header gửi kèm"},
    )
    auth: Shown = "basic"
    user: UserName = None
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
