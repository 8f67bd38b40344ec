"""What a certificate says about itself."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from collectors._net.trouble import printable

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
_NAMES = 50  # alternative names that are kept


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one certificate; times are aware UTC."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]  # alternative names: hosts and addresses
    serial: str  # hexadecimal
    fingerprint: str  # SHA-256, hexadecimal

    @property
    def is_self_issued(self) -> bool:
        """Say whether it names itself as its issuer."""
        return self.subject == self.issuer


def read(der: bytes) -> Certificate | None:
    """Return the facts of a DER certificate, None if it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stranger's certificate may be odd
            found = x509.load_der_x509_certificate(der)
            return Certificate(
                subject=printable(found.subject.rfc4514_string()),
                issuer=printable(found.issuer.rfc4514_string()),
                not_before=found.not_valid_before_utc,
                not_after=found.not_valid_after_utc,
                names=_names(found),
                serial=f"{found.serial_number:x}",
                fingerprint=hashlib.sha256(der).hexdigest(),
            )
    except _UNREADABLE:
        return None


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except _UNREADABLE:
        return ()
    hosts = known.get_values_for_type(x509.DNSName)
    addresses = known.get_values_for_type(x509.IPAddress)
    return tuple(printable(name) for name in [*hosts, *map(str, addresses)][:_NAMES])


def earliest_end(chain: Sequence[Certificate]) -> datetime | None:
    """Return when the first certificate of a chain ends, None of an empty chain."""
    return min((one.not_after for one in chain), default=None)


def expired(chain: Sequence[Certificate], now: datetime) -> Certificate | None:
    """Return the certificate that ended first, if it has."""
    ended = [one for one in chain if one.not_after.astimezone(UTC) <= now]
    return min(ended, key=lambda one: one.not_after, default=None)
