"""A directory on loopback: slapd with an entry for a robot."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

BASE = "dc=dongnai,dc=test"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "mật-khẩu-quản-trị"

_CONF = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {folder}/host.pem
TLSCertificateKeyFile {folder}/host.key
security simple_bind={strength}
database mdb
maxsize 10485760
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/db
access to attrs=userPassword by anonymous auth
access to * by * read
"""
_ENTRIES = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: dongnai
o: Tinh Dong Nai

dn: ou=nguoi,{BASE}
objectClass: organizationalUnit
ou: nguoi

dn: uid=an,ou=nguoi,{BASE}
objectClass: inetOrgPerson
uid: an
cn: An
sn: Nguyen

dn: uid=binh,ou=nguoi,{BASE}
objectClass: inetOrgPerson
uid: binh
cn: Binh
sn: Tran
"""


@dataclass(frozen=True)
class Directory:
    """A running slapd."""

    plain: int
    tls: int
    ca: Path


@contextmanager
def directory(folder: Path) -> Iterator[Directory]:
    """Run slapd; a bind with a password is taken in TLS alone."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    leaf = ca.issue_cert("localhost")
    leaf.private_key_pem.write_to_path(str(folder / "host.key"))
    leaf.cert_chain_pems[0].write_to_path(str(folder / "host.pem"))
    (folder / "db").mkdir()
    config = folder / "slapd.conf"
    config.write_text(
        _CONF.format(folder=folder, base=BASE, admin=ADMIN, password=PASSWORD, strength=64)
    )
    (folder / "entries.ldif").write_text(_ENTRIES)
    subprocess.run(
        [program("slapadd"), "-f", str(config), "-l", str(folder / "entries.ldif")],
        check=True,
        capture_output=True,
    )
    plain, tls = free_port(), free_port()
    listen = f"ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{tls}/"
    command = (program("slapd"), "-d", "0", "-f", str(config), "-h", listen)
    with running(*command, ready=lambda: accepts(plain) and accepts(tls), folder=folder):
        yield Directory(plain, tls, folder / "ca.pem")
