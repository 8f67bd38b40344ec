"""What may be set, and to what: one strict TOML file, overridden by the environment.

`THONGSUOT_SECTION__KEY` overrides `[section] key`. Every key carries its sentence for people
(`core.text.Text`), from which `docs/settings.md` and the commented file of `init` are made.
Relative paths are relative to the folder of the settings file.
"""

import ipaddress
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from core.channel import Channel
from core.collector import Collector
from core.errors import Invalid, Problem
from core.finding import Fault
from core.incident import Severity
from core.model import Line, Model, Slug
from core.text import Language, Text
from runtime import environment, settings_faults, toml_lines
from runtime.quantities import Wrong, hour, seconds, size
from runtime.report_schedule import Schedule
from runtime.settings_faults import SECRET

FILE = "thongsuot.toml"  # of the current folder, where nothing else is said
CONFIG = f"{environment.PREFIX}CONFIG"  # the variable that names another
Duration = Annotated[float, BeforeValidator(seconds)]
Size = Annotated[int, BeforeValidator(size)]
Class = Literal["center", "hub", "site", "device", "link_center", "link_hub", "link_site"]
Hour = Annotated[time, BeforeValidator(hour)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Port = Annotated[int, Field(ge=1, le=65535)]


def _beside(path: Path, info: ValidationInfo) -> Path:
    return _folder(info) / path.expanduser()


def _folder(info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path.cwd())
    return folder


def _nothing(value: object) -> object:
    return None if value == "" else value


def _listen(value: str) -> str:
    split_listen(value)
    return value


def _heard(value: str) -> str:
    return _listen(value) if value else value


def _engine_id(value: str) -> str:
    try:
        octets = bytes.fromhex(value)
    except ValueError:
        octets = b""
    if not 5 <= len(octets) <= 32:  # noqa: PLR2004  (RFC 3411, SnmpEngineID)
        raise Wrong(
            Text(vi=f'"{value}" không phải là engine ID', en=f'"{value}" is not an engine id'),
            Text(
                vi="Viết từ 5 đến 32 byte ở hệ 16, ví dụ 800000000474686f6e6773756f74",
                en="Write 5 to 32 octets in hexadecimal, such as 800000000474686f6e6773756f74",
            ),
        )
    return octets.hex()


EngineId = Annotated[str, AfterValidator(_engine_id)]


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise Wrong(
            Text(vi=f'"{value}" không phải là địa chỉ', en=f'"{value}" is not an address'),
            Text(
                vi='Viết địa chỉ hoặc mạng, ví dụ "127.0.0.1", "10.1.0.0/24"',
                en='Write an address or a network, such as "127.0.0.1", "10.1.0.0/24"',
            ),
        ) from error
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise Wrong(
            Text(vi="không phải là địa chỉ web", en="not a web address"),
            Text(
                vi="Bắt đầu bằng http:// hoặc https://",
                en="Begin with http:// or https://",
            ),
        )
    return value.rstrip("/")


def _has_a_port(url: str) -> bool:
    """Say whether what stands in the place of a port, if anything, is one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _ledger_url(value: str, info: ValidationInfo) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return f"sqlite:///{_folder(info) / rest[1:]}"
    if scheme == "postgresql" and rest and _has_a_port(value):
        return value
    raise Wrong(
        Text(vi="không phải là địa chỉ sổ cái", en="not the address of a ledger"),
        Text(
            vi='Viết "sqlite:///thư-mục/tệp.db" hoặc "postgresql://người-dùng@máy/tên"',
            en='Write "sqlite:///folder/file.db" or "postgresql://user@host/name"',
        ),
    )


def _three(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 3:  # noqa: PLR2004
        raise Wrong(
            Text(vi="cần đúng ba số", en="three numbers are needed"),
            Text(vi="Viết như [0.5, 1, 3]", en="Write it like [0.5, 1, 3]"),
        )
    return tuple(value)


def _in_order(value: tuple[float, float, float]) -> tuple[float, float, float]:
    good, fair, poor = value
    rising, falling = good <= fair <= poor, good >= fair >= poor
    if min(value) < 0 or not (rising or falling):
        raise Wrong(
            Text(
                vi="ba mức phải từ 0 trở lên và tăng dần, hoặc giảm dần",
                en="the limits must be 0 or more and rise, or fall",
            ),
            Text(vi="Viết như [0.5, 1, 3]", en="Write it like [0.5, 1, 3]"),
        )
    return value


Beside = Annotated[Path, AfterValidator(_beside)]
OptionalBeside = Annotated[Beside | None, BeforeValidator(_nothing)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
OptionalWebAddress = Annotated[WebAddress | None, BeforeValidator(_nothing)]


class Section(Model):
    """A table of the settings file. Defaults are validated too: paths become absolute."""

    model_config = ConfigDict(validate_default=True)


class Web(Section):
    """Trang web và API / The web pages and the API."""

    listen: Annotated[
        str,
        AfterValidator(_listen),
        Text(
            vi="Địa chỉ và cổng lắng nghe; ngoài 127.0.0.1 thì phải có người dùng trước",
            en="Address and port to listen on; beyond 127.0.0.1 users must exist first",
        ),
    ] = "127.0.0.1:8080"
    base_url: Annotated[
        OptionalWebAddress,
        Text(
            vi="Địa chỉ mà người dùng gõ vào trình duyệt, dùng trong các đường dẫn của tin nhắn",
            en="The address people type into a browser, used in the links of messages",
        ),
    ] = None
    grafana: Annotated[
        OptionalWebAddress,
        Text(
            vi="Địa chỉ Grafana có các bảng của ta, để trang của thiết bị, dịch vụ dẫn tới bảng",
            en="The address of a Grafana with our boards, so that pages of targets lead to them",
        ),
    ] = None
    certificate: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp chứng thư HTTPS (PEM, kèm chuỗi trung gian)",
            en="The HTTPS certificate (PEM, with its chain)",
        ),
    ] = None
    key: Annotated[
        OptionalBeside,
        Text(vi="Tệp khoá riêng của chứng thư (PEM)", en="The certificate's private key (PEM)"),
    ] = None
    proxies: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...],
        Text(
            vi="Địa chỉ các proxy ngược được tin X-Forwarded-For",
            en="Addresses of reverse proxies whose X-Forwarded-For is believed",
        ),
    ] = ()
    names: Annotated[
        tuple[str, ...],
        Text(
            vi="Những tên khác mà máy khác (như Grafana) dùng để gọi tới, ngoài tên trong base_url",
            en="Other names by which machines (a Grafana) reach us, beside that of base_url",
        ),
    ] = ()
    language: Annotated[
        Language,
        Text(vi='Ngôn ngữ mặc định, "vi" hoặc "en"', en='The default language, "vi" or "en"'),
    ] = "vi"
    metrics_open: Annotated[
        bool,
        Text(
            vi="Cho đọc /metrics và /sd/prometheus mà không cần đăng nhập hay thẻ API",
            en="Let /metrics and /sd/prometheus be read without login or API token",
        ),
    ] = False

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise Wrong(
                Text(
                    vi="certificate và key phải đi đôi",
                    en="certificate and key belong together",
                ),
                Text(vi="Đặt cả hai hoặc bỏ cả hai", en="Set both or neither"),
            )
        return self

    @property
    def address(self) -> str:
        """Return the address for links: `base_url`, else what `listen` amounts to."""
        scheme = "https" if self.certificate else "http"
        return self.base_url or f"{scheme}://{self.listen}"


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


class Looking(Section):
    """Cách đo / How targets are looked at."""

    vantage: Annotated[
        Slug, Text(vi="Tên điểm đặt máy đo", en="The name of the place we look from")
    ] = "center"
    vantages: Annotated[
        dict[Slug, str],
        Text(
            vi="Các điểm đặt máy đo và cách gọi, ví dụ "
            'center = "mạng TSLCD", internet = "Internet"',
            en='The places we look from and what they are called, such as center = "TSLCD", '
            'internet = "Internet"',
        ),
    ] = Field(default_factory=dict)
    sockets: Annotated[
        OptionalBeside,
        Text(
            vi="Ổ cắm của phòng lab cấp socket đo; để trống khi đo thật",
            en="Socket of a lab that hands out probing sockets; empty for the real thing",
        ),
    ] = None
    reach_interval: Annotated[
        Duration,
        Text(
            vi="Bao lâu hỏi mỗi thiết bị một lần xem còn thông không",
            en="How often every device is asked whether it can be reached",
        ),
    ] = "1s"  # type: ignore[assignment]
    icmp_blocked: Annotated[
        bool,
        Text(
            vi="ICMP bị chặn: xét thông mạng bằng kết nối TCP",
            en="ICMP is blocked: decide reach by opening a TCP connection",
        ),
    ] = False
    reach_port: Annotated[
        Port,
        Text(vi="Cổng TCP để xét thông mạng", en="The TCP port that decides reach then"),
    ] = 443
    snmp_port: Annotated[Port, Text(vi="Cổng SNMP", en="The SNMP port")] = 161
    snmp_secret: Annotated[
        Slug,
        Text(
            vi="Tên mật khẩu SNMP của thiết bị không ghi riêng",
            en="Name of the SNMP secret of devices that name none",
        ),
    ] = "snmp-default"  # noqa: S105  (a name, not a secret)
    snmp_community: Annotated[
        str,
        Field(repr=False),
        BeforeValidator(lambda value: value or ""),
        Text(
            vi="Community SNMP viết thẳng ở đây; không nên, hãy dùng `thongsuot secret set`",
            en="An SNMP community in plain sight; better is `thongsuot secret set`",
        ),
    ] = ""
    maps: Annotated[
        OptionalBeside,
        Text(
            vi="Thư mục các bản đồ OID (tệp .toml) cho thiết bị họp chưa có tài liệu công khai",
            en="Folder of maps of objects (.toml) for equipment without public documents",
        ),
    ] = None
    authorities: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp PEM các nơi cấp chứng thư của dịch vụ nội bộ, thay cho của hệ thống",
            en="PEM file of the authorities that services' certificates are held to, instead of "
            "the system's",
        ),
    ] = None
    intervals: Annotated[
        dict[str, Duration],
        Text(
            vi='Chu kỳ riêng của từng cách đo, ví dụ snmp_interfaces = "30s"',
            en='Intervals by collector, such as snmp_interfaces = "30s"',
        ),
    ] = Field(default_factory=dict)
    cli_secret: Annotated[
        Annotated[str, Field(pattern=r"^$|^[a-z0-9][a-z0-9._-]{0,62}$")],
        Text(
            vi="Tên mật khẩu SSH của thiết bị mạng, để sao lưu cấu hình; để trống là không đọc",
            en="Name of the SSH login of network devices, to back their configurations up; "
            "empty: none is read",
        ),
    ] = ""
    cli_port: Annotated[Port, Text(vi="Cổng SSH của thiết bị mạng", en="Their SSH port")] = 22
    cli_secrets: Annotated[
        dict[str, Slug],
        Text(
            vi='Thiết bị đăng nhập bằng mật khẩu khác, ví dụ gw-dong-xoai = "ssh-dong-xoai"',
            en='Devices with a login of their own, such as gw-dong-xoai = "ssh-dong-xoai"',
        ),
    ] = Field(default_factory=dict)


class Discovery(Section):
    """Dò thiết bị trong các dải địa chỉ / Looking for devices in ranges of addresses."""

    ranges: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...],
        Text(
            vi='Những dải được phép dò, ví dụ ["10.75.0.0/16"]; ngoài đó không bao giờ dò',
            en='Ranges that may be swept, such as ["10.75.0.0/16"]; nothing else ever is',
        ),
    ] = ()
    secrets: Annotated[
        tuple[Slug, ...],
        Field(max_length=3),
        Text(
            vi="Tên community SNMP để thử, nhiều nhất 3; để trống là snmp_secret của [looking]",
            en="Names of SNMP communities to try, 3 at most; empty: the snmp_secret of [looking]",
        ),
    ] = ()
    packets_per_second: Annotated[
        int,
        Field(ge=1, le=1000),
        Text(vi="Nhiều nhất bao nhiêu gói mỗi giây", en="Packets a second, at most"),
    ] = 100
    ports: Annotated[
        tuple[Annotated[int, Field(ge=1, le=65535)], ...],
        Field(max_length=12),
        Text(
            vi="Cổng TCP thử trên địa chỉ trả lời ping; không trả lời thì chỉ thử cổng đầu tiên",
            en="TCP ports tried where a ping is answered; only the first one elsewhere",
        ),
    ] = (443, 22, 80, 1720, 5060, 5061)
    addresses: Annotated[
        int,
        Field(ge=1, le=1_048_576),
        Text(vi="Nhiều nhất bao nhiêu địa chỉ một lần dò", en="Addresses of one sweep, at most"),
    ] = 65_536


class Hearing(Section):
    """Nghe trap, syslog, báo cáo chất lượng cuộc gọi, để đo ngay và để xem lại / What devices say by themselves (traps, syslog, call quality): they are looked at now, and people can read it."""  # noqa: E501

    traps: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi='Nơi nghe trap và inform SNMP v1, v2c, v3 (UDP), ví dụ "0.0.0.0:162"; để trống là '
            "không nghe",
            en='Where SNMP traps and informs (v1, v2c, v3) are heard, such as "0.0.0.0:162" (UDP); '
            "empty: nowhere",
        ),
    ] = ""
    syslog: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi='Nơi nghe syslog (UDP), ví dụ "0.0.0.0:514"; để trống là không nghe',
            en='Where syslog is heard (UDP), such as "0.0.0.0:514"; empty: nowhere',
        ),
    ] = ""
    feedback: Annotated[
        str,
        Field(pattern=r"^([a-z0-9][a-z0-9._-]{0,62})?$"),
        Text(
            vi="Tên mật khẩu tạo địa chỉ để thiết bị họp tự báo (Cisco HttpFeedback); "
            "để trống là không nhận",
            en="Name of the secret that makes the addresses to which codecs post "
            "(Cisco HttpFeedback); empty: nothing is taken",
        ),
    ] = ""
    quality: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi="Nơi nghe thiết bị họp tự báo chất lượng (SIP PUBLISH vq-rtcpxr, UDP và TCP), ví dụ "
            '"0.0.0.0:5060"; để trống là không nghe',
            en="Where rooms publish the quality of their calls (SIP PUBLISH vq-rtcpxr, UDP and "
            'TCP), such as "0.0.0.0:5060"; empty: nowhere',
        ),
    ] = ""
    quality_tls: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi='Như quality, qua TLS bằng chứng thư của [web], ví dụ "0.0.0.0:5061"; để trống là '
            "không nghe",
            en="The same by TLS, with the certificate of [web], such as "
            '"0.0.0.0:5061"; empty: nowhere',
        ),
    ] = ""

    @property
    def publications(self) -> bool:
        """Say whether rooms may publish at all."""
        return bool(self.quality or self.quality_tls)

    syslog_tcp: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi='Nơi nghe syslog qua TCP, ví dụ "0.0.0.0:601"; để trống là không nghe',
            en='Where syslog by TCP is heard, such as "0.0.0.0:601"; empty: nowhere',
        ),
    ] = ""
    syslog_tls: Annotated[
        str,
        AfterValidator(_heard),
        Text(
            vi='Nơi nghe syslog qua TLS, ví dụ "0.0.0.0:6514"; để trống là không nghe',
            en='Where syslog by TLS is heard, such as "0.0.0.0:6514"; empty: nowhere',
        ),
    ] = ""
    certificate: Annotated[
        OptionalBeside,
        Text(vi="Chứng thư cho syslog qua TLS (PEM)", en="The certificate for syslog by TLS (PEM)"),
    ] = None
    key: Annotated[
        OptionalBeside,
        Text(
            vi="Khoá riêng của chứng thư ấy (PEM)", en="The private key of that certificate (PEM)"
        ),
    ] = None
    clients: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp PEM các nơi cấp chứng thư cho thiết bị; có tệp này thì chỉ nghe thiết bị có "
            "chứng thư",
            en="PEM file of the authorities of devices' certificates; with it only devices that "
            "have one are heard",
        ),
    ] = None
    engine_id: Annotated[
        EngineId,
        Text(
            vi="Định danh engine SNMPv3 của hệ thống (hệ 16), khai trên thiết bị gửi inform v3",
            en="Our SNMPv3 engine id (hexadecimal), for devices that send v3 informs",
        ),
    ] = "800000000474686f6e6773756f74"
    kept: Annotated[
        int,
        Field(ge=1000, le=10_000_000),
        Text(
            vi="Giữ nhiều nhất bao nhiêu lời thiết bị tự báo (mỗi triệu lời khoảng 0,5 GB)",
            en="How many remarks of devices are kept at the most (about 0.5 GB for a million)",
        ),
    ] = 200_000

    @model_validator(mode="after")
    def _certified(self) -> Self:
        if self.syslog_tls and (self.certificate is None or self.key is None):
            raise Wrong(
                Text(
                    vi="syslog_tls cần certificate và key",
                    en="syslog_tls needs certificate and key",
                ),
                Text(
                    vi="Đặt certificate và key, hoặc bỏ syslog_tls",
                    en="Set certificate and key, or leave syslog_tls out",
                ),
            )
        return self


class Delays(Section):
    """Chờ bao lâu rồi mới báo / How long each class of target waits before anybody is told."""

    center: Annotated[
        Duration, Text(vi="Điểm trung tâm và thiết bị của nó", en="The centre and its devices")
    ] = "0s"  # type: ignore[assignment]
    hub: Annotated[Duration, Text(vi="Điểm đầu mối và thiết bị mạng của nó", en="Hub sites")] = "0s"  # type: ignore[assignment]
    site: Annotated[Duration, Text(vi="Điểm thường", en="Ordinary sites")] = "3m"  # type: ignore[assignment]
    device: Annotated[
        Duration, Text(vi="Thiết bị đầu cuối, máy chủ, UPS", en="Endpoints, servers, UPSes")
    ] = "5m"  # type: ignore[assignment]
    link_center: Annotated[
        Duration, Text(vi="Đường truyền đến trung tâm", en="Links that end at the centre")
    ] = "0s"  # type: ignore[assignment]
    link_hub: Annotated[
        Duration, Text(vi="Đường truyền đến điểm đầu mối", en="Links that end at a hub")
    ] = "0s"  # type: ignore[assignment]
    link_site: Annotated[
        Duration, Text(vi="Đường truyền đến điểm thường", en="Links that end at an ordinary site")
    ] = "3m"  # type: ignore[assignment]


class Night(Section):
    """Đêm và ngày nghỉ: mức nào chờ đến sáng / Nights and days off: what waits for the morning."""

    begin: Annotated[
        Hour, Text(vi="Đêm bắt đầu lúc (giờ địa phương)", en="When the night begins, local time")
    ] = "21:00"  # type: ignore[assignment]
    morning: Annotated[
        Hour,
        Text(
            vi="Sáng bắt đầu lúc; tin chờ sẽ gửi lúc này của ngày làm việc tới",
            en="When the morning begins: what waits goes out then, on the next working day",
        ),
    ] = "07:30"  # type: ignore[assignment]
    days_off: Annotated[
        bool,
        Text(
            vi="Thứ Bảy, Chủ nhật và ngày nghỉ lễ cũng như đêm (ngày làm bù thì không)",
            en="Weekends and holidays are as nights are (make-up days are not)",
        ),
    ] = True
    waiting: Annotated[
        tuple[Severity, ...],
        Text(
            vi='Những mức chờ đến sáng: "critical", "major", "warning", "info"; [] là báo cả đêm',
            en='Severities that wait: "critical", "major", "warning", "info"; [] is: none does',
        ),
    ] = (Severity.WARNING, Severity.INFO)
    classes: Annotated[
        dict[Class, tuple[Severity, ...]],
        Text(
            vi='Mức chờ riêng của từng loại đối tượng, ví dụ link_site = ["major", "warning"]',
            en='The same for one class of target, such as link_site = ["major", "warning"]',
        ),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _evening_after_morning(self) -> Self:
        if time.min < self.begin <= self.morning:
            raise Wrong(
                Text(
                    vi="đêm phải bắt đầu sau buổi sáng", en="the night must begin after the morning"
                ),
                Text(vi='Viết như begin = "21:00"', en='Write it like begin = "21:00"'),
            )
        return self


class Digest(Section):
    """Bản tin qua thư điện tử: mỗi sáng, và mỗi tuần về những gì đã tạm dừng báo / Letters: every morning, and every week on what silences hid."""  # noqa: E501

    at: Annotated[
        Hour, Text(vi="Gửi lúc (giờ địa phương)", en="When they are sent, local time")
    ] = "07:30"  # type: ignore[assignment]
    daily: Annotated[
        bool,
        Text(
            vi="Mỗi sáng: đêm qua có gì, đã báo hay chưa, đang có gì, đang tạm dừng gì",
            en="Every morning: what happened, who was told, what is open, what is silenced",
        ),
    ] = True
    weekly: Annotated[
        bool,
        Text(
            vi="Mỗi thứ Hai: mỗi đợt tạm dừng đã che gì, gửi chủ đợt và những người dưới đây",
            en="Every Monday: what each silence hid, to its owner and to these",
        ),
    ] = True
    to: Annotated[
        tuple[str, ...],
        Text(
            vi="Người trong danh bạ hoặc địa chỉ; để trống: các quản trị viên có thư điện tử",
            en="Contacts or addresses; none: the administrators that have an e-mail address",
        ),
    ] = ()


class Telling(Section):
    """Báo cho người / Telling people."""

    delays: Delays = Field(default_factory=Delays)
    night: Night = Field(default_factory=Night)
    digest: Digest = Field(default_factory=Digest)
    deadline: Annotated[
        Duration,
        Text(
            vi="Sau bao lâu thì thôi gửi lại một tin không gửi được; sự cố đang mở mà chưa ai hay "
            "thì gửi lại mãi",
            en="After how long a message that cannot be delivered is given up; an open problem of "
            "which nobody has heard is told on and on",
        ),
    ] = "4h"  # type: ignore[assignment]
    coming_back: Annotated[
        Duration,
        Text(
            vi="Nguyên nhân đã hết mà cái mất theo nó chưa lên lại: chờ nó khởi động thêm bao lâu "
            "rồi mới báo; cái mà cuộc họp cần thì báo ngay, 0 là không chờ",
            en="When a cause is over and what was lost with it is still down: how long that gets "
            "to come back before anybody is told; what a meeting needs is told at once. 0: none",
        ),
    ] = "15s"  # type: ignore[assignment]
    together: Annotated[
        int,
        Field(ge=0, le=1000),
        Text(
            vi="Từ bao nhiêu sự cố cùng lúc đến một người thì gộp thành một tin; sau tin đầu, tin "
            "tiếp theo chờ 15 giây để gộp, giữa cơn bão sự cố thì tin đầu cũng chờ đến khi rõ các "
            "nguyên nhân, nhiều nhất 15 giây; 0 là không gộp",
            en="From how many outages at once to one person they become one message; after a first "
            "one, those that follow wait 15 s for each other; in a storm the first waits, too, "
            "until the causes are known, 15 s at most. 0: never",
        ),
    ] = 2
    ack_lifetime: Annotated[
        Duration,
        Text(
            vi="Đường dẫn xác nhận và mã trả lời trong tin nhắn có hiệu lực bao lâu",
            en="How long the acknowledgement link and the answer's code of a message stay valid",
        ),
    ] = "24h"  # type: ignore[assignment]
    reply_to: Annotated[
        Annotated[str, Field(pattern=r"^\+?\d{3,15}$")] | None,
        BeforeValidator(_nothing),
        Text(
            vi="Số điện thoại nhận tin trả lời (SIM của kênh gsm_modem có answers = true), để tin "
            "từ cổng SMS nêu số ấy; tin do chính modem gửi thì trả lời thẳng",
            en="The number that takes answers (the SIM of a gsm_modem with answers = true), which "
            "messages by SMS gateways then name; the modem's own are answered directly",
        ),
    ] = None


class Alertmanager(Section):
    """Cảnh báo từ Alertmanager khác / Alerts of an Alertmanager."""

    labels: Annotated[
        tuple[str, ...],
        Text(
            vi="Nhãn nêu đối tượng của ta, thử lần lượt: giá trị là mã định danh, hoặc địa chỉ "
            "thiết bị (có thể kèm cổng); không khớp thì sự cố chỉ mang nhãn",
            en="Labels that name a target of ours, tried in order: its slug, or a device's address "
            "(perhaps with a port); where none fits the incident has the labels alone",
        ),
    ] = ("target", "device", "site", "link", "service", "room", "instance")
    patience: Annotated[
        Duration,
        Text(
            vi="Sau bao lâu không ai nhắc lại thì thôi theo dõi cảnh báo ấy; phải dài hơn "
            "repeat_interval của Alertmanager",
            en="After how long without a word an alert is let go; longer than Alertmanager's "
            "repeat_interval",
        ),
    ] = "24h"  # type: ignore[assignment]


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


class Reports(Section):
    """Báo cáo / Reports."""

    authority: Annotated[
        str,
        Text(
            vi='Tên cơ quan chủ quản, đầu báo cáo bên trái, ví dụ "UBND TỈNH ĐỒNG NAI"; để trống '
            "thì in dòng chấm",
            en="The superior office, at the top left of a report; empty: a dotted line",
        ),
    ] = ""
    office: Annotated[
        str,
        Text(
            vi='Tên cơ quan ban hành, ví dụ "SỞ KHOA HỌC VÀ CÔNG NGHỆ"',
            en="The office that issues reports, below it",
        ),
    ] = ""
    symbol: Annotated[
        str,
        Text(
            vi='Ký hiệu sau "Số: …/", ví dụ "BC-SKHCN"',
            en='What follows "No.: …/", such as "BC-SKHCN"',
        ),
    ] = ""
    place: Annotated[
        str,
        Text(vi='Địa danh, ví dụ "Đồng Nai"', en="The place in the date line, such as Đồng Nai"),
    ] = ""
    recipients: Annotated[
        tuple[str, ...],
        Text(
            vi='Nơi nhận, cuối báo cáo, ví dụ ["UBND tỉnh (để báo cáo)", "Lưu: VT"]; để trống thì '
            "in dòng chấm",
            en='Who gets a report, at its end, such as ["UBND tỉnh (để báo cáo)", "Lưu: VT"]; '
            "empty: a dotted line",
        ),
    ] = ()
    schedules: Annotated[
        dict[Slug, Schedule],
        Text(
            vi="Báo cáo gửi định kỳ qua thư điện tử, mỗi bảng [reports.schedules.TÊN] một báo cáo; "
            "xem docs/reports.md",
            en="Reports sent by e-mail by themselves, one table [reports.schedules.NAME] each; "
            "see docs/reports.md",
        ),
    ] = Field(default_factory=dict)


class Feed(Section):
    """Lịch họp lấy từ một địa chỉ iCalendar / A calendar of meetings that somebody keeps."""

    url: Annotated[
        str,
        Field(pattern=r"^(https?://[^\s/]+|secret:.)", max_length=2000),
        Text(
            vi='Địa chỉ tệp .ics; nếu là bí mật thì viết "secret:TÊN"',
            en='Address of the .ics file; if that is a secret write "secret:NAME"',
        ),
    ]
    every: Annotated[
        Duration,
        Field(ge=60, le=86400),
        Text(vi="Bao lâu đọc lại một lần", en="How often it is read"),
    ] = "10m"  # type: ignore[assignment]
    ca_file: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp CA, nếu chứng thư không do CA công cộng cấp",
            en="A CA file, if no public CA signed its certificate",
        ),
    ] = None


class Travel(Section):
    """Đi lại tiết kiệm được nhờ họp trực tuyến, chỉ để ước tính; đơn giá do cơ quan đặt / Travel that meetings save, an estimate: the office sets its prices."""  # noqa: E501

    per_km: Annotated[
        int | None,
        Field(ge=0),
        BeforeValidator(_nothing),
        Text(vi="Đồng mỗi km đường đi; để trống: không tính tiền", en="Đồng for a km; empty: none"),
    ] = None
    per_day: Annotated[
        int | None,
        Field(ge=0),
        BeforeValidator(_nothing),
        Text(vi="Đồng công tác phí mỗi người", en="Đồng for each delegate's day"),
    ] = None
    lodging: Annotated[
        int | None,
        Field(ge=0),
        BeforeValidator(_nothing),
        Text(vi="Đồng lưu trú mỗi người, nếu ở xa", en="Đồng for each delegate's night, if far"),
    ] = None
    lodging_beyond: Annotated[
        float, Field(ge=0), Text(vi="Xa hơn bao nhiêu km thì lưu trú", en="How far is far, in km")
    ] = 100.0
    winding: Annotated[
        float,
        Field(ge=1, le=5),
        Text(
            vi="Một km đường thẳng là bao nhiêu km đường đi (đề xuất)",
            en="Kilometres of road for each as the crow flies (a proposal)",
        ),
    ] = 1.3
    speed: Annotated[
        float, Field(gt=0, le=200), Text(vi="Tốc độ đi lại, km/h (đề xuất)", en="km/h (a proposal)")
    ] = 40.0


class Meetings(Section):
    """Cuộc họp / Meetings."""

    stages: Annotated[
        tuple[Annotated[Duration, Field(ge=60, le=7 * 86400)], ...],
        Field(min_length=1, max_length=10),
        Text(
            vi="Trước giờ họp bao lâu thì kiểm tra từng điểm cầu; lần cuối luôn gửi tóm tắt",
            en="How long before a meeting its rooms are looked over; the last is always told",
        ),
    ] = ("24h", "60m", "30m", "10m")  # type: ignore[assignment]
    lead: Annotated[
        Duration,
        Field(ge=0, le=86400),
        Text(
            vi="Từ bao lâu trước giờ họp thì đo dày hơn và báo sự cố ngay cho người trực",
            en="From how long before it what it depends on is probed faster and told at once",
        ),
    ] = "1h"  # type: ignore[assignment]
    unbooked: Annotated[
        Literal["wait", "usual"],
        Text(
            vi="Từ 15 phút trước đến hết cuộc họp, sự cố ở nơi không dự: wait, họp xong mới báo "
            "(trung tâm, đầu mối và đường truyền của chúng vẫn báo ngay; lâu nhất 4 giờ); usual, "
            "báo như mọi khi",
            en="From 15 min before a meeting to its end, what fails elsewhere: wait, it is "
            "told when the meeting is over (a centre, hubs and their lines still at once; 4 h at "
            "the most); usual, as always",
        ),
    ] = "wait"
    travel: Travel = Field(default_factory=Travel)
    feeds: Annotated[
        dict[Slug, Feed],
        Text(
            vi="Lịch họp lấy từ nơi khác, mỗi bảng [meetings.feeds.TÊN] một lịch iCalendar",
            en="Calendars kept elsewhere, one table [meetings.feeds.NAME] for each",
        ),
    ] = Field(default_factory=dict)


Limits = Annotated[
    tuple[float, float, float],
    BeforeValidator(_three),
    AfterValidator(_in_order),
]


class Quality(Section):
    """Ngưỡng chất lượng cuộc gọi: tốt, tạm được, kém; quá nữa là rất kém. Không phải ngưỡng của pháp luật / Limits of a call's quality: good, fair, poor; beyond that it is bad. No law names any."""  # noqa: E501

    loss_video: Annotated[
        Limits,
        Text(vi="Mất gói của hình, %, ba mức", en="Loss of pictures, %, three limits"),
    ] = (0.5, 1.0, 3.0)
    loss_audio: Annotated[
        Limits,
        Text(vi="Mất gói của tiếng, %, ba mức", en="Loss of sound, %, three limits"),
    ] = (1.0, 2.0, 5.0)
    jitter: Annotated[
        Limits, Text(vi="Biến thiên trễ, ms, ba mức", en="Jitter, ms, three limits")
    ] = (15.0, 30.0, 50.0)
    round_trip: Annotated[
        Limits, Text(vi="Thời gian đi về, ms, ba mức", en="Round trip, ms, three limits")
    ] = (150.0, 300.0, 400.0)
    bandwidth: Annotated[
        Limits,
        Text(
            vi="Phần tốc độ đã thoả thuận mà hình đang dùng, %, ba mức giảm dần; một mình nó không "
            "bao giờ là kém",
            en="Share of the negotiated rate that the picture uses, %, three falling limits; by "
            "itself it is never poor",
        ),
    ] = (80.0, 50.0, 25.0)


class Drill(Section):
    """Diễn tập hằng tuần: ngừng nhịp tim thật để thử nơi canh ở ngoài / The weekly drill: the heartbeat really stops, to prove the watcher outside."""  # noqa: E501

    on: Annotated[
        Weekday | None,
        BeforeValidator(_nothing),
        Text(
            vi="Ngày trong tuần: mon, tue, wed, thu, fri, sat, sun; để trống: không diễn tập",
            en="The day of the week: mon, tue, wed, thu, fri, sat, sun; empty: no drill",
        ),
    ] = None
    at: Annotated[
        Hour, Text(vi="Bắt đầu lúc (giờ địa phương)", en="When it begins, local time")
    ] = "09:00"  # type: ignore[assignment]
    lasts: Annotated[
        Duration,
        Field(ge=60, le=6 * 3600),
        Text(
            vi="Ngừng bao lâu; phải dài hơn thời gian nơi canh chờ trước khi báo động",
            en="How long it stops; longer than the watcher waits before it raises the alarm",
        ),
    ] = "15m"  # type: ignore[assignment]


class Heartbeat(Section):
    """Nhịp tim ra ngoài: chỉ gửi khi mọi lời hứa báo tin đều được giữ / The heartbeat to a watcher outside, sent only while every promise is kept."""  # noqa: E501

    url: Annotated[
        Annotated[str, Field(pattern=r"^(https?://[^\s/]+|secret:.)", max_length=2000)] | None,
        BeforeValidator(_nothing),
        Text(
            vi="Địa chỉ của nơi canh ở ngoài, ví dụ healthchecks trên máy khác; địa chỉ thường là "
            'bí mật: viết "secret:TÊN"; để trống: không gửi',
            en="Address of the watcher outside, as a healthchecks on another machine; it is mostly "
            'a secret: write "secret:NAME"; empty: nothing is sent',
        ),
    ] = None
    interval: Annotated[
        Duration,
        Field(ge=10, le=3600),
        Text(vi="Bao lâu gửi một lần", en="How often it is sent"),
    ] = "60s"  # type: ignore[assignment]
    method: Annotated[
        Literal["GET", "POST", "HEAD"],
        Text(
            vi="Cách gọi; POST gửi kèm thời điểm dạng JSON",
            en="How it is called; POST carries the time as JSON",
        ),
    ] = "GET"
    secret: Annotated[
        str | None,
        BeforeValidator(_nothing),
        Text(
            vi='Khoá ký HMAC-SHA256 của POST, như kênh webhook; nên viết "secret:TÊN"',
            en='HMAC-SHA256 key that signs a POST, as webhooks are; better "secret:NAME"',
        ),
    ] = None
    proxy: Annotated[
        str | None,
        BeforeValidator(_nothing),
        Text(
            vi='Proxy HTTP; có mật khẩu thì viết "secret:TÊN"',
            en='An HTTP proxy; with a password write "secret:NAME"',
        ),
    ] = None
    verify: Annotated[
        bool, Text(vi="Kiểm tra chứng thư của nơi canh", en="Check the watcher's certificate")
    ] = True
    ca_file: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp CA, nếu chứng thư không do CA công cộng cấp",
            en="A CA file, if no public CA signed its certificate",
        ),
    ] = None
    drill: Drill = Field(default_factory=Drill)


