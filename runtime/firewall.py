"""Which doors must a firewall open for us? Derived from the settings and what is watched."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from core.discovery import size
from core.reference import Reference, reference
from core.text import Language, Text
from core.watching import Check
from runtime import registries
from runtime.sections.kinds import is_loopback, split_listen
from runtime.sections.telling import ChannelSettings
from runtime.settings import Settings
from runtime.settings_faults import SECRET

OURSELVES = "thongsuot"
MANY = 4  # addresses of one /24 from which on the network is named instead of each
_BY_SCHEME = {"http": 80, "https": 443, "postgresql": 5432}
_USUAL = {
    "tcp": 443,
    "tls": 443,
    "dns": 53,
    "ntp": 123,
    "sip_options": 5060,
    "snmp": 161,
    "cisco_codec": 443,
    "cisco_meeting_server": 445,
    "pexip": 443,
    "poly_videoos": 443,
    "h323_gatekeeper": 1719,
    "polycom_text": 24,
    "stun": 3478,
    "bigbluebutton": 443,
    "jitsi": 8080,
    "trueconf": 443,
    "dns_zone": 53,
    "smtp": 25,
    "mailbox": 993,
    "mail_roundtrip": 587,
    "ldap": 389,
    "jicofo": 8888,
    "expressway": 443,
    "yealink_text": 6024,
    "yealink_ymcs": 443,
    "lifesize": 23,
    "cli_config": 22,
    "cli_facts": 22,
}
_WEB = frozenset({"http", "http_flow", "ocsp", "crl", "timestamp"})  # that are told an address
_DATAGRAMS = frozenset({"snmp", "ntp", "stun", "h323_gatekeeper"})
_MAIL_DOORS = (("smtp_port", 587), ("mailbox_port", 993))  # and the usual ones
_SEVERAL = "any_of"  # asks others than its address
_UNASKED = frozenset({"vq_rtcpxr", _SEVERAL})  # what comes by itself, or is told apart
_EITHER = frozenset({"dns", "dns_zone", "sip_options"})  # whose parameters say which transport

_REASONS = {
    "icmp": Text(vi="đo thông mạng (ping)", en="reach (ping)"),
    "any_of": Text(vi="hỏi các đích mốc của một đường", en="references of a line"),
    "tcp": Text(vi="đo thông mạng bằng kết nối TCP", en="reach by a TCP connection"),
    "snmp": Text(vi="đọc SNMP", en="SNMP reads"),
    "http": Text(vi="kiểm tra trang web", en="checks of websites"),
    "tls": Text(vi="kiểm tra chứng thư", en="checks of certificates"),
    "dns": Text(vi="kiểm tra máy chủ tên miền", en="checks of name servers"),
    "ntp": Text(vi="kiểm tra máy chủ giờ", en="checks of time servers"),
    "sip_options": Text(vi="kiểm tra thiết bị hội nghị (SIP)", en="checks of SIP equipment"),
    "cisco_codec": Text(vi="hỏi thiết bị họp Cisco", en="reads of Cisco codecs"),
    "cisco_meeting_server": Text(vi="hỏi cầu Cisco Meeting Server", en="reads of the bridge"),
    "polycom_text": Text(vi="hỏi thiết bị họp Polycom", en="reads of Polycom codecs"),
    "h323_gatekeeper": Text(vi="hỏi gatekeeper H.323", en="reads of the H.323 gatekeeper"),
    "stun": Text(vi="kiểm tra máy chủ STUN/TURN", en="checks of STUN servers"),
    "bigbluebutton": Text(vi="hỏi máy chủ BigBlueButton", en="reads of the bridge"),
    "jitsi": Text(vi="hỏi cầu Jitsi", en="reads of the bridge"),
    "trueconf": Text(vi="hỏi máy chủ TrueConf", en="reads of the bridge"),
    "pexip": Text(vi="hỏi cầu Pexip", en="reads of the bridge"),
    "jicofo": Text(vi="hỏi Jicofo", en="reads of Jicofo"),
    "expressway": Text(vi="hỏi Cisco Expressway", en="reads of the Expressway"),
    "yealink_text": Text(vi="hỏi thiết bị họp Yealink", en="reads of Yealink codecs"),
    "yealink_ymcs": Text(vi="hỏi máy chủ quản lý Yealink", en="reads of Yealink's service"),
    "lifesize": Text(vi="hỏi thiết bị họp Lifesize", en="reads of Lifesize codecs"),
    "cli_config": Text(vi="đọc cấu hình thiết bị mạng (SSH)", en="configurations (SSH)"),
    "cli_facts": Text(vi="hỏi thiết bị mạng bằng dòng lệnh (SSH)", en="reads by command line"),
    "poly_videoos": Text(vi="hỏi thiết bị họp Poly", en="reads of Poly codecs"),
    "http_flow": Text(vi="kiểm tra ứng dụng web", en="checks of web applications"),
    "dns_zone": Text(vi="kiểm tra vùng tên miền", en="checks of zones"),
    "smtp": Text(vi="kiểm tra máy chủ thư", en="checks of mail servers"),
    "mailbox": Text(vi="kiểm tra hộp thư", en="checks of mailboxes"),
    "mail_roundtrip": Text(vi="gửi và nhận thư thử", en="test letters there and back"),
    "ldap": Text(vi="kiểm tra danh bạ", en="checks of directories"),
    "ocsp": Text(vi="hỏi tình trạng chứng thư (OCSP)", en="checks of OCSP responders"),
    "crl": Text(vi="tải danh sách thu hồi (CRL)", en="checks of revocation lists"),
    "timestamp": Text(vi="kiểm tra dấu thời gian (TSA)", en="checks of time stamps"),
}
_SWEEPS = Text(vi="dò thiết bị chưa khai báo", en="looking for undeclared devices")
_PAGES = Text(vi="trang web và API", en="pages and API")
_PROXIED = Text(vi="proxy ngược chuyển tới trang web", en="pages, by way of the reverse proxy")
_LEDGER = Text(vi="sổ cái PostgreSQL", en="the ledger on PostgreSQL")
_SERIES = Text(vi="chuỗi thời gian", en="time series")
_NAMES = Text(vi="tra tên miền", en="looking names up")
_TIME = Text(
    vi="đồng bộ giờ của chính máy này (máy chủ giờ của đơn vị)",
    en="this machine's own time (the agency's time server)",
)
_TRAPS = Text(vi="trap SNMP của thiết bị", en="SNMP traps of devices")
_SYSLOG = Text(vi="syslog của thiết bị", en="syslog of devices")
_QUALITY = Text(vi="thiết bị họp tự báo chất lượng (SIP)", en="call quality that rooms publish")
_DEVICES = Text(vi="các thiết bị", en="the devices")
_USERS = Text(vi="máy của người dùng", en="users' machines")
_TIME_SERVER = Text(vi="máy chủ giờ", en="time server")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row for the firewall's administrator. `port`: as text, empty for ICMP."""

    direction: str  # "in", "out"
    source: str
    destination: str
    protocol: str  # "tcp", "udp", "icmp"
    port: str
    count: int  # of addresses behind the destination
    why: Text


