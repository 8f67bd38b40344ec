"""What is kept, where and for how long: ledger, series, secrets, log, copies, the disk."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from core.text import Text
from runtime.quantities import Wrong
from runtime.sections.kinds import (
    Beside,
    Duration,
    OptionalBeside,
    OptionalWebAddress,
    Section,
    Size,
    folder_of,
)


def _has_a_port(url: str) -> bool:
    """Say whether what stands in the place of a port, if anything, is one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _ledger_url(value: str, info: ValidationInfo) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return f"sqlite:///{folder_of(info) / rest[1:]}"
    if scheme == "postgresql" and rest and _has_a_port(value):
        return value
    raise Wrong(
        Text(vi="không phải là địa chỉ sổ cái", en="not the address of a ledger"),
        Text(
            vi='Viết "sqlite:///thư-mục/tệp.db" hoặc "postgresql://người-dùng@máy/tên"',
            en='Write "sqlite:///folder/file.db" or "postgresql://user@host/name"',
        ),
    )


class Ledger(Section):
    """Sổ cái: kiểm kê, trạng thái, sự cố, người dùng / The ledger: inventory, statuses, incidents, users."""  # noqa: E501

    url: Annotated[
        str,
        Field(repr=False),
        AfterValidator(_ledger_url),
        Text(
            vi='"sqlite:///tệp" hoặc "postgresql://người-dùng:mật-khẩu@máy/tên"; nên đặt mật '
            "khẩu qua biến môi trường THONGSUOT_LEDGER__URL",
            en='"sqlite:///file" or "postgresql://user:password@host/name"; a password is '
            "better given by the environment, THONGSUOT_LEDGER__URL",
        ),
    ] = "sqlite:///var/thongsuot.db"


class Series(Section):
    """Chuỗi thời gian cho biểu đồ / The time series behind the charts."""

    enabled: Annotated[
        bool,
        Text(
            vi="Lưu chuỗi thời gian; tắt thì trạng thái và cảnh báo vẫn chạy",
            en="Keep time series; without them statuses and alerts still work",
        ),
    ] = True
    write_url: Annotated[
        OptionalWebAddress,
        Field(repr=False),
        Text(
            vi="Địa chỉ Prometheus remote write; để trống thì tự chạy VictoriaMetrics kèm theo",
            en="Prometheus remote-write address; empty: a VictoriaMetrics child is started",
        ),
    ] = None
    read_url: Annotated[
        OptionalWebAddress,
        Field(repr=False),
        Text(
            vi="Địa chỉ đọc của API Prometheus (phần trước /api/v1/query)",
            en="Address of the Prometheus query API (the part before /api/v1/query)",
        ),
    ] = None
    headers: Annotated[
        dict[str, str],
        Field(repr=False),
        Text(
            vi='Tiêu đề HTTP gửi kèm, giá trị có thể là "secret:TÊN"',
            en='HTTP headers to send along; a value may be "secret:NAME"',
        ),
    ] = Field(default_factory=dict)
    directory: Annotated[
        Beside,
        Text(
            vi="Thư mục dữ liệu của VictoriaMetrics kèm theo",
            en="Where the VictoriaMetrics child keeps its data",
        ),
    ] = Path("var/series")
    port: Annotated[
        int,
        Field(ge=0, le=65535),
        Text(
            vi="Cổng của VictoriaMetrics trên 127.0.0.1; 0 là cổng trống bất kỳ",
            en="Port of the VictoriaMetrics child on 127.0.0.1; 0 is any free one",
        ),
    ] = 0
    retention: Annotated[
        int,
        Field(ge=1, le=1200),
        Text(vi="Số tháng giữ dữ liệu", en="How many months of data are kept"),
    ] = 25
    memory: Annotated[
        Size,
        Text(
            vi="Bộ nhớ tối đa của VictoriaMetrics",
            en="The most memory VictoriaMetrics may take",
        ),
    ] = "256MB"  # type: ignore[assignment]  # read like any other value, into bytes
    min_free_space: Annotated[
        Size,
        Text(
            vi="Chỗ trống còn lại trên đĩa mà dưới mức đó thì ngừng ghi",
            en="Free disk space below which nothing more is written",
        ),
    ] = "1GB"  # type: ignore[assignment]
    spool: Annotated[
        Beside,
        Text(
            vi="Tệp đệm cho mẫu đo chưa gửi được",
            en="The file that holds samples not yet delivered",
        ),
    ] = Path("var/spool.db")
    spool_size: Annotated[
        Size,
        Text(
            vi="Dung lượng tối đa của tệp đệm; đầy thì bỏ mẫu cũ nhất và báo ra",
            en="The most the spool may take; full, it drops the oldest samples and says so",
        ),
    ] = "512MB"  # type: ignore[assignment]

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.write_url is None) != (self.read_url is None):
            raise Wrong(
                Text(
                    vi="write_url và read_url phải đi đôi",
                    en="write_url and read_url belong together",
                ),
                Text(vi="Đặt cả hai hoặc bỏ cả hai", en="Set both or neither"),
            )
        return self

    @property
    def child(self) -> bool:
        """Say whether an engine of our own is to be started."""
        return self.enabled and self.write_url is None