class CauseSettings(Model):
    """One kind of cause, added to those there are or in the place of one."""

    name: Line
    name_en: Line | None = None
    fault: Fault = Fault.UNKNOWN
    offered: bool = True


class Incidents(Section):
    """Sự cố / Incidents."""

    causes: Annotated[
        dict[Slug, CauseSettings],
        Text(
            vi="Loại nguyên nhân thêm vào (hoặc thay) danh sách có sẵn, mỗi bảng "
            "[incidents.causes.TÊN] một loại: name, name_en, fault (carrier, power, own, unit, "
            "supplier, nobody, unknown), offered = false để không chọn nữa; xem "
            "docs/vi/xu-ly-su-co.md",
            en="Kinds of cause beside (or in the place of) those there are, one table "
            "[incidents.causes.NAME] each: name, name_en, fault (carrier, power, own, unit, "
            "supplier, nobody, unknown), offered = false to offer it no more; see "
            "docs/en/incidents.md",
        ),
    ] = Field(default_factory=dict)


class ChannelSettings(Model):
    """One configured way of telling; secrets in `params` are still references."""

    kind: str
    params: Mapping[str, object] = Field(default={}, repr=False)

    def filled(self, channel: Channel, reveal: Callable[[str], str | None]) -> BaseModel:
        """Return the channel's own parameters with every `secret:NAME` revealed.

        Raises LookupError with the name of a secret that is not set.
        """
        return channel.params.model_validate(
            {key: revealed(value, reveal) for key, value in self.params.items()}
        )