def rules(
    settings: Settings,
    checks: Sequence[Check],
    resolvers: Sequence[str],
    *,
    exact: bool = False,
    language: Language = "vi",
) -> list[Rule]:
    """Return the rows, inbound first; networks instead of many neighbours unless `exact`.

    `resolvers`: the name servers of this machine.
    """
    users, time_server = _USERS.said(language), _TIME_SERVER.said(language)
    devices = _DEVICES.said(language)
    found = [
        *_inbound(settings, users),
        *_heard(settings, devices),
        *_probes(checks, exact=exact),
        *_sweeps(settings),
        *_stores(settings),
    ]
    found += _channels(settings)
    named = any(not _is_address(rule.destination) for rule in found if rule.direction == "out")
    if named:
        found += [
            Rule("out", OURSELVES, server, protocol, "53", 1, _NAMES)
            for server in resolvers
            if not _loops(server)
            for protocol in ("udp", "tcp")
        ]
    found.append(Rule("out", OURSELVES, time_server, "udp", "123", 1, _TIME))
    return list(dict.fromkeys(found))


def _inbound(settings: Settings, users: str) -> Iterable[Rule]:
    if is_loopback(settings.web.listen):
        return
    _, port = split_listen(settings.web.listen)
    sources = settings.web.proxies or (users,)
    why = _PROXIED if settings.web.proxies else _PAGES
    for source in sources:
        yield Rule("in", source, OURSELVES, "tcp", str(port), 1, why)


