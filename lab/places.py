"""Where does a pretend service answer? Read from its address, by the lab itself."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "tls": 443, "dns": 53, "ntp": 123, "sip": 5060}
_SIP = re.compile(r"^sip:(?!//)")


@dataclass(frozen=True, slots=True)
class Place:
    """What a service speaks, and where. `name` is what a name server is asked for."""

    scheme: str
    host: str
    port: int
    name: str = ""
    is_datagram: bool = False

    @property
    def is_tls(self) -> bool:
        """Say whether connections begin with a TLS handshake."""
        return self.scheme in {"https", "tls"}


def place_of(url: str) -> Place:
    """Return where the service of an address answers; ValueError for one that names no port."""
    text, _, tail = _SIP.sub("sip://", url).partition(";")
    parts = urlsplit(text)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    port = parts.port or _PORTS.get(scheme)
    if port is None:
        raise ValueError(f"{url}: no port")
    datagram = scheme in {"dns", "ntp"} or (scheme == "sip" and tail != "transport=tcp")
    return Place(scheme, host, port, parts.path.strip("/").lower(), datagram)


def moved(url: str, host: str, port: int) -> str:
    """Return the same address at another host and port."""
    text, semicolon, tail = _SIP.sub("sip://", url).partition(";")
    found = urlsplit(text)._replace(netloc=f"{host}:{port}").geturl()
    return found.replace("sip://", "sip:") + semicolon + tail