class Settings(Section):
    """Every section, complete and checked."""

    web: Web = Field(default_factory=Web)
    ledger: Ledger = Field(default_factory=Ledger)
    series: Series = Field(default_factory=Series)
    secrets: Secrets = Field(default_factory=Secrets)
    looking: Looking = Field(default_factory=Looking)
    hearing: Hearing = Field(default_factory=Hearing)
    discovery: Discovery = Field(default_factory=Discovery)
    telling: Telling = Field(default_factory=Telling)
    alertmanager: Alertmanager = Field(default_factory=Alertmanager)
    log: Log = Field(default_factory=Log)
    backup: Backup = Field(default_factory=Backup)
    disk: Disk = Field(default_factory=Disk)
    retention: Retention = Field(default_factory=Retention)
    reports: Reports = Field(default_factory=Reports)
    heartbeat: Heartbeat = Field(default_factory=Heartbeat)
    meetings: Meetings = Field(default_factory=Meetings)
    quality: Quality = Field(default_factory=Quality)
    incidents: Incidents = Field(default_factory=Incidents)
    channels: Mapping[str, ChannelSettings] = {}


SECTIONS: Mapping[str, type[Section]] = {
    "web": Web,
    "ledger": Ledger,
    "series": Series,
    "secrets": Secrets,
    "looking": Looking,
    "hearing": Hearing,
    "discovery": Discovery,
    "telling": Telling,
    "alertmanager": Alertmanager,
    "log": Log,
    "backup": Backup,
    "disk": Disk,
    "retention": Retention,
    "reports": Reports,
    "heartbeat": Heartbeat,
    "meetings": Meetings,
    "quality": Quality,
    "incidents": Incidents,
}


