"""Where lines of syslog begin and end on a connection (RFC 6587, RFC 5425).

Either each is preceded by its length, or each ends with a line feed (or NUL); which of the two
a sender does is seen by how its line begins. Whatever is longer than what is read is cut.
"""

import re

LARGEST = 8192  # octets of a line that are kept
FAR_TOO_LONG = 1 << 20  # an announced length that no sender of sense announces
_COUNT = re.compile(rb"([1-9]\d{0,9}) ")
_COUNT_DIGITS = 11  # of a count, its space included
_END = re.compile(rb"[\n\x00]")


class Unframed(ValueError):
    """What comes is framed in neither way."""


class Frames:
    """The lines of one connection, as its octets come in."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._skip = 0  # octets of a counted line that are too many to keep
        self._by_lines = False  # a line with an end has come
        self._cutting = False  # the rest of an uncounted line, up to its end, is let go
        self.cut = 0  # lines that were longer than what is kept
        self.half = False  # the connection ended within a counted line
        self.broken = False  # what came last is framed in neither way: the connection is of no use

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that are whole with these octets, in order."""
        held = self._held
        held += data
        found: list[bytes] = []
        while held:
            if self._skip:
                gone = min(self._skip, len(held))
                del held[:gone]
                self._skip -= gone
                continue
            try:
                line = self._counted() if self._is_counted() else self._ended()
            except Unframed:
                self.broken = True
                held.clear()
                break
            if line is None:
                break
            if line:
                found.append(line)
        return found

    def _is_counted(self) -> bool:
        """Say whether a length comes next.

        On a connection whose lines have ends, one may begin with a digit and be no length: the
        second line of a message of two. It is such only if a priority follows, or still may.
        """
        held = self._held
        if self._cutting or not held[:1].isdigit():
            return False
        said = _COUNT.match(held)
        if not self._by_lines:
            return True
        if said is not None:
            return bytes(held[said.end() : said.end() + 1]) in {b"<", b""}
        return len(held) < _COUNT_DIGITS and re.fullmatch(rb"[1-9]\d*", held) is not None

    def last(self) -> bytes:
        """Return the line in which a connection ended: many senders put no line feed after it."""
        held = bytes(self._held)
        self._held.clear()
        self.half = held[:1].isdigit()
        whole = not (self._skip or self._cutting or self.half)
        return held.rstrip(b"\r") if whole else b""

    def _counted(self) -> bytes | None:
        """Return a line with its length before it, None while it is not whole."""
        held = self._held
        said = _COUNT.match(held)
        if said is None:
            if len(held) < _COUNT_DIGITS and re.fullmatch(rb"[1-9]\d*", held):
                return None
            raise Unframed("digits that are no length")
        size = int(said[1])
        if size > FAR_TOO_LONG:
            raise Unframed(f"a line of {size} octets")
        kept = min(size, LARGEST)
        if len(held) < said.end() + kept:
            return None
        line = bytes(held[said.end() : said.end() + kept])
        del held[: said.end() + kept]
        if size > kept:
            self._skip = size - kept
            self.cut += 1
        return line.rstrip(b"\r\n\x00") or b" "

    def _ended(self) -> bytes | None:
        """Return a line that a line feed or NUL ends, None while it is not whole."""
        held = self._held
        end = _END.search(held)
        if self._cutting:
            if end is None:
                held.clear()
                return None
            del held[: end.end()]
            self._cutting = False
            return b""
        if end is None and len(held) <= LARGEST:
            return None
        stop = min(end.start() if end is not None else LARGEST, LARGEST)
        line = bytes(held[:stop])
        self._by_lines = self._by_lines or line.startswith(b"<")
        if end is not None:
            del held[: end.end()]
            self.cut += end.start() > LARGEST
        else:
            held.clear()
            self._cutting = True
            self.cut += 1
        return line.rstrip(b"\r")
