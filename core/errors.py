"""What can be wrong with a request or an input, said so that a person can mend it."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass

from core.text import Language, Text

_REASONS = {
    errno.ENOENT: Text("không có tệp hay thư mục này", "no such file or directory"),
    errno.EACCES: Text("không có quyền", "permission denied"),
    errno.EPERM: Text("không được phép", "not permitted"),
    errno.EEXIST: Text("đã có sẵn", "it exists already"),
    errno.EISDIR: Text("đây là thư mục, không phải tệp", "it is a directory"),
    errno.ENOTDIR: Text("không phải thư mục", "not a directory"),
    errno.ENOTEMPTY: Text("thư mục không trống", "the directory is not empty"),
    errno.ENOSPC: Text("đĩa đầy", "the disk is full"),
    errno.EROFS: Text("đĩa chỉ cho đọc", "the disk is read-only"),
    errno.EADDRINUSE: Text("cổng đang có chương trình khác dùng", "the port is in use already"),
    errno.EADDRNOTAVAIL: Text("máy này không có địa chỉ ấy", "not an address of this machine"),
    errno.ECONNREFUSED: Text("không có gì nghe ở đó", "nothing listens there"),
    errno.ENETUNREACH: Text("không có đường tới mạng ấy", "no way to that network"),
    errno.EHOSTUNREACH: Text("không tới được máy ấy", "no way to that host"),
    errno.ETIMEDOUT: Text("hết thời gian chờ", "timed out"),
}


def os_reason(error: OSError) -> Text:
    """Return why the system refused, in words; as the system says it where we have none."""
    said = error.strerror or type(error).__name__
    return _REASONS.get(error.errno or 0, Text(said, said))


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: where it is, what is wrong, how to mend it."""

    file: str
    what: Text
    mend: Text
    line: int | None = None
    key: str | None = None  # a column of a table, a key of a settings file

    def said(self, language: Language) -> str:
        """Return `file:line: key: what. mend.` in the asked language."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        mend = self.mend.said(language)
        stop = "" if mend.endswith("?") else "."
        return f"{place}: {key}{self.what.said(language)}. {mend}{stop}"


class DomainError(Exception):
    """A refusal with a sentence for the person who asked. Knows nothing of HTTP."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        """Cross from one process to another as it was said."""
        return type(self), (self.text,)


class NotFound(DomainError):
    """The thing that was named does not exist, or is not the asker's to see."""


class Conflict(DomainError):
    """The thing has changed, or exists already."""


class Forbidden(DomainError):
    """The asker may not do this."""


class Unavailable(DomainError):
    """A store does not answer just now; the same call may succeed later."""


class Invalid(DomainError):
    """The input cannot be accepted; `problems` lists every reason at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(
            Text(vi=f"{count} lỗi trong dữ liệu vào", en=f"{count} faults in the input")
        )
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        """Cross from one process to another with every problem."""
        return type(self), (self.problems,)

    def __str__(self) -> str:
        """Return every problem on a line of its own."""
        return "\n".join(problem.said("en") for problem in self.problems)
