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
_COMMAND = re.compile(r"\bcommand(?: is)?\s{0,3}[:=]?\s{0,3}['\"]?", re.IGNORECASE)
_LOGGING = ("cisco_ios", "huawei_vrp", "h3c_comware", "juniper_junos")
# IOS goes back as far as its words are long, or one column less: they count for nothing.
_LEFT_PAGER = re.compile(r" *-+ ?more ?-+ *\x08+ +\x08+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x08\r\x1b]")
_TOKEN = re.compile(
    r"(?P<text>[^\x08\r\x1b]+)|[\x08\r]|"
    r"\x1b\[(?P<count>\d{0,4})[0-9;?]*(?P<move>[A-Za-z])|\x1b[=>78]?"
)


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
    sections = Sections(platform)
    for line in _unbroken(platform, lines):
        secrets = (*sections.entered(line), *platform.hidden)
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if inside:
            inside = ends is None
            shown = MASK if ends is None else f"{MASK}{_masked(secrets, line[ends.start() :])}"
        elif begins is not None:
            inside = ends is None
            shown = f"{_masked(secrets, line[: begins.start()])}{begins[0]}{MASK}"
        else:
            shown = _masked(secrets, line)
        yield from shown.split("\n")
        yield from (MASK for _ in range(line.count("\n") - shown.count("\n")))


class Sections:
    """Where in a configuration we are: what is secret in one section is none in the next."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._open: dict[int, re.Pattern[str]] = {}

    def entered(self, line: str) -> Sequence[re.Pattern[str]]:
        """Return what is secret beside the rest, from this line on."""
        for number, (begin, end, secret) in enumerate(self._platform.sections):
            if begin.search(line):
                self._open[number] = secret
            elif end.search(line):
                self._open.pop(number, None)
        return tuple(self._open.values())


def _unbroken(platform: Platform, lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines, those that one is continued in together with it."""
    whole: list[str] = []
    for line in lines:
        whole.append(line)
        if platform.continued is None or not re.search(platform.continued, line):
            yield "\n".join(whole)
            whole = []
    if whole:
        yield "\n".join(whole)


def _masked(secrets: Sequence[re.Pattern[str]], line: str) -> str:
    if len(line) > _LONGEST:
        first, *more = line.split("\n")
        return "\n".join((f"{_masked(secrets, first[:80])} {MASK}", *(MASK for _ in more)))
    for pattern in secrets:
        for begin, end in spans(pattern, line):
            if line[begin:end] != MASK:
                hidden = "\n".join([MASK] * (line.count("\n", begin, end) + 1))
                line = f"{line[:begin]}{hidden}{line[end:]}"
    return line


def discreet(line: str) -> str:
    """Return a line of a log without the secrets of the command that it tells of.

    So do devices that log what is typed: IOS (archive log config), Junos, VRP, Comware.
    """
    told = _COMMAND.search(line)
    if told is None:
        return line
    said = line[told.end() :]
    for name in _LOGGING:
        said = _masked(PLATFORMS[name].hidden, said)
    return f"{line[: told.end()]}{said}"


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


def printed(said: str, command: str, prompt: str, above: str = r"(?!)") -> str:
    """Return what a command printed, without its echo, the prompt, and what a terminal draws.

    `above` matches what may stand over the prompt.
    """
    text = _drawn(said)
    lines = text.split("\n")
    while lines and (lines[-1].strip() in {"", prompt} or re.fullmatch(above, lines[-1].strip())):
        lines.pop()
    if lines and command in lines[0]:
        lines.pop(0)
    return "\n".join(line.rstrip() for line in lines)


def _drawn(said: str) -> str:
    """Return what stands on a screen in the end: a line that is written over shows the newest."""
    lines = said.replace("\r\r\n", "\n").replace("\r\n", "\n").split("\n")
    return "\n".join(_overwritten(line) if _CONTROL.search(line) else line for line in lines)


def _overwritten(line: str) -> str:
    """Return a line as a terminal has it: pagers go back and write blanks over themselves."""
    cells: list[str] = []
    at = 0
    for found in _TOKEN.finditer(_LEFT_PAGER.sub("", line)):
        text, count, move = found["text"], int(found["count"] or 0), found["move"]
        if text:
            cells[at : at + len(text)] = text
            at += len(text)
        elif found[0] == "\b" or move == "D":
            at = max(0, at - max(1, count))
        elif found[0] == "\r" or move in {"G", "H"}:
            at = 0
        elif move in {"J", "K"}:
            del cells[0 if count else at :]
            at = min(at, len(cells))
    return "".join(cells).rstrip()
