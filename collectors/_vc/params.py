"""What may be set for equipment that is asked over HTTP."""

from typing import Literal

from pydantic import Field, field_validator

from collectors._net.login import UserName
from collectors._tls.params import TlsParams


def pin(text: str) -> str:
    """Return a SHA-256 fingerprint as certificates bear it; ValueError if it is none."""
    bare = text.strip().lower().removeprefix("sha256").lstrip(" :=").replace(":", "")
    if len(bare) != 64 or set(bare) - set("0123456789abcdef"):  # noqa: PLR2004
        raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
    return bare


class VcParams(TlsParams):
    """Where and on which terms a device is asked."""

    scheme: Literal["https", "http"] = Field(
        default="https",
        description="https, or http for old equipment that speaks no TLS",
        json_schema_extra={"vi": "https, hoặc http với thiết bị cũ không có TLS"},
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port; none: the usual one",
        json_schema_extra={"vi": "Cổng TCP; trống: cổng thường dùng"},
    )
    user: UserName = None
    fingerprint: str | None = Field(
        default=None,
        description="SHA-256 fingerprint of the device's own certificate, which then is trusted "
        "as it is; may stand on the secret's second line instead",
        json_schema_extra={
            "vi": "Dấu vân tay SHA-256 của chứng thư trên thiết bị, khi đó tin đúng chứng thư này; "
            "cũng có thể ghi ở dòng thứ hai của bí mật"
        },
    )

    @field_validator("fingerprint")
    @classmethod
    def _is_fingerprint(cls, value: str | None) -> str | None:
        return pin(value) if value else None
