"""How full and how busy a server may be before it wants attention."""

from pydantic import Field

from collectors._net.written import Names
from core.model import Model

CPU, MEMORY, DISK = 0.95, 0.95, 0.90  # proposals of ours, no law


class HostLimits(Model):
    """The bounds of a server. None: that is not looked at."""

    max_cpu: float | None = Field(
        default=CPU,
        gt=0,
        le=1,
        description="Processor load since the last look above which it wants attention, 0…1",
        json_schema_extra={"vi": "Mức dùng bộ xử lý từ lần đo trước, quá mức này là suy giảm, 0…1"},
    )
    max_memory: float | None = Field(
        default=MEMORY,
        gt=0,
        le=1,
        description="Share of memory in use above which it wants attention, 0…1",
        json_schema_extra={"vi": "Phần bộ nhớ đang dùng, quá mức này là suy giảm, 0…1"},
    )
    max_disk: float | None = Field(
        default=DISK,
        gt=0,
        le=1,
        description="Share of any disk in use above which it wants attention, 0…1",
        json_schema_extra={"vi": "Phần đã dùng của một ổ đĩa, quá mức này là suy giảm, 0…1"},
    )
    ignore_disks: Names = Field(
        default=(),
        description="Disks that may be full: mount points or letters, * stands for anything",
        json_schema_extra={"vi": "Những ổ được phép đầy: điểm gắn hay chữ cái, * là gì cũng được"},
    )
    services: Names = Field(
        default=(),
        description="Services that must run: nginx.service, W32Time",
        json_schema_extra={"vi": "Các dịch vụ phải đang chạy: nginx.service, W32Time"},
    )
