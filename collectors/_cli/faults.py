"""What the SSH library's exceptions say about the device. Loaded with it, in its thread."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    ReadTimeout,
)
from paramiko.ssh_exception import AuthenticationException, SSHException

from collectors._cli.login import Login
from collectors._cli.session import Ended
from collectors._net.trouble import Trouble, failure_of, printable, trouble
from core.reading import FailureKind


@contextmanager
def told(login: Login) -> Iterator[None]:
    """Turn what the library raises into a Trouble; Ended becomes a TimeoutError."""
    try:
        yield
    except Trouble:
        raise
    except (Ended, ReadTimeout) as error:
        raise TimeoutError from error
    except (NetmikoAuthenticationException, AuthenticationException) as error:
        raise trouble(FailureKind.AUTH, "the device refuses our login") from error
    except (NetmikoBaseException, SSHException, EOFError, ValueError) as error:
        raise _protocol(error, login) from error
    except OSError as error:
        raise Trouble(failure_of(error)) from error


def _protocol(error: Exception, login: Login) -> Trouble:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, Trouble):  # raised by us, below the library
        return cause
    said = " ".join(str(error).split())
    if "closed by remote" in said or isinstance(error, EOFError):
        return trouble(FailureKind.PROTOCOL, "the device broke off the session in the middle")
    for secret in login.secrets:
        said = said.replace(secret, "***")
    said = re.sub(r"^.*?(?:error|Error): ", "", said)
    return trouble(FailureKind.PROTOCOL, f"SSH: {printable(said, 120)}")