class Secrets(Section):
    """Mật khẩu của thiết bị và kênh tin / Credentials of devices and channels."""

    key_file: Annotated[
        Beside,
        Text(
            vi="Tệp khoá chủ mã hoá mọi mật khẩu (chỉ chủ sở hữu đọc được); phải sao lưu riêng",
            en="The master key that encrypts every secret (mode 0600); back it up separately",
        ),
    ] = Path("var/master.key")


class Log(Section):
    """Nhật ký chạy / The running log."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Text(vi="Mức ghi", en="How much is logged"),
    ] = "info"


class Backup(Section):
    """Sao lưu / Backups."""

    directory: Annotated[
        Beside,
        Text(
            vi="Thư mục chứa bản sao lưu; nên là một ổ đĩa khác",
            en="Where backups are kept; better on another disk",
        ),
    ] = Path("var/backups")
    keep: Annotated[
        int,
        Field(ge=1, le=3650),
        Text(
            vi="Giữ bao nhiêu bản gần nhất; bản cũ hơn bị xoá",
            en="How many of the newest are kept; older ones are removed",
        ),
    ] = 14
    series: Annotated[
        bool,
        Text(
            vi="Sao lưu cả chuỗi thời gian của VictoriaMetrics kèm theo",
            en="Take the time series of the VictoriaMetrics child along",
        ),
    ] = True
    passphrase_file: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp chứa cụm mật khẩu khoá khoá chủ trong bản sao lưu; để trống thì khoá chủ nằm "
            "trong đó không được bảo vệ",
            en="File with a passphrase that locks the master key inside backups; empty: it lies "
            "there in the open",
        ),
    ] = None


class Disk(Section):
    """Chỗ trống trên đĩa / Room on the disk."""

    floor: Annotated[
        Size,
        Text(
            vi="Dưới mức trống này thì bỏ mẫu đo (có đếm và báo) để sổ cái còn chỗ ghi",
            en="With less room than this, samples are dropped (counted, and said) so that the "
            "ledger can still be written",
        ),
    ] = "1GB"  # type: ignore[assignment]
    warn_before: Annotated[
        Duration,
        Text(
            vi="Báo trước khi đĩa đầy bao lâu, theo đà tăng gần đây",
            en="How long before the disk fills up, as it lately grew, that is said",
        ),
    ] = "14d"  # type: ignore[assignment]


class Retention(Section):
    """Giữ bao lâu; trạng thái, sự cố và nhật ký kiểm toán không bao giờ bị xoá / How long things are kept; statuses, incidents and the audit trail never go."""  # noqa: E501

    events: Annotated[
        Duration,
        Text(
            vi="Sự kiện của trang trực tiếp (và không quá 10.000 sự kiện)",
            en="Events of the live pages (and 10,000 of them at the most)",
        ),
    ] = "30d"  # type: ignore[assignment]
    messages: Annotated[
        Duration,
        Text(
            vi="Tin đã gửi xong của sự cố đã đóng, kèm nội dung và biên nhận",
            en="Messages done with, of closed incidents: their text and receipts",
        ),
    ] = "400d"  # type: ignore[assignment]
    remarks: Annotated[
        Duration,
        Text(
            vi="Lời thiết bị tự báo qua trap và syslog (và không quá [hearing] kept)",
            en="What devices said by traps and syslog (and no more than [hearing] kept)",
        ),
    ] = "30d"  # type: ignore[assignment]
    transcripts: Annotated[
        Duration,
        Text(
            vi="Lời thoại của các lần đo gần đây (trong bộ nhớ, vài lần mỗi phép đo)",
            en="What was said in recent looks (in memory, a few for each check)",
        ),
    ] = "7d"  # type: ignore[assignment]
