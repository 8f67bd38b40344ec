"""The body of an answer, within bounds: how much, how packed, in which letters."""

import codecs
import re
import zlib
from typing import Protocol

LARGEST = 1024 * 1024  # bytes that are read, and bytes that are unpacked
_META = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_XML = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_HEAD = 4096  # bytes in which a page may name its charset
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python knows codecs that are none, or slow on purpose: only what web pages are written in.
_LETTERS = re.compile(
    r"utf-(8|16|16-le|16-be)|ascii|cp125[0-8]|cp874|iso8859-\d{1,2}|koi8-[ru]|"
    r"gb2312|gbk|gb18030|big5|euc[_-](jp|kr)|shift_jis|tis-620"
)
_VIETNAMESE = "cp1258"  # of pages that say nothing and are not UTF-8


class Stream(Protocol):
    """Where octets come from: aiohttp's StreamReader."""

    async def readany(self) -> bytes:
        """Return what has come, nothing at the end."""


class Unpackable(Exception):
    """The body is not packed as the answer says."""


class Body:
    """What was read of a body; `cut` if it was longer than we read."""

    def __init__(self, packed: str, largest: int = LARGEST) -> None:
        """Begin; `packed` is the answer's Content-Encoding, `largest` the bound in bytes."""
        self._largest = largest
        self.received = 0  # octets on the wire
        self.cut = False
        self._parts: list[bytes] = []
        self._size = 0
        self._packing = packed.strip().lower()
        self._unpack = _unpacker(self._packing)

    async def read(self, stream: Stream) -> None:
        """Read until the end or the bound; Unpackable."""
        while chunk := await stream.readany():
            self.received += len(chunk)
            self._take(chunk)
            if self._size >= self._largest or self.received >= self._largest:
                self.cut = True
                return

    @property
    def octets(self) -> bytes:
        """Return what was read, unpacked."""
        return b"".join(self._parts)

    def _take(self, chunk: bytes) -> None:
        chunk = self._unpacked(chunk)[: self._largest - self._size]
        self._parts.append(chunk)
        self._size += len(chunk)

    def _unpacked(self, chunk: bytes) -> bytes:
        if self._unpack is None:
            return chunk
        try:
            return self._unpack.decompress(chunk, self._largest - self._size)
        except zlib.error as error:
            if self._packing != "deflate" or self._size:
                raise Unpackable(f"the body is not {self._packing}: {error}") from error
        # Half of the servers that say deflate leave zlib's envelope out.
        self._packing, self._unpack = "raw deflate", zlib.decompressobj(-zlib.MAX_WBITS)
        return self._unpacked(chunk)


def _unpacker(packing: str) -> "zlib._Decompress | None":
    if packing in {"", "identity"}:
        return None
    if packing in {"gzip", "x-gzip"}:
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if packing == "deflate":
        return zlib.decompressobj()
    raise Unpackable(f"the body is packed as {packing[:40]!r}, which nobody asked for")


def text_of(octets: bytes, said: str | None) -> str:
    """Return the text of a page: by its mark, by what the answer says, by its own word, else UTF-8.

    `said` is the charset of the Content-Type. What is not UTF-8 and names nothing is taken for
    windows-1258, the letters of Vietnamese pages before Unicode.
    """
    for mark, letters in _MARKS:
        if octets.startswith(mark):
            return octets[len(mark) :].decode(letters, "replace")
    named = _known(said) or _known(_own_word(octets))
    if named is not None:
        return octets.decode(named, "replace")
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(octets) - 4:
            return octets.decode("utf-8", "replace")  # cut within a letter
        return octets.decode(_VIETNAMESE, "replace")


def _own_word(octets: bytes) -> str | None:
    head = octets[:_HEAD]
    found = _META.search(head) or _XML.search(head)
    return found[1].decode("ascii") if found else None


def _known(name: str | None) -> str | None:
    if not name:
        return None
    try:
        known = codecs.lookup(name.strip("\"' ")).name
    except (LookupError, ValueError):
        return None
    return known if _LETTERS.fullmatch(known) else None
