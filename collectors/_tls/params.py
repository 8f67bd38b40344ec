"""What may be set wherever TLS is spoken."""

from typing import Annotated

from pydantic import Field

from collectors._tls.trust import MinTls, Terms
from core.model import Model

ServerName = Annotated[
    str | None,
    Field(
        max_length=253,
        pattern=r"^[^\s/\\:]+$",
        description="Name that the certificate must bear; none: the address",
        json_schema_extra={"vi": "Tên phải có trong chứng thư; trống: chính địa chỉ"},
    ),
]


class TlsParams(Model):
    """On which terms a certificate is accepted."""

    verify: bool = Field(
        default=True,
        description="Fail on a certificate that is expired, untrusted or of another host",
        json_schema_extra={"vi": "Báo hỏng khi chứng thư hết hạn, không tin cậy hay sai tên máy"},
    )
    ca: str | None = Field(
        default=None,
        description="Certificate authorities: a PEM file, or PEM text; none: the system's",
        json_schema_extra={
            "vi": "Nơi cấp chứng thư: tệp PEM hoặc nội dung PEM; trống: của hệ thống"
        },
    )
    min_days: float | None = Field(
        default=None,
        ge=0,
        le=10_000,
        description="Days that the certificate should still be valid",
        json_schema_extra={"vi": "Số ngày chứng thư nên còn hạn"},
    )
    min_tls: MinTls | None = Field(
        default=None,
        description="Oldest accepted TLS version; none: as this system has it",
        json_schema_extra={"vi": "Phiên bản TLS cũ nhất chấp nhận; trống: theo hệ thống"},
    )

    @property
    def terms(self) -> Terms:
        """Return the terms on which TLS is spoken."""
        return Terms(self.verify, self.ca, self.min_tls)
