"""Certificates as settings name them, and whether one has signed what another shows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from collectors._net.trouble import trouble
from core.reading import FailureKind

_LARGEST = 1024 * 1024  # bytes of a file
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def tolerant() -> Iterator[None]:
    """Let what strangers made be odd without a warning: what it says is judged all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def certificates(named: str, what: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, or of PEM text; Trouble if there are none."""
    try:
        text = named if "-----BEGIN" in named else _read(named)
        with tolerant():
            return x509.load_pem_x509_certificates(text.encode())
    except OSError as error:
        said = f"{what} cannot be read: {error.strerror or error}"
        raise trouble(FailureKind.LOCAL, said) from error
    except UNREADABLE as error:
        raise trouble(FailureKind.LOCAL, f"{what} is no certificate in PEM") from error


def certificate(named: str, what: str) -> x509.Certificate:
    """Return the first certificate of a PEM file, or of PEM text; Trouble."""
    return certificates(named, what)[0]


def _read(named: str) -> str:
    with Path(named).open(encoding="utf-8") as file:
        return file.read(_LARGEST)


def ocsp_address(found: x509.Certificate) -> str | None:
    """Return where a certificate says that its status is told (RFC 5280 §4.2.2.1)."""
    try:
        access = found.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None
    for one in access:
        told = one.access_location
        if one.access_method == AuthorityInformationAccessOID.OCSP and _is_web(told):
            return str(told.value)
    return None


def crl_address(found: x509.Certificate) -> str | None:
    """Return where a certificate says that the list of the revoked is (RFC 5280 §4.2.1.13)."""
    try:
        points = found.extensions.get_extension_for_oid(ExtensionOID.CRL_DISTRIBUTION_POINTS).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None
    if not isinstance(points, x509.CRLDistributionPoints):
        return None
    told = [name for point in points for name in point.full_name or ()]
    return next((str(name.value) for name in told if _is_web(name)), None)


def _is_web(name: x509.GeneralName) -> bool:
    return isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(
        ("http://", "https://")
    )


def has_signed(
    signer: x509.Certificate,
    signature: bytes,
    data: bytes,
    algorithm: hashes.HashAlgorithm | None,
) -> bool:
    """Say whether a signature over some data was made with the key of a certificate."""
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(signature, data, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, data)
        else:
            return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def is_issued_by(found: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether a certificate bears the name and the signature of its issuer."""
    try:
        found.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True
