"""What may be set for a directory."""

import re
from typing import Literal

from pydantic import Field, field_validator

from collectors._tls.params import ServerName, TlsParams

_FILTER = re.compile(r"\(([A-Za-z][A-Za-z0-9.;-]{0,100})=([^()\\\x00]{1,500})\)")


class Params(TlsParams):
    """What may be set."""

    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port; none: the usual one (636 with tls, else 389)",
        json_schema_extra={"vi": "Cổng TCP; trống: cổng thường dùng (636 với tls, còn lại 389)"},
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="starttls",
        description="tls (LDAPS), starttls, or none",
        json_schema_extra={"vi": "tls (LDAPS), starttls, hoặc none (không mã hoá)"},
    )
    server_name: ServerName = None
    user: str | None = Field(
        default=None,
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Who binds: a DN, or user@domain for Active Directory; its password is the "
        "secret; none: anonymous",
        json_schema_extra={
            "vi": "Ai đăng nhập: DN, hoặc ten@mien với Active Directory; mật khẩu là bí mật; "
            "trống: ẩn danh"
        },
    )
    base: str | None = Field(
        default=None,
        max_length=500,
        description="Where to search: dc=dongnai,dc=gov,dc=vn; none: nothing is searched",
        json_schema_extra={"vi": "Tìm ở đâu: dc=dongnai,dc=gov,dc=vn; trống: không tìm"},
    )
    scope: Literal["base", "one", "sub"] = Field(
        default="base",
        description="The entry itself, those right below it, or all below it",
        json_schema_extra={"vi": "Chính mục ấy (base), các mục ngay dưới (one), hay tất cả (sub)"},
    )
    filter: str = Field(
        default="(objectClass=*)",
        max_length=700,
        description="What to search for: one (attribute=value), or (attribute=*)",
        json_schema_extra={"vi": "Tìm gì: một (thuộc-tính=giá-trị), hoặc (thuộc-tính=*)"},
    )
    min_entries: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="Entries that must be found, at least",
        json_schema_extra={"vi": "Số mục phải tìm thấy, ít nhất"},
    )
    max_offset: float | None = Field(
        default=None,
        gt=0,
        le=86400,
        description="Seconds by which a domain controller's clock and ours may differ (Kerberos "
        "refuses beyond 300)",
        json_schema_extra={
            "vi": "Số giây đồng hồ máy chủ miền và của ta được phép lệch (quá 300 thì Kerberos từ "
            "chối)"
        },
    )

    @field_validator("filter")
    @classmethod
    def _is_simple(cls, value: str) -> str:
        if not _FILTER.fullmatch(value):
            raise ValueError(f"{value!r} is not one (attribute=value)")
        return value

    @property
    def wanted(self) -> tuple[str, str]:
        """Return attribute and value of the filter; `*`: present."""
        found = _FILTER.fullmatch(self.filter)
        return (found[1], found[2]) if found else ("objectClass", "*")

    @property
    def at_port(self) -> int:
        """Return the port that is asked."""
        return self.port or (636 if self.security == "tls" else 389)
