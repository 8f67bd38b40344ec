"""What may be set for a SIP check."""

from typing import Literal

from pydantic import Field

from core.model import Model


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=5060, ge=1, le=65535, description="Port", json_schema_extra={"vi": "Cổng"}
    )
    transport: Literal["udp", "tcp"] = Field(
        default="udp", description="udp or tcp", json_schema_extra={"vi": "udp hoặc tcp"}
    )
    user: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[A-Za-z0-9_.!~*'()&=+$,;?/%-]+$",
        description="User to ask for: is it registered there? None: the host itself",
        json_schema_extra={"vi": "Người dùng cần hỏi: có đăng ký ở đó không? Trống: chính máy đó"},
    )
    domain: str | None = Field(
        default=None,
        max_length=253,
        pattern=r"^[A-Za-z0-9.:-]+$",
        description="Domain of the asked address; none: the host's own",
        json_schema_extra={"vi": "Tên miền trong địa chỉ được hỏi; trống: của chính máy đó"},
    )
    any_answer: bool = Field(
        default=False,
        description="Every answer counts, even that it is overloaded (for reach checks)",
        json_schema_extra={
            "vi": "Trả lời nào cũng tính, kể cả báo quá tải (cho kiểm tra thông mạng)"
        },
    )
