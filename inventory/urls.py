"""How is a service looked at? Its address says so: scheme → collector, host, parameters."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

from core.reference import reference, references
from inventory import faults
from inventory.faults import Fault

_PORTS = {"tls": 443, "dns": 53, "ntp": 123, "sip": 5060}
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}\.?")
_TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT")
_WEB = ("website", "portal", "application")
_SOME_NAME = "tên-miền"  # stands for the name that a name server is asked for
_SIP_BY_TLS = 5061
_TRANSPORTS = ("udp", "tcp", "tls")
_ANY = "any:"
_MOST = 16  # references of one service


@dataclass(frozen=True, slots=True)
class Way:
    """The collector that looks at an address, the host it asks, and its parameters."""

    collector: str
    host: str
    params: Mapping[str, object] = field(default_factory=dict)


def cut(url: str) -> Way | Fault:
    """Return how an address is looked at, or what is wrong with it."""
    if url.lower().startswith(_ANY):
        return _any(url)
    text = re.sub(r"^(sip):(?!//)", r"\1://", url, flags=re.IGNORECASE)
    text, _, tail = text.partition(";") if text.lower().startswith("sip:") else (text, "", "")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return faults.bad_service_url(url[:80])
    if parts.username is not None or not _is_host(host) or port == 0:
        return faults.bad_service_url(url[:80])
    return _way(url, parts, host, port, tail)


@dataclass(frozen=True, slots=True)
class Guess:
    """The address that a text without a scheme stands for; `certain`: no other can be meant."""

    url: str
    certain: bool = False


def completed(text: str, kind: str) -> Guess | None:
    """Return what a text without a scheme ("dongnai.gov.vn", "thu.example:993") may mean.

    `kind` is that of its service, "" where it is not said. None: nothing can be told.
    """
    place, slash, path = text.strip().partition("/")
    host, colon, port = place.lower().partition(":")
    bare = "." not in host or not _is_host(host)
    if bare or (colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16)):
        return None
    if path and kind not in {*_WEB, ""}:
        return None
    there = f"{host}{colon}{port}"
    told: dict[str, Guess | None] = {
        "dns": Guess(f"dns://{there}/{_SOME_NAME}?type=A"),
        "ntp": Guess(f"ntp://{there}", certain=True),
        "sip": Guess(f"sip:{there}", certain=True),
        "mail": Guess(f"tls://{host}:993"),
        "other": None,
        "": Guess(f"https://{host}/{path}"),
    }
    if kind in _WEB or (slash and not kind):
        scheme = "http" if port == "80" else "https"
        plain = port in {"", "80", "443"}
        return Guess(f"{scheme}://{there}/{path}", certain=plain and bool(kind))
    if port and kind in {"mail", "other", ""}:
        return Guess(f"tcp://{there}", certain=bool(kind))
    return told.get(kind)


def url_of(collector: str, host: str, params: Mapping[str, object]) -> str | None:
    """Return an address that `cut` reads so; None for a collector that no address asks for."""
    place = f"[{host}]" if ":" in host else host
    port = params.get("port")
    match collector:
        case "http":
            return str(params.get("url", "")) or None
        case "tls" | "tcp" | "ntp":
            return f"{collector}://{place}:{port}"
        case "dns":
            return f"dns://{place}:{port}/{params.get('name')}?type={params.get('type')}"
        case "sip_options":
            return f"sip:{place}:{port};transport={params.get('transport')}"
        case "any_of":
            asked, need = params.get("references"), params.get("need", 1)
            named = ",".join(map(str, asked)) if isinstance(asked, list | tuple) else ""
            more = {"need": need if need != 1 else None, "source": params.get("source")}
            query = urlencode({name: one for name, one in more.items() if one})
            return f"{_ANY}{named}?{query}" if query else f"{_ANY}{named}"
    return None


def _way(url: str, parts: SplitResult, host: str, port: int | None, tail: str) -> Way | Fault:
    match parts.scheme.lower():
        case "http" | "https":
            return Way("http", host, {"url": url})
        case "tcp" if port is not None:
            return Way("tcp", host, {"port": port})
        case "tls" | "ntp" as scheme:
            return Way(scheme, host, {"port": port or _PORTS[scheme]})
        case "dns":
            return _dns(url, parts, host, port or _PORTS["dns"])
        case "sip":
            transport = tail.lower().removeprefix("transport=") or "udp"
            if transport in _TRANSPORTS:
                port = port or (_SIP_BY_TLS if transport == "tls" else _PORTS["sip"])
                return Way("sip_options", host, {"port": port, "transport": transport})
    return faults.bad_service_url(url[:80])


def _dns(url: str, parts: SplitResult, host: str, port: int) -> Way | Fault:
    kind = parse_qs(parts.query).get("type", ["A"])[0].upper()
    name = parts.path.strip("/").lower()
    if kind not in _TYPES or not _HOST.fullmatch(name):
        return faults.bad_service_url(url[:80])
    return Way("dns", host, {"port": port, "name": name, "type": kind})


def _any(url: str) -> Way | Fault:
    """Return how references are asked: `any:8.8.8.8,1.1.1.1:53?need=1&source=10.0.0.2`."""
    named, _, query = url[len(_ANY) :].partition("?")
    said = dict(parse_qsl(query))
    need, source = said.pop("need", "1"), said.pop("source", None)
    try:
        asked = references(named)
        here = reference(source) if source else None
    except ValueError:
        return faults.bad_references(url[:80])
    enough = need.isascii() and need.isdigit() and 1 <= int(need[:3]) <= len(asked)
    several = 1 < len(set(asked)) == len(asked) <= _MOST
    fits = here is None or {here.version} == {one.version for one in asked}
    if said or not (enough and several and fits) or (here and here.port):
        return faults.bad_references(url[:80])
    params = {"references": tuple(map(str, asked)), "need": int(need)}
    return Way("any_of", asked[0].host, {**params, **({"source": here.host} if here else {})})


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None
    return True
