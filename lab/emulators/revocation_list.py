"""A pretend place where an authority publishes whose certificates it has revoked (RFC 5280, 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from lab.emulators.answering import About, Ask, Reply


@dataclass(slots=True)
class RevocationList:
    """One list, signed anew at every request."""

    about: ClassVar[About] = About(
        family="CRL", source="RFC 5280, sections 4.2.1.13 and 5", guessed={}
    )
    published: Callable[[], bytes]  # DER

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.path != "/ca.crl":
            return Reply(404)
        return Reply(200, self.published(), "application/pkix-crl")
