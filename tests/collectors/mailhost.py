"""A mail host on loopback: Postfix takes letters, Dovecot shows them. Needs root."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

USER, PASSWORD = "robot", "mật_khẩu,_kín"
DOMAIN = "dongnai.test"
_NOBODY = 65534

_POSTFIX = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = /tmp
myhostname = mail.{domain}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{{{robot@{domain}=robot/}}, {{full@{domain}=full/}}}}
virtual_alias_maps = inline:{{{{twice@{domain}=robot@{domain}, robot+again@{domain}}}}}
recipient_delimiter = +
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_chain_files = {folder}/host.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/run/sasl
smtpd_helo_required = yes
default_transport = discard
"""
_SERVICES = """127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{open} inet n - n - - smtpd -o mynetworks=0.0.0.0/0
 -o smtpd_relay_restrictions=permit_mynetworks,reject
127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap pop3
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
ssl = yes
ssl_cert = <{folder}/host.pem
ssl_key = <{folder}/host.pem
auth_mechanisms = plain login
auth_failure_delay = 0
disable_plaintext_auth = yes
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=10M
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service auth {{
  unix_listener sasl {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {pop3}
  }}
  inet_listener pop3s {{
    address = 127.0.0.1
    port = {pop3s}
  }}
}}
"""


@dataclass(frozen=True)
class MailHost:
    """A running mail host."""

    ports: dict[str, int]
    ca: Path
    folder: Path

    @property
    def letters(self) -> list[Path]:
        """Return the letters in the robot's mailbox."""
        box = self.folder / "mail" / USER
        return [path for name in ("new", "cur") for path in (box / name).glob("*")]

    def put(self, count: int, subject: str) -> None:
        """Lay letters into the robot's mailbox."""
        box = self.folder / "mail" / USER
        for name in ("new", "cur", "tmp"):
            (box / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = box / "new" / f"1.{number}.{subject.replace(' ', '')}"
            path.write_text(f"Subject: {subject} {number}\nFrom: a@b.vn\n\nx\n")
        for path in (box, *box.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)


@contextmanager
def mailhost() -> Iterator[MailHost]:
    """Run Postfix and Dovecot until the block ends."""
    if os.geteuid() != 0:
        pytest.skip("Postfix and Dovecot begin as root")
    postfix, dovecot = program("postfix"), program("dovecot")
    names = ("smtp", "open", "submission", "smtps", "imap", "imaps", "pop3", "pop3s")
    ports = {name: free_port() for name in names}
    folder = Path(tempfile.mkdtemp(prefix="mailhost"))
    folder.chmod(0o755)  # their own users must get in
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    leaf = ca.issue_cert("localhost", "mail.dongnai.test")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / "host.pem"))
    for name in ("queue", "data", "mail", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    os.chown(folder / "mail", _NOBODY, _NOBODY)
    told: dict[str, object] = {
        "folder": folder,
        "domain": DOMAIN,
        "password": PASSWORD,
        **ports,
    }
    (folder / "etc" / "main.cf").write_text(_POSTFIX.format(**told))
    (folder / "etc" / "master.cf").write_text(_SERVICES.format(**told))
    (folder / "dovecot.conf").write_text(_DOVECOT.format(**told))
    try:
        with ExitStack() as stack:
            stack.enter_context(
                running(
                    *(dovecot, "-F", "-c", str(folder / "dovecot.conf")),
                    ready=lambda: accepts(ports["imaps"]) and accepts(ports["pop3s"]),
                    folder=folder,
                )
            )
            stack.enter_context(
                running(
                    *(postfix, "-c", str(folder / "etc"), "start-fg"),
                    ready=lambda: all(accepts(ports[name]) for name in names[:4]),
                    folder=folder / "etc",
                )
            )
            yield MailHost(ports, folder / "ca.pem", folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
