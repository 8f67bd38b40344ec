"""What may be set for a DNS check."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from collectors._dns import message
from core.model import Model


def _words(value: object) -> object:
    return tuple(re.split(r"[\s,;]+", value.strip())) if isinstance(value, str) else value


class Params(Model):
    """What may be set."""

    name: str = Field(
        max_length=255,
        description="Name to ask for; of type PTR also an address",
        json_schema_extra={"vi": "Tên cần hỏi; với loại PTR có thể là địa chỉ"},
    )
    type: str = Field(
        default="A",
        max_length=20,
        description="Record type: A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT, …",
        json_schema_extra={"vi": "Loại bản ghi: A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT, …"},
    )
    port: int = Field(
        default=53, ge=1, le=65535, description="Port", json_schema_extra={"vi": "Cổng"}
    )
    transport: Literal["udp", "tcp"] = Field(
        default="udp",
        description="udp (a cut answer is fetched by TCP) or tcp",
        json_schema_extra={"vi": "udp (trả lời bị cắt thì hỏi lại bằng TCP) hoặc tcp"},
    )
    expect: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=(),
        description="Values that must be among the answers",
        json_schema_extra={"vi": "Các giá trị phải có trong trả lời"},
    )
    rcodes: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=("NOERROR",),
        description="Accepted response codes: NOERROR, NXDOMAIN, …",
        json_schema_extra={"vi": "Các mã trả lời chấp nhận: NOERROR, NXDOMAIN, …"},
    )
    may_be_empty: bool = Field(
        default=False,
        description="An answer without records of the type is good too",
        json_schema_extra={"vi": "Trả lời không có bản ghi loại đó cũng được"},
    )
    recursion: bool = Field(
        default=True,
        description="Ask the server to find the answer elsewhere",
        json_schema_extra={"vi": "Nhờ máy chủ tìm hộ ở nơi khác"},
    )
    authoritative: bool = Field(
        default=False,
        description="The server must be responsible for the zone",
        json_schema_extra={"vi": "Máy chủ phải là nơi chịu trách nhiệm về vùng tên này"},
    )
    dnssec: bool = Field(
        default=False,
        description="The server must have verified the answer by DNSSEC",
        json_schema_extra={"vi": "Máy chủ phải đã xác minh trả lời bằng DNSSEC"},
    )
    edns: bool = Field(
        default=True,
        description="Ask with EDNS, so that longer answers fit",
        json_schema_extra={"vi": "Hỏi kèm EDNS để nhận trả lời dài hơn"},
    )

    @model_validator(mode="after")
    def _can_be_asked(self) -> "Params":
        message.question(self.name, self.type, recursion=self.recursion, edns=self.edns)
        return self
