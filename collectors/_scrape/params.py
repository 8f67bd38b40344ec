"""What may be set for a scrape."""

from typing import Literal

from pydantic import Field, field_validator

from collectors._host.params import HostLimits
from collectors._net.login import Shown, UserName
from collectors._net.written import Names
from collectors._tls.params import TlsParams

# What boards and rules about servers ask for. Other exporters name theirs.
ALLOWED = (
    "node_boot_time_seconds",
    "node_cpu_seconds_total",
    "node_disk_*",
    "node_filefd_*",
    "node_filesystem_*",
    "node_hwmon_*",
    "node_load*",
    "node_memory_*",
    "node_network_*",
    "node_nfs_*",
    "node_os_info",
    "node_systemd_unit_state",
    "node_textfile_scrape_error",
    "node_time_seconds",
    "node_timex_*",
    "node_uname_info",
    "node_vmstat_*",
    "windows_cpu_*",
    "windows_cs_*",
    "windows_logical_disk_*",
    "windows_memory_*",
    "windows_net_*",
    "windows_os_*",
    "windows_service_*",
    "windows_system_*",
    "windows_time_*",
)


class Params(TlsParams, HostLimits):
    """What may be set."""

    scheme: Literal["http", "https"] = Field(
        default="http",
        description="http, or https where the exporter speaks TLS",
        json_schema_extra={"vi": "http, hoặc https nếu exporter dùng TLS"},
    )
    port: int = Field(
        default=9100,
        ge=1,
        le=65535,
        description="TCP port: 9100 node_exporter, 9182 windows_exporter",
        json_schema_extra={"vi": "Cổng TCP: 9100 node_exporter, 9182 windows_exporter"},
    )
    path: str = Field(
        default="/metrics",
        max_length=500,
        pattern=r"^/[!-~]*$",
        description="Path of the page, a query included",
        json_schema_extra={"vi": "Đường dẫn của trang, kể cả phần sau dấu hỏi"},
    )
    allow: Names = Field(
        default=ALLOWED,
        description="Metrics to keep, * stands for anything; others are counted and dropped",
        json_schema_extra={"vi": "Những chỉ số giữ lại, * là gì cũng được; còn lại chỉ đếm rồi bỏ"},
    )
    deny: Names = Field(
        default=(),
        description="Metrics to drop although they are allowed",
        json_schema_extra={"vi": "Những chỉ số bỏ dù đã được phép"},
    )
    max_bytes: int = Field(
        default=4 * 1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="Bytes of the page that are read",
        json_schema_extra={"vi": "Số byte của trang được đọc"},
    )
    max_series: int = Field(
        default=5000,
        ge=1,
        le=100_000,
        description="Series that are kept at most",
        json_schema_extra={"vi": "Số chuỗi giữ lại nhiều nhất"},
    )
    max_label: int = Field(
        default=200,
        ge=10,
        le=4000,
        description="Characters of a label; series with a longer one are dropped",
        json_schema_extra={"vi": "Số ký tự của một nhãn; chuỗi có nhãn dài hơn bị bỏ"},
    )
    auth: Shown = "basic"
    user: UserName = None
    client_certificate: str | None = Field(
        default=None,
        max_length=100,
        description="Name of the secret with our certificate and its key, both PEM, for mTLS",
        json_schema_extra={
            "vi": "Tên bí mật chứa chứng thư của ta và khoá của nó, đều dạng PEM, để dùng mTLS"
        },
    )

    @field_validator("allow")
    @classmethod
    def _names_something(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("nothing would be kept: name at least one metric, or *")
        return value
