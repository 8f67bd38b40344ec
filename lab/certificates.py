"""The certificates of the pretend services: one authority, made when the lab starts."""

import ssl
import tempfile
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_AUTHORITY_LASTS = timedelta(days=3650)
_REVOKED = 23  # certificates
_EARLIER = timedelta(days=30)  # it was issued some time ago


class Authority:
    """Issues certificates to addresses; `pem` is what others are to trust."""

    def __init__(self, now: datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Thong Suot pretend province CA")
        made = _builder(self._name, self._name, now, _AUTHORITY_LASTS)
        made = made.public_key(self._key.public_key())
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_usage(signs=True), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = made.add_extension(identifier, critical=False)
        self._certificate = made.sign(self._key, hashes.SHA256())
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, host: str, now: datetime, lasts: timedelta) -> ssl.SSLContext:
        """Return what a server at an IP address speaks TLS with, valid for so long from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(_named(host), self._name, now, lasts).public_key(key.public_key())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        made = made.add_extension(names, critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(_usage(signs=False), critical=True)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(issuer, critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = signed.public_bytes(serialization.Encoding.PEM) + self.pem.encode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="thongsuot-lab-") as folder:
            file = Path(folder) / "both.pem"
            file.touch(mode=0o600)
            file.write_bytes(secret + chain)
            context.load_cert_chain(file)
        return context

    def revocations(self, now: datetime) -> bytes:
        """Return the list of what it has revoked, as DER, good for a week from yesterday."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now - timedelta(days=1))
            .next_update(now + timedelta(days=6))
        )
        for serial in range(1, _REVOKED + 1):
            row = x509.RevokedCertificateBuilder().serial_number(serial)
            made = made.add_revoked_certificate(row.revocation_date(now - _EARLIER).build())
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + lasts)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