def _heard(settings: Settings, devices: str) -> Iterable[Rule]:
    hearing = settings.hearing
    for listen, protocol, why in (
        (hearing.traps, "udp", _TRAPS),
        (hearing.syslog, "udp", _SYSLOG),
        (hearing.syslog_tcp, "tcp", _SYSLOG),
        (hearing.syslog_tls, "tcp", _SYSLOG),
    ):
        if listen and not is_loopback(listen):
            yield Rule("in", devices, OURSELVES, protocol, str(split_listen(listen)[1]), 1, why)
    plain, secure = hearing.quality, hearing.quality_tls
    for listen, protocol in ((plain, "udp"), (plain, "tcp"), (secure, "tcp")):
        if listen and not is_loopback(listen):
            port = str(split_listen(listen)[1])
            yield Rule("in", devices, OURSELVES, protocol, port, 1, _QUALITY)


def _probes(checks: Sequence[Check], *, exact: bool) -> Iterable[Rule]:
    doors: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for check in checks:
        kind = "snmp" if check.collector.startswith("snmp_") else check.collector
        for protocol, port in _doors_of(kind, check.params):
            doors[kind, protocol, port].add(_host(check))
        for one in _references(check):
            door = ("icmp", "") if one.port is None else ("tcp", str(one.port))
            doors[kind, *door].add(one.host)
    for (kind, protocol, port), hosts in sorted(doors.items()):
        why = _REASONS.get(kind, Text(vi=f"phép đo {kind}", en=f"checks by {kind}"))
        for destination, count in gathered(hosts, exact=exact):
            yield Rule("out", OURSELVES, destination, protocol, port, count, why)


def _sweeps(settings: Settings) -> Iterable[Rule]:
    """Yield what a sweep for devices asks in the ranges that it may sweep."""
    ports = ",".join(str(port) for port in sorted(settings.discovery.ports))
    for wanted in settings.discovery.ranges:
        count = size((wanted,))
        for protocol, port in (
            ("icmp", ""),
            ("udp", str(settings.looking.snmp_port)),
            ("tcp", ports),
        ):
            yield Rule("out", OURSELVES, wanted, protocol, port, count, _SWEEPS)