def chosen(config: Path | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """Return the settings file that a command works by; None where the environment sets all.

    `-c FILE`, else THONGSUOT_CONFIG, else thongsuot.toml of the folder. Without any of them the
    ledger must be named by the environment; else Invalid, so that nobody makes one unawares.
    """
    usual = folder / FILE
    if config is not None:
        return config
    if environ.get(CONFIG):
        return folder / environ[CONFIG]
    if usual.exists():
        return usual
    if environ.get(environment.name("ledger", "url")):
        return None
    raise Invalid([settings_faults.none_chosen(FILE, CONFIG)])


def load(
    path: Path | None,
    environ: Mapping[str, str],
    channels: Mapping[str, Channel] | None = None,
    collectors: Mapping[str, Collector] | None = None,
) -> Settings:
    """Return the settings of a file (None: defaults) and of the environment.

    The registries are those of `runtime.registries` unless given. Raises Invalid with every
    wrong key and value at once.
    """
    text, file = "", ""
    if path is not None:
        text, file = _read(path), str(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([settings_faults.syntax(file, error)]) from error
    overlay, strange = environment.overlay(environ, tables, (*SECTIONS, "channels"))
    place = settings_faults.Place(file, toml_lines.lines(text), overlay.names)
    folder = path.resolve().parent if path is not None else Path.cwd()
    return _checked(overlay.tables, folder, place, list(strange), _Registries(channels, collectors))


def build(tables: Mapping[str, object], folder: Path) -> Settings:
    """Return the settings of ready-made tables, as the demo has them; raises Invalid."""
    place = settings_faults.Place("", {}, {})
    return _checked(dict(tables), folder, place, [], _Registries(None, None))


def split_listen(value: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:8080` or `[::1]:8080`; raise Wrong if it is neither."""
    host, colon, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    fits = bool(colon and bare) and port.isdigit() and int(port) <= 65535  # noqa: PLR2004
    if not fits or (":" in bare and bare == host):
        raise Wrong(
            Text(
                vi=f'"{value}" không phải là địa chỉ và cổng',
                en=f'"{value}" is not an address and a port',
            ),
            Text(
                vi='Viết như "127.0.0.1:8080" hoặc "[::1]:8080"',
                en='Write it like "127.0.0.1:8080" or "[::1]:8080"',
            ),
        )
    return bare, int(port)


def is_loopback(listen: str) -> bool:
    """Say whether only this machine can reach the address."""
    host, _ = split_listen(listen)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def revealed(value: object, reveal: Callable[[str], str | None]) -> object:
    """Return a value, or the secret it refers to; LookupError names one that is not set."""
    if isinstance(value, dict):
        return {key: revealed(below, reveal) for key, below in value.items()}
    if not isinstance(value, str) or not value.startswith(SECRET):
        return value
    name = value.removeprefix(SECRET)
    plain = reveal(name)
    if plain is None:
        raise LookupError(name)
    return plain


class _Registries:
    """What there is to configure, found only when the settings speak of it."""

    def __init__(
        self,
        channels: Mapping[str, Channel] | None,
        collectors: Mapping[str, Collector] | None,
    ) -> None:
        self._channels = channels
        self._collectors = collectors

    def channels(self) -> Mapping[str, Channel]:
        if self._channels is None:
            from runtime import registries  # noqa: PLC0415  (loads every channel)

            self._channels = registries.channels()
        return self._channels

    def collectors(self) -> Mapping[str, Collector]:
        if self._collectors is None:
            from runtime import registries  # noqa: PLC0415  (loads every collector)

            self._collectors = registries.collectors()
        return self._collectors


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([settings_faults.unreadable(str(path), error)]) from error


def _checked(
    tables: dict[str, object],
    folder: Path,
    place: settings_faults.Place,
    problems: list[Problem],
    registries: _Registries,
) -> Settings:
    rest = {name: {} for name in SECTIONS} | tables
    ways = _channels(rest.pop("channels", {}), place, problems, registries)
    settings = None
    try:
        settings = Settings.model_validate(rest, context={"folder": folder})
    except ValidationError as error:
        allowed = {*SECTIONS, "channels"}
        problems.extend(settings_faults.problems(error, place, Settings, also=allowed))
    if settings is not None and settings.looking.intervals:
        problems.extend(
            place.unknown(("looking", "intervals", name), registries.collectors())
            for name in settings.looking.intervals
            if name not in registries.collectors()
        )
    if settings is not None:
        problems.extend(_without_a_channel(settings.reports, ways, place))
        problems.extend(_without_ears(settings.telling, ways, place))
    if problems or settings is None:
        raise Invalid(sorted(problems, key=lambda p: (p.line or 0, p.file)))
    return settings.model_copy(update={"channels": ways})


def _without_a_channel(
    reports: Reports, ways: Mapping[str, ChannelSettings], place: settings_faults.Place
) -> Iterator[Problem]:
    """Yield the schedules that no e-mail channel can carry."""
    mail = [name for name, way in ways.items() if way.kind == "email"]
    for name, schedule in reports.schedules.items():
        if schedule.channel in mail or (schedule.channel is None and mail):
            continue
        yield place.problem(
            ("reports", "schedules", name, "channel"),
            Text(
                vi="không có kênh thư điện tử để gửi báo cáo",
                en="there is no e-mail channel to send the report by",
            ),
            Text(
                vi=f"Dùng được: {', '.join(mail)}" if mail else 'Thêm [channels.…] kind = "email"',
                en=f"There are: {', '.join(mail)}" if mail else 'Add [channels.…] kind = "email"',
            ),
        )


def _without_ears(
    telling: Telling, ways: Mapping[str, ChannelSettings], place: settings_faults.Place
) -> Iterator[Problem]:
    """Yield a number for answers that nobody here would read."""
    if telling.reply_to is None or any(way.params.get("answers") for way in ways.values()):
        return
    yield place.problem(
        ("telling", "reply_to"),
        Text(vi="không có kênh nào nhận tin trả lời", en="there is no channel that takes answers"),
        Text(
            vi='Thêm answers = true vào một [channels.…] kind = "gsm_modem"',
            en='Add answers = true to a [channels.…] kind = "gsm_modem"',
        ),
    )


def _channels(
    raw: object,
    place: settings_faults.Place,
    problems: list[Problem],
    registries: _Registries,
) -> Mapping[str, ChannelSettings]:
    if not isinstance(raw, dict):
        problems.append(place.not_a_table(("channels",)))
        return {}
    ways: dict[str, ChannelSettings] = {}
    for name, table in raw.items():
        if not isinstance(table, dict):
            problems.append(place.not_a_table(("channels", name)))
            continue
        params = {key: value for key, value in table.items() if value != ""}  # "": as if absent
        kind = params.pop("kind", None)
        channel = registries.channels().get(kind) if isinstance(kind, str) else None
        if channel is None:
            problems.append(
                place.unknown_kind(("channels", name, "kind"), kind, registries.channels())
            )
            continue
        try:
            channel.params.model_validate(params)
        except ValidationError as error:
            problems.extend(
                settings_faults.problems(error, place, channel.params, ("channels", name), {"kind"})
            )
        ways[name] = ChannelSettings(kind=channel.name, params=params)
    return ways
