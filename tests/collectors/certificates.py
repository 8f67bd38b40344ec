"""Certificates good and bad, and an nginx that shows them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

NOW = datetime.now(UTC)  # noqa: TID251  (of real handshakes)

_SITES = """
    location = /ok { default_type text/html; return 200 "<p>Thủ tục hành chính</p>"; }
    location = /moved { return 301 /ok; }
    location = /loop { return 302 /loop; }
    location = /down { return 503; }
    location = /private { return 401; }
    location = /json {
        default_type application/json;
        return 200 '{"data": {"items": [{"state": "ready", "up": true, "n": 3}]}}';
    }
    location = /downgrade { return 302 http://127.0.0.1/ok; }
    location = /cookie { add_header Set-Cookie "seen=1; Path=/"; return 302 /known; }
    location = /known { if ($http_cookie !~ "seen=1") { return 302 /cookie; } return 200 "known"; }
    location = /login {
        if ($http_authorization != "Basic YW46beG6rXQ=") { return 401; }
        return 200 "in";
    }
    location = /token { if ($http_authorization != "Bearer abc") { return 401; } return 200 "in"; }
    location = /modified {
        add_header Last-Modified "Wed, 01 Jul 2026 00:00:00 GMT";
        return 200 "x";
    }
    location = /away { return 302 http://localhost:$server_port/echo; }
    location = /echo { return 200 "auth=$http_authorization key=$http_x_key"; }
"""


@dataclass(frozen=True)
class Front:
    """A running nginx: plain ports and TLS ports by what they show."""

    plain: int
    tls: Mapping[str, int]
    ca: Path
    log: Path


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def front(folder: Path) -> Iterator[Front]:
    """Run nginx with a plain server and one TLS server per kind of certificate."""
    ca, stranger = trustme.CA(), trustme.CA()
    child = ca.create_child_ca()
    leaves = {
        "good": ca.issue_cert("localhost", "127.0.0.1"),
        "expired": ca.issue_cert("localhost", "127.0.0.1", not_after=NOW - timedelta(days=3)),
        "early": ca.issue_cert("localhost", "127.0.0.1", not_before=NOW + timedelta(days=2)),
        "other": ca.issue_cert("other.dongnai.test"),
        "chain": child.issue_cert("localhost", "127.0.0.1"),
        "stranger": stranger.issue_cert("localhost", "127.0.0.1"),
        "nameless": ca.issue_cert(common_name="localhost"),
    }
    files = {}
    for name, leaf in leaves.items():
        files[name] = folder / f"{name}.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(str(files[name]))
    files["alone"] = folder / "alone.pem"  # without the certificate between it and the authority
    files["alone"].write_bytes(
        leaves["chain"].private_key_pem.bytes() + leaves["chain"].cert_chain_pems[0].bytes()
    )
    files["self"] = _self_signed(folder)
    authority = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(authority))
    ports = {name: free_port() for name in [*files, "tls12", "tls11"]}
    plain = free_port()
    servers = [f"server {{ listen 127.0.0.1:{plain}; listen [::1]:{plain}; {_SITES} }}"]
    for name, port in ports.items():
        pem = files.get(name, files["good"])
        more = {
            "tls12": "ssl_protocols TLSv1.2;",
            "tls11": "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
        }.get(name, "")
        servers.append(
            f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; "
            f"ssl_certificate_key {pem}; {more} {_SITES} }}"
        )
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        "events { worker_connections 256; }\n"
        "http { charset utf-8; ssl_protocols TLSv1.2 TLSv1.3;\n"
        f"access_log {folder}/access.log; {temporary}\n" + "\n".join(servers) + "\n}\n"
    )
    with ExitStack() as stack:
        stack.enter_context(
            running(
                program("nginx"),
                "-p",
                str(folder),
                "-c",
                str(config),
                ready=lambda: all(accepts(port) for port in (plain, *ports.values())),
                folder=folder,
            )
        )
        yield Front(plain, ports, authority, folder / "access.log")
