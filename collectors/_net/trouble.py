"""What an error of the network says about the host that was asked."""

import errno
import os

from core.reading import Failure, FailureKind

_KINDS = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ECONNRESET: FailureKind.REFUSED,
    errno.EPIPE: FailureKind.REFUSED,
    errno.ENETUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTDOWN: FailureKind.UNREACHABLE,
    errno.ENETDOWN: FailureKind.UNREACHABLE,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
}


class Trouble(Exception):
    """A look has found out why it fails."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def trouble(kind: FailureKind, detail: str) -> Trouble:
    """Return the exception of a failure."""
    return Trouble(Failure(kind, detail))


def failure_of(error: OSError) -> Failure:
    """Return what an error of a socket means."""
    if isinstance(error, TimeoutError) and error.errno is None:
        return Failure(FailureKind.TIMEOUT, "no answer")
    if isinstance(error, ConnectionError) and error.errno is None:
        return Failure(FailureKind.REFUSED, str(error) or "the connection was broken off")
    kind = _KINDS.get(error.errno or 0, FailureKind.LOCAL)
    if error.errno in _KINDS:  # asyncio puts addresses into its words, which a name resolves to
        return Failure(kind, os.strerror(error.errno))
    return Failure(kind, error.strerror or str(error) or type(error).__name__)


def out_of_time(seconds: float) -> Failure:
    """Return the failure of a look whose time is over."""
    return Failure(FailureKind.TIMEOUT, f"no answer within {seconds:g} s")


def printable(text: str | bytes, limit: int = 200) -> str:
    """Return what a stranger sent so that it can stand in a line for people."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    shown = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
