"""Time stamps (RFC 3161): what is asked, and what a stranger answers."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from collectors._net.trouble import printable, trouble
from collectors._pki.order import granted, sorted_certificates
from collectors._pki.papers import UNREADABLE, tolerant
from core.reading import FailureKind

_ALGORITHMS = {"sha256": HashAlgorithm.SHA256, "sha512": HashAlgorithm.SHA512}
_GRANTED = 0
_REFUSALS = {2: "rejection", 3: "waiting", 4: "revocation", 5: "revoked"}
_MOST = 20  # certificates in an answer


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a stamp over `data`."""

    octets: bytes
    data: bytes
    algorithm: str
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the authority says."""

    at: datetime
    accuracy: float | None  # seconds, None: it does not say
    policy: str
    signer_ends: datetime | None
    signer: str


def question(algorithm: str) -> Question:
    """Return a question about fresh octets that nobody has stamped before."""
    data = secrets.token_bytes(32)
    asked = TimestampRequestBuilder().data(data).hash_algorithm(_ALGORITHMS[algorithm]).build()
    return Question(asked.as_bytes(), data, algorithm, asked.nonce)


def read(
    octets: bytes, asked: Question, roots: Sequence[x509.Certificate], policy: str | None
) -> Stamp:
    """Return the stamp, once its signature, number and digest hold; Trouble.

    Without roots the certificates in the answer are believed: the signature holds then, but not
    who has signed.
    """
    try:
        with tolerant():
            return _read(octets, asked, roots, policy)
    except VerificationError as error:
        said = printable(str(error), 120)
        raise trouble(FailureKind.PROTOCOL, f"the stamp does not hold: {said}") from error
    except UNREADABLE as error:
        what = "what answers does not speak RFC 3161"
        raise trouble(FailureKind.PROTOCOL, what) from error


def _read(
    octets: bytes, asked: Question, roots: Sequence[x509.Certificate], policy: str | None
) -> Stamp:
    told = decode_timestamp_response(granted(sorted_certificates(octets)))
    if told.status != _GRANTED:
        why = _REFUSALS.get(told.status, f"status {told.status}")
        said = printable(" ".join(told.status_string), 80)
        raise trouble(FailureKind.PROTOCOL, f"no stamp: {why} {said}".rstrip())
    shown = [x509.load_der_x509_certificate(one) for one in told.signed_data.certificates]
    return _verified(told, asked, shown[:_MOST], roots, policy)


def _verified(
    told: TimeStampResponse,
    asked: Question,
    shown: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    policy: str | None,
) -> Stamp:
    # What the answer shows is no intermediate for the verifier: it would trust it like a root.
    verifier = VerifierBuilder(
        policy_id=x509.ObjectIdentifier(policy) if policy else None,
        roots=list(roots or shown),
        nonce=asked.nonce,
    ).build()
    digest = hashlib.new(asked.algorithm, asked.data).digest()
    signers = {(one.issuer, one.serial_number) for one in told.signed_data.signer_infos}
    verifier.verify(told, digest)
    info = told.tst_info
    signer = next((c for c in shown if (c.issuer, c.serial_number) in signers), None)
    return Stamp(
        at=info.gen_time,
        accuracy=_seconds(info.accuracy),
        policy=info.policy.dotted_string,
        signer_ends=signer.not_valid_after_utc if signer is not None else None,
        signer=printable(signer.subject.rfc4514_string()) if signer is not None else "",
    )


def _seconds(accuracy: object) -> float | None:
    if accuracy is None:
        return None
    parts = [getattr(accuracy, name, None) or 0 for name in ("seconds", "millis", "micros")]
    return parts[0] + parts[1] / 1e3 + parts[2] / 1e6
