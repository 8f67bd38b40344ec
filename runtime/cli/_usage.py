"""What a command says when it is asked wrongly, in the reader's language, and what was meant.

Typer writes its sentences in English and has no catalogue for them. What pydantic found wrong with
a value is said as it is of settings.
"""

import os
import re
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from typer.core import TyperGroup

from runtime.cli import _help
from runtime.language import of

if TYPE_CHECKING:
    from core.text import Language

_SETTINGS = frozenset({"-c", "--config"})
_KIND = {"argument": "tham số", "option": "tuỳ chọn", "file": "tệp", "dir": "thư mục"}
_KIND |= {"path": "đường dẫn", "file or directory": "tệp hay thư mục"}
_NO_COMMAND = re.compile(r"No such command '(.*?)'\.?(?: (Did you mean .*))?")
_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"No such command ('.*?')\.(?: Did you mean .*)?", "Không có lệnh {0}."),
        (r"Missing command\.", "Thiếu tên lệnh."),
        (r"No such option: (\S+)(?: \(Possible options: (.*)\))?", "Không có tuỳ chọn {0}."),
        (r"Option ('.*') requires an argument\.", "Tuỳ chọn {0} cần một giá trị."),
        (r"Option ('.*') requires (\d+) arguments\.", "Tuỳ chọn {0} cần {1} giá trị."),
        (r"Option ('.*') does not take a value\.", "Tuỳ chọn {0} không nhận giá trị."),
        (r"Got unexpected extra argument\(s\) \((.*)\)", "Thừa tham số: {0}"),
        (r"Missing (\w+) (.*?)\.(?: Choose from:\s*(.*))?", "Thiếu {0} {1}."),
        (r"(\w+) ('.*') does not exist\.", "không có {0} {1}."),
        (r"(\w+) ('.*') is a file\.", "{1} là một tệp, cần thư mục."),
        (r"(\w+) ('.*') is a directory\.", "{1} là một thư mục, cần tệp."),
        (r"(\w+) ('.*') is not readable\.", "không được phép đọc {0} {1}."),
        (r"(\w+) ('.*') is not writable\.", "không được phép ghi {0} {1}."),
        (r"('.*?') is not one of (.*)\.", "{0} không dùng được. Dùng được: {1}."),
        (r"('.*?') does not match the formats (.*)\.", "{0} sai dạng. Viết theo: {1}."),
        (r"Value ('.*') is not a valid (\w+)\.", "{0} không dùng được ở đây."),
        (r"Value must be an iterable\.", "Cần một danh sách."),
        (r"value is not a valid tuple", "cần nhiều giá trị"),
        (r"(\d+) values are required, but (\d+) given\.", "cần {0} giá trị, chỉ có {1}."),
        (r"Could not open file ('.*'): .*", "Không mở được tệp {0}."),
    )
)


@runtime_checkable
class Refusal(Protocol):
    """What Typer raises when a command is asked wrongly."""

    message: str
    ctx: Any  # the command's context, or None

    def format_message(self) -> str:
        """Return the sentence that is shown."""


def explain(refusal: Refusal, command: TyperGroup) -> None:
    """Let a refusal, and the usage above it, be read in the language of the terminal."""
    language = of(os.environ)
    _help.said(refusal.ctx.command if refusal.ctx is not None else command)
    text = sentence(refusal, language)
    setattr(refusal, "format_message", lambda: text)  # noqa: B010  (of this one refusal)


def sentence(refusal: Refusal, language: "Language") -> str:
    """Return what is wrong with how a command was asked, and what may have been meant."""
    text = refusal.format_message() if language == "en" else _vietnamese(refusal)
    return f"{text} {_meant(refusal, language)}".rstrip()


def _vietnamese(refusal: Refusal) -> str:
    param = getattr(refusal, "param", None)
    text = refusal.format_message()
    if text.startswith("Invalid value"):
        what = _of_value(refusal) or _translated(refusal.message)
        named = param.get_error_hint() if param is not None else None
        return f"Giá trị của {named}: {what}" if named else f"Giá trị sai: {what}"
    return _translated(text)


def _of_value(refusal: Refusal) -> str | None:
    """Return what pydantic found, None if that is not what refused."""
    from pydantic import ValidationError

    from runtime.settings_faults import said

    error = getattr(refusal, "__cause__", None)
    if not isinstance(error, ValidationError):
        return None
    found = []
    for fault in error.errors(include_url=False):
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "value_error":
            found.append(_translated(message))
            continue
        what, mend = said(fault["type"], fault.get("ctx", {}), message)
        found.append(f"{what.vi}. {mend.vi}.")
    return " ".join(found)


def _translated(text: str) -> str:
    for pattern, said in _SENTENCES:
        if found := pattern.fullmatch(text.strip()):
            parts = [_KIND.get((part or "").lower(), part) for part in found.groups()]
            return said.format(*parts)
    return text


def _meant(refusal: Refusal, language: "Language") -> str:
    """Return where a misplaced option belongs, or which commands, options or values there are."""
    english = language == "en"
    context = refusal.ctx
    if context is None:
        return ""
    option = getattr(refusal, "option_name", "")
    if option in _SETTINGS and isinstance(context.command, TyperGroup):
        example = f"{context.command_path} {'COMMAND' if english else 'LỆNH'} -c thongsuot.toml"
        return f"It goes after the command: {example}" if english else f"Viết sau lệnh: {example}"
    if unknown := _NO_COMMAND.match(refusal.message):
        from runtime.settings_faults import instead

        names = context.command.list_commands(context)
        return "" if english and unknown[2] else instead(unknown[1], names).said(language)
    if english:
        return ""  # Typer lists the others itself
    names = getattr(refusal, "possibilities", None) or _choices(refusal)
    return f"Dùng được: {', '.join(sorted(names))}." if names else ""


def _choices(refusal: Refusal) -> list[str]:
    """Return the values of which one is missing."""
    param = getattr(refusal, "param", None)
    if refusal.message or param is None:
        return []
    text = param.get_missing_message(ctx=refusal.ctx) or ""
    return text.removeprefix("Choose from:").replace(",", " ").split()