def _doors_of(kind: str, params: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the protocols and ports that a way of looking knocks at."""
    port = str(params.get("port") or _USUAL.get(kind, ""))
    if kind == "icmp" or kind in _UNASKED:
        return [("icmp", "")] if kind == "icmp" else []
    if kind in _WEB:
        return [("tcp", str(_port_of(_url(params))))]
    if kind == "mail_roundtrip":
        return [("tcp", str(params.get(key) or usual)) for key, usual in _MAIL_DOORS]
    if kind in _DATAGRAMS:
        return [("udp", port)]
    transport = str(params.get("transport", "udp")) if kind in _EITHER else "tcp"
    if transport == "tls":
        return [("tcp", str(params.get("port") or 5061))]
    # What is too long for one datagram is asked of a name server again by TCP.
    again = [("tcp", port)] if kind in {"dns", "dns_zone"} and transport == "udp" else []
    return [(transport, port), *again]


def _references(check: Check) -> tuple[Reference, ...]:
    named = check.params.get("references") if check.collector == _SEVERAL else None
    return tuple(map(reference, named)) if isinstance(named, list | tuple) else ()


def _host(check: Check) -> str:
    if check.collector in _WEB:
        return urlsplit(_url(check.params)).hostname or check.address
    return check.address


def _url(params: Mapping[str, object]) -> str:
    """Return the address that a check is told, of a walk the first one."""
    steps = params.get("steps")
    first = steps[0] if isinstance(steps, list | tuple) and steps else params
    return str(first.get("url") or "") if isinstance(first, Mapping) else ""


def _stores(settings: Settings) -> Iterable[Rule]:
    if settings.ledger.url.startswith("postgresql"):
        yield from _to(settings.ledger.url, _LEDGER)
    series = settings.series
    if series.enabled and series.write_url and series.read_url:
        for url in dict.fromkeys((series.write_url, series.read_url)):
            yield from _to(url, _SERIES)


def _channels(settings: Settings) -> Iterable[Rule]:
    for name, way in sorted(settings.channels.items()):
        why = Text(vi=f"kênh báo tin {name}", en=f"channel {name}")
        places = _places(way)
        if "proxy" in places:
            yield from _to(places["proxy"], why)
            continue
        if not places.get("host", SECRET).startswith(SECRET):
            yield from _rule(places["host"], int(places["port"]), why)
        for key in ("url", "token_url"):
            if "://" in places.get(key, ""):
                yield from _to(places[key], why)


def _places(way: ChannelSettings) -> Mapping[str, str]:
    """Return where a channel leads, its kind's defaults included; a reference hides its place."""
    kind = registries.channels()[way.kind].params
    try:
        known = dict(kind.model_validate(way.params))
    except ValidationError:  # a reference stands where an address belongs
        known = dict(way.params)
    return {
        key: str(value.get_secret_value() if isinstance(value, SecretStr) else value)
        for key, value in known.items()
        if key in {"proxy", "host", "port", "url", "token_url"} and value is not None
    }


def _to(url: str, why: Text) -> Iterable[Rule]:
    host = urlsplit(url).hostname
    if host:
        yield from _rule(host, _port_of(url), why)


def _rule(host: str, port: int, why: Text) -> Iterable[Rule]:
    if not _loops(host):
        yield Rule("out", OURSELVES, host, "tcp", str(port), 1, why)


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or _BY_SCHEME.get(parts.scheme.partition("+")[0], 443)


def gathered(hosts: Iterable[str], *, exact: bool) -> list[tuple[str, int]]:
    """Return destinations and how many addresses stand behind each, in order.

    Loopback is left out. Neighbours become their /24 (IPv6: /64) from `MANY` on, or with
    `exact` only where networks are filled without a gap.
    """
    names: set[str] = set()
    addresses: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    for host in hosts:
        if not _is_address(host):
            names.add(host)
        elif not _loops(host):
            addresses.add(ipaddress.ip_address(host))
    rows: list[tuple[tuple[int, int], str, int]] = []
    if exact:
        for version in (4, 6):
            whole = ipaddress.collapse_addresses(
                [ipaddress.ip_network(a) for a in addresses if a.version == version]  # type: ignore[type-var]
            )
            rows += [_row(network, network.num_addresses) for network in whole]
    else:
        rows += _by_network(addresses)
    return [(place, count) for _, place, count in sorted(rows)] + [(n, 1) for n in sorted(names)]


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _by_network(addresses: Iterable[_Address]) -> Iterable[tuple[tuple[int, int], str, int]]:
    inside: defaultdict[_Network, list[_Address]] = defaultdict(list)
    for address in addresses:
        length = 24 if address.version == 4 else 64  # noqa: PLR2004
        inside[ipaddress.ip_network(f"{address}/{length}", strict=False)].append(address)
    for network, members in inside.items():
        if len(members) >= MANY:
            yield _row(network, len(members))
        else:
            yield from (_row(ipaddress.ip_network(member), 1) for member in members)


def _row(network: _Network, count: int) -> tuple[tuple[int, int], str, int]:
    single = network.num_addresses == 1
    place = str(network.network_address) if single else str(network)
    return (network.version, int(network.network_address)), place, count


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_network(host, strict=False)
    except ValueError:
        return False
    return True


def _loops(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
