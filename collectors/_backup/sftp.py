"""The files of a folder by SFTP (draft-ietf-secsh-filexfer), with paramiko, in a thread.

The server is believed by its key alone; a login is shown to no other.
"""

import base64
import hashlib
import io
import socket
import stat
from fnmatch import fnmatchcase

from collectors._backup.files import MOST, File
from collectors._backup.params import Params
from collectors._net.trouble import printable, trouble
from core.reading import FailureKind


class Refused(Exception):
    """The login was refused."""


def listed(
    connected: socket.socket, folder: str, params: Params, login: tuple[str, str], timeout: float
) -> list[File]:
    """Return the files of a folder that are called as wanted; Refused, Trouble, OSError."""
    import paramiko  # noqa: PLC0415  (only where SFTP is spoken)

    transport = paramiko.Transport(connected)
    try:
        transport.start_client(timeout=timeout)
        _believe(transport.get_remote_server_key().asbytes(), params)
        user, secret = login
        transport.auth_timeout = timeout
        if "PRIVATE KEY" in secret:
            transport.auth_publickey(user, _key(secret))
        else:
            transport.auth_password(user, secret, fallback=False)
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise trouble(FailureKind.PROTOCOL, "the server offers no SFTP")
        client.get_channel().settimeout(timeout)
        return _files(client, folder, params.pattern)
    except paramiko.BadAuthenticationType as error:
        ways = ", ".join(error.allowed_types)
        raise Refused(f"the server takes no such login, but {ways}") from error
    except paramiko.AuthenticationException as error:
        raise Refused("the server refuses our login") from error
    except EOFError as error:
        raise trouble(FailureKind.REFUSED, "the connection was closed") from error
    except paramiko.SSHException as error:
        raise trouble(FailureKind.PROTOCOL, f"SFTP: {printable(str(error), 120)}") from error
    finally:
        transport.close()


def _believe(key: bytes, params: Params) -> None:
    shown = "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    if params.host_key is None:
        what = f"the server's key is not known; if it is {shown}: host_key={shown}"
        raise trouble(FailureKind.PROTOCOL, what)
    if params.host_key.rstrip("=") != shown:
        what = f"the server's key is not the one that is trusted: it is {shown}"
        raise trouble(FailureKind.PROTOCOL, what)


def _key(secret: str) -> "paramiko.PKey":  # type: ignore[name-defined]  # noqa: F821
    import paramiko  # noqa: PLC0415

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(secret))
        except (paramiko.SSHException, ValueError):
            continue
    raise trouble(FailureKind.LOCAL, "the secret is no private key that can be read")


def _files(client: "paramiko.SFTPClient", folder: str, pattern: str) -> list[File]:  # type: ignore[name-defined]  # noqa: F821
    found: list[File] = []
    try:
        for number, entry in enumerate(client.listdir_iter(folder)):
            if number >= MOST:
                raise trouble(FailureKind.PROTOCOL, f"the folder has more than {MOST} entries")
            regular = stat.S_ISREG(entry.st_mode or 0)
            if regular and fnmatchcase(entry.filename, pattern):
                found.append(File(entry.filename, entry.st_mtime or 0, entry.st_size or 0))
    except FileNotFoundError as error:
        raise trouble(
            FailureKind.PROTOCOL, f"there is no folder {printable(folder, 80)}"
        ) from error
    except PermissionError as error:
        what = f"the folder {printable(folder, 80)} may not be read"
        raise trouble(FailureKind.AUTH, what) from error
    return found
