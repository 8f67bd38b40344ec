"""Why a handshake failed, in words that say what to mend."""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta

from collectors._tls.certificates import Certificate, expired
from core.reading import Failure, FailureKind

# X509_V_ERR_…, the same numbers in every OpenSSL.
_NOT_YET, _EXPIRED = 9, 10
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_WRONG_NAME = (62, 64)
_PLAIN = {18: "the certificate is self-signed", 23: "the certificate was revoked"}
_SHOWN = 5  # names in a sentence
_OLD_PROTOCOL = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "VERSION_TOO_LOW")
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO")


def why(error: ssl.SSLError, chain: Sequence[Certificate], host: str, now: datetime) -> Failure:
    """Return the failure of a handshake; `chain` is what the server shows, if that was seen."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(FailureKind.PROTOCOL, _distrust(error, chain, host, now))
    reason = (error.reason or "").upper()
    if any(word in reason for word in _OLD_PROTOCOL):
        return Failure(FailureKind.PROTOCOL, "the server speaks no TLS version that we accept")
    if any(word in reason for word in _NOT_TLS):
        return Failure(FailureKind.PROTOCOL, "what answers does not speak TLS")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure(FailureKind.REFUSED, "the connection was closed during the TLS handshake")
    said = (error.reason or str(error)).lower().replace("_", " ")
    return Failure(FailureKind.PROTOCOL, f"TLS handshake failed: {said}")


def ended(chain: Sequence[Certificate], now: datetime) -> str | None:
    """Say which certificate of a chain has expired, None if none has."""
    found = expired(chain, now)
    if found is None:
        return None
    whose = "the certificate" if found is chain[0] else f"the issuer's certificate {found.subject}"
    at = found.not_after.strftime("%Y-%m-%d")
    return f"{whose} expired {span(now - found.not_after)} ago ({at})"


def span(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: `3 days`, `5 hours`, `2 minutes`."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = seconds // size
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "moments"


def _distrust(
    error: ssl.SSLCertVerificationError,
    chain: Sequence[Certificate],
    host: str,
    now: datetime,
) -> str:
    code = error.verify_code
    if code == _EXPIRED:
        return ended(chain, now) or "a certificate has expired"
    if code == _NOT_YET:
        begins = f" (before {chain[0].not_before:%Y-%m-%d %H:%M} UTC)" if chain else ""
        return f"the certificate is not valid yet{begins}"
    if code in _WRONG_NAME:
        named = ", ".join(chain[0].names[:_SHOWN]) if chain else ""
        return f"the certificate is not for {host}: it names {named or 'no host'}"
    if code in _UNKNOWN_ISSUER:
        issuer = f": issued by {chain[-1].issuer}" if chain else ""
        alone = len(chain) == 1 and not chain[0].is_self_issued
        hint = "; does the server leave out a certificate in between?" if alone else ""
        return f"the certificate's authority is unknown{issuer}{hint}"
    return _PLAIN.get(code, f"the certificate is not trusted: {error.verify_message}")
