"""Signed zones, and an nsd that serves them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dns.dnssec
import dns.name
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec

from tests.collectors.certificates import NOW
from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

ZONE = "dongnai.test"


def text(serial: int, more: str = "") -> str:
    """Return the zone as a file has it."""
    return f"""$ORIGIN {ZONE}.
$TTL 300
@ SOA ns1 admin {serial} 3600 600 86400 60
@ NS ns1
@ MX 10 mail
@ TXT "v=spf1 mx ip4:10.75.0.0/24 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{ZONE}"
ns1 A 127.0.0.1
mail A 10.75.0.5
www A 10.75.0.1
www A 10.75.0.2
{more}
"""


@dataclass(frozen=True)
class Signed:
    """A signed zone file, and the DS record that the zone above should have."""

    file: str
    anchor: str


def signed(plain: str, days: float = 30, begun: float = 1) -> Signed:
    """Sign a zone; the signatures began `begun` days ago and end in `days`."""
    key = ec.generate_private_key(ec.SECP256R1())
    known = dns.dnssec.make_dnskey(key.public_key(), dns.dnssec.ECDSAP256SHA256, flags=257)
    zone = dns.zone.from_text(plain, origin=ZONE, relativize=False)
    dns.dnssec.sign_zone(
        zone,
        keys=[(key, known)],
        inception=NOW - timedelta(days=begun),
        expiration=NOW + timedelta(days=days),
    )
    anchor = dns.dnssec.make_ds(dns.name.from_text(ZONE), known, "SHA256").to_text()
    return Signed(zone.to_text(relativize=False), anchor)


@contextmanager
def serving(folder: Path, files: Mapping[str, str]) -> Iterator[int]:
    """Run an nsd that speaks for the zones; give its port."""
    port = free_port()
    zones = []
    for name, content in files.items():
        (folder / f"{name}.zone").write_text(content)
        zones.append(f'zone:\n  name: "{name}"\n  zonefile: "{folder}/{name}.zone"\n')
    (folder / "nsd.conf").write_text(
        f"""server:
  ip-address: 127.0.0.1
  port: {port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: ""
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
remote-control:
  control-enable: no
"""
        + "".join(zones)
    )
    command = (program("nsd"), "-d", "-c", str(folder / "nsd.conf"))
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield port
