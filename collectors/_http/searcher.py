"""The program of the matcher's process: what is asked of a stranger's text in, what is there out.

Asked are JSON lists after their length: ["search", pattern, text, most] answers the first matches
(their first group, if there is one), ["page", html, watch, ignore] what a page holds. The answer
is JSON after its length. The program is run as a file, alone, so it imports nothing of the house.
"""

import hashlib
import json
import re
import struct
import sys
from html.parser import HTMLParser

LENGTH = "!I"  # of the JSON that follows
BINS = 128  # of a sketch
_LONGEST = 64 * 1024  # characters of a match
_LINES, _LINE = 3000, 500  # of a page's text, and characters of one
_FORMS, _FIELDS = 20, 500
# fmt: off
_EMPTY = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
    "source", "track", "wbr",
])
_SILENT = frozenset(("script", "style", "template", "noscript"))
_INLINE = frozenset([
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "label", "mark",
    "q", "s", "small", "span", "strong", "sub", "sup", "u",
])
# fmt: on
_WORD = re.compile(r"\w+")
_SHINGLE = 3  # words

Attributes = list[tuple[str, str | None]]


class Page(HTMLParser):
    """What a page says to people, its forms, and what its head tells."""

    def __init__(self, watch: list[str], ignore: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.watched: list[str] = []
        self.forms: list[dict[str, object]] = []
        self.meta: dict[str, str] = {}
        self.dates: list[str] = []
        self._watch, self._ignore = watch, ignore
        self._open: list[tuple[str, bool, bool, bool]] = []  # tag, silent, ignored, watched
        self._said: list[tuple[str, bool]] = []
        self._fields: list[list[str]] | None = None
        self._choice: tuple[str, str | None] | None = None  # of a <select>: name, value
        self._option: list[str] | None = None  # text of an <option> that has no value of its own
        self._area: tuple[str, list[str]] | None = None  # of a <textarea>: name, text

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in _INLINE:
            self._end_line()
        if tag in {"option", "optgroup"}:
            self._end_option()
        if "disabled" not in found:  # what is disabled is not sent
            self._note_form(tag, found)
        if tag == "meta" and len(self.meta) < _FIELDS:
            name = found.get("name") or found.get("property") or found.get("http-equiv")
            if name:
                self.meta.setdefault(name.lower(), found.get("content", ""))
        if found.get("datetime") and len(self.dates) < _FIELDS:
            self.dates.append(found["datetime"][:60])
        if tag in _EMPTY:
            return
        _, silent, ignored, watched = self._open[-1] if self._open else ("", False, False, False)
        self._open.append(
            (
                tag,
                silent or tag in _SILENT,
                ignored or _is_one(tag, found, self._ignore),
                watched or _is_one(tag, found, self._watch),
            )
        )

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end_line()
        if tag in {"option", "optgroup", "select"}:
            self._end_option()
        if tag == "form":
            self._fields = None
        elif tag == "select" and self._choice is not None:
            name, value = self._choice
            self._choice = None
            if value is not None:
                self._fill(name, value)
        elif tag == "textarea" and self._area is not None:
            name, text = self._area
            self._area = None
            self._fill(name, "".join(text))
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
        if self._option is not None:
            self._option.append(data)
        _, silent, ignored, watched = self._open[-1] if self._open else ("", False, False, False)
        if silent or not data:
            return
        self._said.append((data, not ignored and (watched or not self._watch)))

    def close(self) -> None:
        super().close()
        self._end_line()

    def _end_line(self) -> None:
        if not self._said or len(self.lines) >= _LINES:
            self._said.clear()
            return
        line = " ".join("".join(text for text, _ in self._said).split())[:_LINE]
        kept = " ".join("".join(text for text, held in self._said if held).split())[:_LINE]
        self._said.clear()
        if line:
            self.lines.append(line)
        if kept:
            self.watched.append(kept)

    def _note_form(self, tag: str, found: dict[str, str]) -> None:
        if tag == "form" and len(self.forms) < _FORMS:
            self._fields = []
            names = [found.get(key, "") for key in ("id", "name", "action")]
            self.forms.append({"names": names, "fields": self._fields, "password": False})
        elif tag == "input" and self._fields is not None:
            self._note_input(found)
        elif tag == "select":
            self._choice = found.get("name", ""), None
        elif tag == "option" and self._choice is not None:
            if self._choice[1] is None or "selected" in found:
                self._choice = self._choice[0], found.get("value", "")
                self._option = [] if "value" not in found else None
        elif tag == "textarea":
            self._area = found.get("name", ""), []

    def _note_input(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text").lower()
        if kind == "password":
            self.forms[-1]["password"] = True
        if kind in {"submit", "button", "image", "reset", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in found:
            return
        unsaid = "on" if kind in {"checkbox", "radio"} else ""
        self._fill(found.get("name", ""), found.get("value", unsaid))

    def _end_option(self) -> None:
        if self._option is not None and self._choice is not None:
            self._choice = self._choice[0], " ".join("".join(self._option).split())
        self._option = None

    def _fill(self, name: str, value: str) -> None:
        if name and self._fields is not None and len(self._fields) < _FIELDS:
            self._fields.append([name, value])


def _is_one(tag: str, found: dict[str, str], selectors: list[str]) -> bool:
    for one in selectors:
        if one.startswith("#"):
            if found.get("id") == one[1:]:
                return True
        elif one.startswith("."):
            if one[1:] in found.get("class", "").split():
                return True
        elif tag == one.lower():
            return True
    return False


def sketch(lines: list[str]) -> str:
    """Return a page's sketch, 128 bytes in hexadecimal: what two sketches share, pages share.

    One-permutation hashing (Li, Owen and Zhang 2012) of runs of three words, one byte a bin;
    00 is an empty bin.
    """
    words = _WORD.findall(" ".join(lines).casefold())
    least = [0] * BINS
    for start in range(max(1, len(words) - _SHINGLE + 1) if words else 0):
        run = " ".join(words[start : start + _SHINGLE]).encode()
        value = int.from_bytes(hashlib.blake2b(run, digest_size=8).digest(), "big")
        bin_, rank = value % BINS, value // BINS + 1
        if not least[bin_] or rank < least[bin_]:
            least[bin_] = rank
    return bytes(rank and 1 + rank % 255 for rank in least).hex()


def search(pattern: str, text: str, most: int) -> list[str]:
    """Return the first matches of an expression."""
    found: list[str] = []
    for match in re.finditer(pattern, text):
        group = match[1] if match.re.groups and match[1] is not None else match[0]
        found.append(group[:_LONGEST])
        if len(found) >= most:
            break
    return found


def page(html: str, watch: list[str], ignore: list[str]) -> dict[str, object]:
    """Return what a page holds."""
    read = Page(watch, ignore)
    read.feed(html)
    read.close()
    return {
        "lines": read.lines,
        "watched": read.watched,
        "sketch": sketch(read.watched),
        "forms": read.forms,
        "meta": read.meta,
        "dates": read.dates,
    }


def answer(asked: list[object]) -> object:
    """Return what is asked for, or a sentence on why it cannot be told."""
    what, *rest = asked
    try:
        return {"search": search, "page": page}[str(what)](*rest)  # type: ignore[operator]
    except (ValueError, AssertionError, RecursionError) as error:  # of html.parser, too
        return f"{type(error).__name__}: {error}"


def work() -> None:
    """Answer everything on standard input, until its end."""
    length = struct.Struct(LENGTH)
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(length.size)) == length.size:
        told = json.dumps(answer(json.loads(asked.read(length.unpack(head)[0])))).encode()
        answers.write(length.pack(len(told)) + told)
        answers.flush()


if __name__ == "__main__":
    work()
