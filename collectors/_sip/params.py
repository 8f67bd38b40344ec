"""What may be set for a SIP check."""

from typing import Any, Literal

from pydantic import Field, model_validator

from collectors._tls.trust import Terms
from core.model import Model


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=5060, ge=1, le=65535, description="Port", json_schema_extra={"vi": "Cổng"}
    )
    transport: Literal["udp", "tcp", "tls"] = Field(
        default="udp",
        description="udp, tcp or tls (then the usual port is 5061)",
        json_schema_extra={"vi": "udp, tcp hoặc tls (khi đó cổng thường là 5061)"},
    )
    verify: bool = Field(
        default=True,
        description="By tls: fail on a certificate that is expired, untrusted or of another host",
        json_schema_extra={
            "vi": "Với tls: báo hỏng khi chứng thư hết hạn, không tin cậy hay sai tên máy"
        },
    )
    ca: str | None = Field(
        default=None,
        description="By tls: authorities, a PEM file or PEM text; none: the system's",
        json_schema_extra={
            "vi": "Với tls: nơi cấp chứng thư, tệp PEM hoặc nội dung PEM; trống: của hệ thống"
        },
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

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("transport") == "tls":
            return {"port": 5061, **given}
        return given

    @property
    def terms(self) -> Terms:
        """Return the terms on which TLS is spoken."""
        return Terms(self.verify, self.ca)
