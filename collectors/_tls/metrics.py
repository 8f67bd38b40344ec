"""The series of a served chain, named as blackbox_exporter names them."""

from collections.abc import Sequence

from collectors._net.identity import OWN, Labels
from collectors._tls.certificates import Certificate, earliest_end
from core.collector import Emit
from core.labels import Series
from core.reading import Sample
from core.text import Text

EARLIEST = "probe_ssl_earliest_cert_expiry"
LAST_CHAIN = "probe_ssl_last_chain_expiry_timestamp_seconds"
CHAIN_INFO = "probe_ssl_last_chain_info"
VERSION_INFO = "probe_tls_version_info"
CIPHER_INFO = "probe_tls_cipher_info"
LIMIT = "probe_ssl_remaining_seconds_limit"

_LABEL = 200  # characters of a label that a stranger wrote
_DAY = 86400.0

_INFO = ("fingerprint_sha256", "subject", "issuer", "serialnumber", "subjectalternative")


def emits() -> tuple[Emit, ...]:
    """Return the declared metrics."""
    base = (OWN,)
    return (
        Emit(
            EARLIEST,
            Text(
                "Thời điểm hết hạn sớm nhất trong chuỗi chứng thư (Unix)",
                "When the first certificate of the chain expires (Unix time)",
            ),
            labels=base,
        ),
        Emit(
            LAST_CHAIN,
            Text(
                "Thời điểm chuỗi đã xác minh hết hạn (Unix)",
                "When the verified chain expires (Unix time)",
            ),
            labels=base,
        ),
        Emit(
            CHAIN_INFO,
            Text("Chứng thư của máy chủ", "The server's own certificate"),
            labels=(*base, *_INFO),
        ),
        Emit(
            VERSION_INFO,
            Text("Phiên bản TLS đã dùng", "The TLS version in use"),
            labels=(*base, "version"),
        ),
        Emit(
            CIPHER_INFO,
            Text("Bộ mã đã dùng", "The cipher in use"),
            labels=(*base, "cipher"),
        ),
        Emit(
            LIMIT,
            Text(
                "Thời hạn còn lại tối thiểu mong muốn của chứng thư",
                "How long the certificate should still be valid, at least",
            ),
            labels=base,
        ),
    )


def chain_samples(
    labels: Labels,
    chain: Sequence[Certificate],
    verified: Sequence[Certificate] = (),
) -> list[Sample]:
    """Return the series of what the server has shown."""
    samples: list[Sample] = []
    end = earliest_end(chain)
    if end is not None:
        samples.append((Series.of(EARLIEST, labels), end.timestamp()))
        own = chain[0]
        info = {
            "fingerprint_sha256": own.fingerprint,
            "subject": own.subject[:_LABEL],
            "issuer": own.issuer[:_LABEL],
            "serialnumber": own.serial[:_LABEL],
            "subjectalternative": ",".join(own.names)[:_LABEL],
        }
        samples.append((Series.of(CHAIN_INFO, labels, **info), 1.0))
    last = earliest_end(verified)
    if last is not None:
        samples.append((Series.of(LAST_CHAIN, labels), last.timestamp()))
    return samples


def session_samples(labels: Labels, version: str | None, cipher: str | None) -> list[Sample]:
    """Return the series of a handshake: `version` as `TLSv1.3`, shown as `TLS 1.3`."""
    samples: list[Sample] = []
    if version:
        shown = version.replace("TLSv", "TLS ")
        shown = shown if "." in shown else shown + ".0"
        samples.append((Series.of(VERSION_INFO, labels, version=shown), 1.0))
    if cipher:
        samples.append((Series.of(CIPHER_INFO, labels, cipher=cipher), 1.0))
    return samples


def limit_samples(labels: Labels, min_days: float | None) -> list[Sample]:
    """Return the wanted remaining validity, if one is wanted."""
    if min_days is None:
        return []
    return [(Series.of(LIMIT, labels), min_days * _DAY)]
