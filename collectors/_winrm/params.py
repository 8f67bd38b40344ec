"""What may be set for Windows by WS-Management."""

from typing import Literal

from pydantic import Field

from collectors._host.params import HostLimits
from collectors._net.written import Names
from collectors._vc.params import VcParams


class Params(VcParams, HostLimits):
    """What may be set."""

    auth: Literal["ntlm", "basic"] = Field(
        default="ntlm",
        description="ntlm, or basic for local accounts where that is allowed; both by https",
        json_schema_extra={
            "vi": "ntlm, hoặc basic cho tài khoản cục bộ nếu được phép; cả hai qua https"
        },
    )
    event_minutes: int = Field(
        default=60,
        ge=1,
        le=1440,
        description="Minutes whose error events are counted",
        json_schema_extra={"vi": "Đếm sự kiện lỗi trong bao nhiêu phút gần nhất"},
    )
    event_logs: Names = Field(
        default=("System",),
        max_length=5,
        description="Event logs whose errors are counted: System, Application",
        json_schema_extra={"vi": "Nhật ký đếm lỗi: System, Application"},
    )
