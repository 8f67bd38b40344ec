"""What may be set for the balance of a gateway."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from collectors._http.kinds import LONGEST, Headers, web
from collectors._tls.params import TlsParams

SECRET = "{secret}"  # noqa: S105  (where the check's secret is put)


class Params(TlsParams):
    """What may be set. `{secret}` in url, body and headers stands for the check's secret."""

    url: Annotated[str, AfterValidator(web)] = Field(
        max_length=LONGEST,
        description="Address of the gateway's balance, http:// or https://",
        json_schema_extra={"vi": "Địa chỉ hỏi số dư của cổng tin nhắn, http:// hoặc https://"},
    )
    method: Literal["GET", "POST"] = Field(
        default="GET",
        description="GET, or POST with a body",
        json_schema_extra={"vi": "GET, hoặc POST có nội dung"},
    )
    body: str | None = Field(
        default=None,
        max_length=4000,
        description='Body of a POST: {"ApiKey": "{secret}"}',
        json_schema_extra={"vi": 'Nội dung gửi khi POST: {"ApiKey": "{secret}"}'},
    )
    headers: Headers = Field(
        default_factory=dict,
        description="Headers to send: Authorization: Bearer {secret}",
        json_schema_extra={"vi": "Các header gửi kèm: Authorization: Bearer {secret}"},
    )
    value: str = Field(
        default="balance",
        max_length=200,
        description="Dotted path of the balance in the JSON answer: data.balance",
        json_schema_extra={"vi": "Đường dẫn tới số dư trong JSON trả về: data.balance"},
    )
    least: float = Field(
        default=100_000,
        ge=0,
        description="Balance below which it wants attention",
        json_schema_extra={"vi": "Số dư dưới mức này là suy giảm"},
    )
    unit: str = Field(
        default="VND",
        max_length=20,
        pattern=r"^[A-Za-z_]+$",
        description="What is counted: VND, messages",
        json_schema_extra={"vi": "Đơn vị tính: VND, tin"},
    )
