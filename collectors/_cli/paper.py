"""From what a command line printed to a configuration: what to hide, what to compare."""

import re
from collections.abc import Iterator, Sequence

from collectors._cli.platform import PLATFORMS, Platform, spans
from collectors._net.trouble import trouble
from core.configuration import Kept, Paper
from core.reading import FailureKind

MASK = "***"
_LEAST = 3  # lines of a configuration
_LONGEST = 4096  # characters of a line that is searched for secrets; a longer one is hidden whole
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]")


def paper(platform: Platform, kind: Kept, text: str) -> Paper:
    """Return the configuration that a text is; Trouble if it is none, or only the half of one."""
    lines = text.strip("\n").split("\n")
    if len(lines) < _LEAST:
        raise trouble(FailureKind.PROTOCOL, "the device printed no configuration")
    if platform.ends and not re.search(platform.ends, lines[-1].rstrip()):
        raise trouble(FailureKind.PROTOCOL, "the configuration ends in the middle")
    by, at = _whose(platform, text)
    hidden = list(masked(platform, lines))
    compared = hidden if platform.shifting else lines
    return Paper(
        kind=kind,
        platform=platform.name,
        text="\n".join(lines) + "\n",
        masked="\n".join(hidden) + "\n",
        compared="\n".join(line for _, line in _steady(platform, compared)) + "\n",
        changed_by=by,
        changed_at=at,
    )


def masked(platform: Platform, lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines with every secret replaced by asterisks."""
    inside = False
    for line in lines:
        if inside:
            inside = _KEY_ENDS.search(line) is None
            yield line if not inside else MASK
            continue
        inside = _KEY_BEGINS.search(line) is not None and _KEY_ENDS.search(line) is None
        yield _KEY_BEGINS.sub(_key_head, line) if inside else _masked(platform, line)


def _key_head(found: re.Match[str]) -> str:
    return found[0]


def _masked(platform: Platform, line: str) -> str:
    if len(line) > _LONGEST:
        return f"{line[:80]} {MASK}"
    for pattern in platform.hidden:
        for begin, end in spans(pattern, line):
            if line[begin:end] != MASK:
                line = f"{line[:begin]}{MASK}{line[end:]}"
    return line


def steady(platform: str, text: str) -> list[tuple[int, str]]:
    """Return the lines that only a person changes, numbered; all of an unknown platform."""
    lines = text.splitlines()
    known = PLATFORMS.get(platform)
    return list(_steady(known, lines)) if known else list(enumerate(lines, 1))


def _steady(platform: Platform, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    until: re.Pattern[str] | None = None
    for number, line in enumerate(lines, 1):
        if until is not None:
            if until.search(line) is None:
                continue
            until = None
        if platform.volatile_lines.search(line):
            continue
        yield number, line.rstrip()
        for begins, ends in platform.blocks:
            if re.search(begins, line):
                until = re.compile(ends)


def _whose(platform: Platform, text: str) -> tuple[str | None, str | None]:
    head = text[:4096]
    for pattern in platform.whose:
        if found := pattern.search(head):
            return found["by"][:64], found["at"][:64]
    return None, None


def printed(said: str, command: str, prompt: str) -> str:
    """Return what a command printed, without its echo, the prompt, and what a terminal draws."""
    text = _drawn(said)
    lines = text.split("\n")
    while lines and lines[-1].strip() in {"", prompt}:
        lines.pop()
    if lines and command in lines[0]:
        lines.pop(0)
    return "\n".join(line.rstrip() for line in lines)


def _drawn(said: str) -> str:
    """Return what stands on a screen in the end: a line that is written over shows the newest."""
    said = _ESCAPES.sub("\r", said.replace("\r\n", "\n").replace("\r\r\n", "\n"))
    return "\n".join(_overwritten(line) for line in said.split("\n"))


def _overwritten(line: str) -> str:
    """Return a line after carriage returns and backspaces.

    Pagers write over themselves with blanks; what is written last from the left margin holds.
    """
    if "\b" in line:
        line = re.sub(r"\s*-+ ?more ?-+\s*\x08[\x08 ]*", "\r", line, flags=re.IGNORECASE)
        line = re.sub(r"[\x08]+ *[\x08]*", "\r", line)
    if "\r" not in line:
        return line
    parts = [part for part in line.split("\r") if part.strip()]
    return parts[-1] if parts else ""
