"""A conversation in text, kept as exchanges for whoever records it."""

import re
from types import TracebackType
from typing import Self

from core.collector import Exchange, Kit

# What telnet's ends agree upon (RFC 854) is no part of what they say to each other.
NEGOTIATION = re.compile(rb"\xff([\xfb-\xfe])(.)", re.DOTALL)
STRUCK = "***"
_HUNG_UP = 1


class Tape:
    """What was said, and all that came until the next was said. The block's end closes it.

    What came before anything was said, the greeting, answers an empty line.
    """

    def __init__(self, kit: Kit) -> None:
        self._record = kit.record
        self._line = ""
        self._heard = b""

    def __enter__(self) -> Self:
        """Begin with the greeting."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Keep what came last."""
        self._keep(0)

    def said(self, line: str) -> None:
        """Note a line of ours, `STRUCK` where it is a part of the login."""
        self._keep(0)
        self._line = line

    def heard(self, octets: bytes) -> None:
        """Note what came; nothing means that the device hung up."""
        if octets:
            self._heard += octets if self._record is not None else b""
            return
        self._keep(_HUNG_UP)

    def _keep(self, status: int) -> None:
        if self._record is not None and (self._line or self._heard or status):
            body = NEGOTIATION.sub(b"", self._heard).decode("utf-8", "replace")
            self._record(Exchange(self._line, status, "", body, way="text"))
        self._line, self._heard = "", b""
