"""Questions about one certificate, and answers of strangers (RFC 6960)."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from collectors._net.trouble import trouble
from collectors._pki.papers import UNREADABLE, has_signed, is_issued_by, tolerant
from core.reading import FailureKind

_NONCE = 16  # bytes
_MOST = 20  # certificates in an answer


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    octets: bytes
    serial: int
    nonce: bytes | None

    def path(self) -> str:
        """Return what a question by GET adds to the address (RFC 6960 A.1)."""
        return "/" + quote(b64encode(self.octets).decode("ascii"), safe="")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of the certificate; times are aware UTC."""

    status: str  # good, revoked, unknown
    this_update: datetime
    next_update: datetime | None
    produced: datetime
    revoked: datetime | None


def question(found: x509.Certificate, issuer: x509.Certificate, *, nonce: bool) -> Question:
    """Return the question about a certificate."""
    # SHA-1 names the issuer here and protects nothing; it is what every responder knows.
    builder = ocsp.OCSPRequestBuilder().add_certificate(found, issuer, hashes.SHA1())  # noqa: S303
    number = secrets.token_bytes(_NONCE) if nonce else None
    if number is not None:
        builder = builder.add_extension(x509.OCSPNonce(number), critical=False)
    asked = builder.build()
    return Question(asked.public_bytes(Encoding.DER), found.serial_number, number)


def read(octets: bytes, asked: Question, issuer: x509.Certificate, now: datetime) -> Answer:
    """Return what an answer tells, once its signature holds; Trouble."""
    try:
        with tolerant():
            told = ocsp.load_der_ocsp_response(octets)
            _granted(told)
            _trust(told, issuer, now)
            _fresh(told, asked)
            return _single(told, asked)
    except UNREADABLE as error:
        what = "what answers does not speak OCSP"
        raise trouble(FailureKind.PROTOCOL, what) from error


def _granted(told: ocsp.OCSPResponse) -> None:
    if told.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
        name = told.response_status.name.lower().replace("_", " ")
        kind = FailureKind.REFUSED if name == "unauthorized" else FailureKind.PROTOCOL
        raise trouble(kind, f"the responder answers: {name}")


def _single(told: ocsp.OCSPResponse, asked: Question) -> Answer:
    for one in told.responses:
        if one.serial_number == asked.serial:
            return Answer(
                status=one.certificate_status.name.lower(),
                this_update=one.this_update_utc,
                next_update=one.next_update_utc,
                produced=told.produced_at_utc,
                revoked=one.revocation_time_utc,
            )
    raise trouble(FailureKind.PROTOCOL, "the answer is about another certificate")


def _fresh(told: ocsp.OCSPResponse, asked: Question) -> None:
    if asked.nonce is None:
        return
    try:
        heard = told.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        heard = None
    if heard != asked.nonce:
        raise trouble(FailureKind.PROTOCOL, "the answer was not made for our question (nonce)")


def _trust(told: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """Raise unless the issuer, or one whom it has charged with it, has signed."""
    charged = [one for one in told.certificates[:_MOST] if _is_charged(one, issuer, now)]
    for signer in (issuer, *charged):
        if has_signed(
            signer, told.signature, told.tbs_response_bytes, told.signature_hash_algorithm
        ):
            return
    what = "the answer is not signed by the certificate's issuer, nor in its name"
    raise trouble(FailureKind.PROTOCOL, what)


def _is_charged(found: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    valid = found.not_valid_before_utc <= now <= found.not_valid_after_utc
    return valid and ExtendedKeyUsageOID.OCSP_SIGNING in usage and is_issued_by(found, issuer)
