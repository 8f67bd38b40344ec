"""The TLS contexts of a kit, made once: loading the certificate authorities takes milliseconds."""

import os
import ssl
import warnings
from pathlib import Path
from typing import Literal, NamedTuple

from collectors._net.trouble import trouble
from collectors._tls.certificates import Certificate, read
from core.collector import Kit
from core.reading import FailureKind

MinTls = Literal["1.0", "1.1", "1.2", "1.3"]
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD = ("1.0", "1.1")
_LEGACY = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT; Python names it since 3.12
_CONTEXTS = 256
_CERTIFICATES = 4096


class Terms(NamedTuple):
    """On which terms we speak TLS."""

    verify: bool = True
    ca: str | None = None  # PEM text, or the path of a file; None: the system's authorities
    min_tls: MinTls | None = None  # None: as this system's OpenSSL has it
    alpn: tuple[str, ...] = ()
    client: str | None = None  # PEM text of our own certificate and its key: never to be logged


class Trust:
    """Contexts by terms, and certificates by their octets. An engine of the kit."""

    def __init__(self, kit: Kit) -> None:  # noqa: ARG002  (engines are made of a kit)
        self._contexts: dict[tuple[Terms, int], ssl.SSLContext] = {}
        self._certificates: dict[bytes, Certificate | None] = {}

    def context(self, terms: Terms) -> ssl.SSLContext:
        """Return the context of some terms; Trouble if its authorities cannot be read."""
        key = terms, _age(terms.ca)
        made = self._contexts.get(key)
        if made is None:
            if len(self._contexts) >= _CONTEXTS:
                self._contexts.clear()
            made = self._contexts[key] = _made(terms)
        return made

    def chain(self, tls: ssl.SSLObject) -> tuple[Certificate, ...]:
        """Return what the server has shown, its own certificate first."""
        return self._read([der for der in _served(tls) if der])

    def verified(self, tls: ssl.SSLObject) -> tuple[Certificate, ...]:
        """Return the chain that leads to an authority we trust; empty if nothing was verified."""
        return self._read(_octets(tls, "get_verified_chain"))

    def _read(self, chain: list[bytes]) -> tuple[Certificate, ...]:
        found = []
        for der in chain:
            if der not in self._certificates:
                if len(self._certificates) >= _CERTIFICATES:
                    self._certificates.clear()
                self._certificates[der] = read(der)
            known = self._certificates[der]
            if known is not None:
                found.append(known)
        return tuple(found)

    async def aclose(self) -> None:
        """Forget everything."""
        self._contexts.clear()
        self._certificates.clear()


def trust_of(kit: Kit) -> Trust:
    """Return the kit's engine."""
    engine = kit.engine("tls", Trust)
    if not isinstance(engine, Trust):
        raise TypeError("another engine bears the name tls")
    return engine


def _served(tls: ssl.SSLObject) -> list[bytes]:
    return _octets(tls, "get_unverified_chain") or [tls.getpeercert(binary_form=True) or b""]


def _octets(tls: ssl.SSLObject, method: str) -> list[bytes]:
    """Return a chain as DER: public since Python 3.13, on the inner object before."""
    ask = getattr(tls, method, None) or getattr(getattr(tls, "_sslobj", None), method, None)
    found = (ask() if ask else None) or ()
    return [one if isinstance(one, bytes) else _der(one) for one in found]


def _der(certificate: object) -> bytes:
    octets: object = certificate.public_bytes(2)  # type: ignore[attr-defined]  # ENCODING_DER
    return octets if isinstance(octets, bytes) else b""


def _made(terms: Terms) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False  # as browsers: the name stands in the SAN
    if terms.verify:
        _load(context, terms.ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if terms.min_tls in _OLD:
        context.set_ciphers("ALL:@SECLEVEL=0")  # what such old servers speak
        context.options |= _LEGACY
    if terms.min_tls is not None:
        with warnings.catch_warnings():  # somebody has asked for the old ones by name
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = _VERSIONS[terms.min_tls]
    if terms.alpn:
        context.set_alpn_protocols(list(terms.alpn))
    if terms.client is not None:
        _show(context, terms.client)
    return context


def _show(context: ssl.SSLContext, pem: str) -> None:
    """Have the context show our own certificate; Trouble if there is none in the text.

    OpenSSL is given keys as files alone; this one is a file in memory that nobody else can open.
    """
    try:
        with os.fdopen(os.memfd_create("client", os.MFD_CLOEXEC), "w", encoding="ascii") as file:
            file.write(pem)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}", password=lambda: "")
    except (OSError, ValueError) as error:  # its words may quote what was read
        what = "our own certificate and its key cannot be read: PEM, without a password"
        raise trouble(FailureKind.LOCAL, what) from error


def _is_text(ca: str) -> bool:
    return "-----BEGIN" in ca


def _age(ca: str | None) -> int:
    """Return when a file of authorities was changed, so that a new one is read."""
    if ca is None or _is_text(ca):
        return 0
    try:
        return Path(ca).stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def _load(context: ssl.SSLContext, ca: str | None) -> None:
    try:
        if ca is None:
            context.load_default_certs()
        elif _is_text(ca):
            context.load_verify_locations(cadata=ca)
        else:
            context.load_verify_locations(cafile=ca)
        if ca is not None:  # what was named is trusted, be it an authority's own or one below it
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    except (OSError, ValueError) as error:
        raise trouble(FailureKind.LOCAL, f"the authorities cannot be read: {error}") from error
