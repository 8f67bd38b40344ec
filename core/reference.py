"""A reference: a host by its address, whose answer shows that what leads to it works."""

import ipaddress
import re
from typing import NamedTuple

_LAST_PORT = 65535
# An address of version 6 stands in brackets where a port follows.
_FORM = re.compile(
    r"(?P<placed>[0-9.]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>[0-9]{1,5}))?|(?P<plain>[0-9a-fA-F:.]+)"
)


class Reference(NamedTuple):
    """Whom to ask: by ping, or by a TCP connection to a port."""

    host: str  # an IP address as it is commonly written
    port: int | None = None

    @property
    def version(self) -> int:
        """Return the version of IP by which it is asked."""
        return 6 if ":" in self.host else 4

    def __str__(self) -> str:
        """Return it as `reference` reads it."""
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def reference(text: str) -> Reference:
    """Return the reference of `8.8.8.8`, `8.8.8.8:53`, `2001:db8::1` or `[2001:db8::1]:53`.

    ValueError where it is none. A name is none: to ask for it needs a resolver, and when that
    does not answer nobody knows whether the line is dead.
    """
    found = _FORM.fullmatch(text.strip())
    try:
        said = (found["placed"] or found["plain"]).strip("[]") if found else ""
        address = ipaddress.ip_address(said)
    except ValueError:
        what = "write a reference as an IP address, or as address:port"
        raise ValueError(f"{text[:80]}: {what}") from None
    port = int(found["port"]) if found and found["port"] else None
    if port is not None and not 0 < port <= _LAST_PORT:
        raise ValueError(f"{text[:80]}: a port is a number from 1 to {_LAST_PORT}")
    return Reference(str(address), port)


def references(text: str) -> tuple[Reference, ...]:
    """Return the references of a list, with commas, semicolons or blanks between; ValueError."""
    return tuple(map(reference, re.split(r"[\s,;]+", text.strip(" ,;"))))
