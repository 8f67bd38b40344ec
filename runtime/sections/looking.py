"""How it is looked, swept and listened."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from core.model import Slug
from core.text import Text
from runtime.quantities import Wrong
from runtime.sections.kinds import (
    Duration,
    EngineId,
    Network,
    OptionalBeside,
    OptionalListen,
    Port,
    Section,
)


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
        tuple[Network, ...],
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
        OptionalListen,
        Text(
            vi='Nơi nghe trap và inform SNMP v1, v2c, v3 (UDP), ví dụ "0.0.0.0:162"; để trống là '
            "không nghe",
            en='Where SNMP traps and informs (v1, v2c, v3) are heard, such as "0.0.0.0:162" (UDP); '
            "empty: nowhere",
        ),
    ] = ""
    syslog: Annotated[
        OptionalListen,
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
        OptionalListen,
        Text(
            vi="Nơi nghe thiết bị họp tự báo chất lượng (SIP PUBLISH vq-rtcpxr, UDP và TCP), ví dụ "
            '"0.0.0.0:5060"; để trống là không nghe',
            en="Where rooms publish the quality of their calls (SIP PUBLISH vq-rtcpxr, UDP and "
            'TCP), such as "0.0.0.0:5060"; empty: nowhere',
        ),
    ] = ""
    quality_tls: Annotated[
        OptionalListen,
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
        OptionalListen,
        Text(
            vi='Nơi nghe syslog qua TCP, ví dụ "0.0.0.0:601"; để trống là không nghe',
            en='Where syslog by TCP is heard, such as "0.0.0.0:601"; empty: nowhere',
        ),
    ] = ""
    syslog_tls: Annotated[
        OptionalListen,
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
