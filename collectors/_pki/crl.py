"""Lists of revoked certificates (RFC 5280 §5)."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from collectors._net.trouble import trouble
from collectors._pki.papers import UNREADABLE, tolerant
from core.reading import FailureKind


@dataclass(frozen=True, slots=True)
class List:
    """What a list tells of itself, and of the one certificate that was asked about."""

    this_update: datetime
    next_update: datetime | None
    entries: int
    revoked: datetime | None  # when the certificate was, None: it was not


def read(octets: bytes, issuer: x509.Certificate | None, serial: int | None) -> List:
    """Return what a list (DER or PEM) tells, once its signature holds; Trouble."""
    try:
        with tolerant():
            return _read(octets, issuer, serial)
    except UNREADABLE as error:
        what = "what came is no list of revoked certificates"
        raise trouble(FailureKind.PROTOCOL, what) from error


def _read(octets: bytes, issuer: x509.Certificate | None, serial: int | None) -> List:
    is_pem = octets.lstrip()[:11] == b"-----BEGIN "
    told = x509.load_pem_x509_crl(octets) if is_pem else x509.load_der_x509_crl(octets)
    if issuer is not None:
        _trust(told, issuer)
    found = told.get_revoked_certificate_by_serial_number(serial) if serial else None
    return List(
        told.last_update_utc,
        told.next_update_utc,
        len(told),
        found.revocation_date_utc if found is not None else None,
    )


def _trust(told: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    key = issuer.public_key()
    if told.issuer != issuer.subject or not told.is_signature_valid(key):  # type: ignore[arg-type]
        raise trouble(FailureKind.PROTOCOL, "the list is not signed by the given issuer")
