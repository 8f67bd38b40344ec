"""SNMPv3 messages on the wire (RFC 3412, RFC 3414): signed, encrypted, and opened again.

Everything inside the security, the PDU, is the same as in version 2c. So a message that has
been opened is handed on as the 2c message of an empty community, and one that is to be sent
begins as one: layouts, forms and the strict decoder serve both.
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

import hmac
import os
import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from collectors._snmp import ber
from collectors._snmp.ber import Junk
from collectors._snmp.usm import Auth, Keys, Priv, User

NOBODY = User("")
NO_KEYS = Keys()
REPORT = 0xA8
AUTH_FLAG, PRIV_FLAG, REPORTABLE = 1, 2, 4
MOST_BOOTS = 2**31 - 1  # an engine that has booted so often can do nothing more (RFC 3414, 2.2.2)

_VERSION_3 = b"\x02\x01\x03"
_MODEL = b"\x02\x01\x03"  # the user-based security model
_LARGEST = b"\x02\x03\x00\xff\xe3"  # 65507: what fits into a datagram
_OPENING = b"\x02\x01\x01\x04\x00"  # version 2c, empty community
_MOST_ENGINE = 32
_salts = count(int.from_bytes(os.urandom(8)))
_two = struct.Struct(">II").pack
_eight = struct.Struct(">Q").pack


@dataclass(slots=True)
class Secured:
    """A version 3 message as it came, its signature not yet looked at.

    `digest_at`: where the digest stands in the message; `body` is the scoped PDU, or its
    encryption if the flags say so.
    """

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    body: bytes

    @property
    def level(self) -> str:
        """Return the security level, as RFC 3411 names it."""
        if not self.flags & AUTH_FLAG:
            return "noAuthNoPriv"
        return "authPriv" if self.flags & PRIV_FLAG else "authNoPriv"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who speaks to which engine, at what time of that engine's."""

    user: User
    keys: Keys
    engine_id: bytes
    boots: int
    time: int


class Scoped(NamedTuple):
    """A PDU, and what it is about: an engine and one of its contexts."""

    engine_id: bytes
    context: bytes
    pdu: bytes


def sealed(said: Spoken, message_id: int, scope: Scoped, *, reportable: bool = True) -> bytes:
    """Return the message that carries a PDU."""
    user = said.user
    about = ber.tlv(ber.STRING, scope.engine_id) + ber.tlv(ber.STRING, scope.context)
    body = ber.tlv(ber.SEQUENCE, about + scope.pdu)
    flags = REPORTABLE if reportable else 0
    salt = b""
    if user.priv is not None:
        flags |= AUTH_FLAG | PRIV_FLAG
        salt, body = _encrypted(user.priv, said, body)
    elif user.auth is not None:
        flags |= AUTH_FLAG
    blank = bytes(user.auth.digest) if user.auth is not None else b""
    ends = ber.tlv(ber.STRING, blank) + ber.tlv(ber.STRING, salt)
    security = ber.tlv(
        ber.SEQUENCE,
        ber.tlv(ber.STRING, said.engine_id)
        + _number(said.boots)
        + ber.integer(said.time)
        + ber.tlv(ber.STRING, user.name.encode())
        + ends,
    )
    header = ber.tlv(
        ber.SEQUENCE,
        ber.integer(message_id) + _LARGEST + ber.tlv(ber.STRING, bytes((flags,))) + _MODEL,
    )
    front = _VERSION_3 + header + ber.tlv(ber.STRING, security)
    whole = ber.tlv(ber.SEQUENCE, front + body)
    if user.auth is None:
        return whole
    at = len(whole) - len(body) - len(salt) - 2 - len(blank)
    digest = _digest(user.auth, said.keys.auth, whole)
    return whole[:at] + digest + whole[at + len(digest) :]


@lru_cache(maxsize=4096)
def _number(boots: int) -> bytes:
    return ber.integer(boots)


def is_third_version(data: bytes) -> bool:
    """Say whether a message claims to be of version 3."""
    try:
        begin, _ = ber.span(data, 0, len(data), ber.SEQUENCE)
    except Junk:
        return False
    return data[begin : begin + 3] == _VERSION_3


def parsed(data: bytes) -> Secured:
    """Read everything of a version 3 message but its body; Junk if it is anything else."""
    begin, end = ber.span(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise Junk("bytes after the message")
    if data[begin : begin + 3] != _VERSION_3:
        raise Junk("not version 3")
    at, security = ber.span(data, begin + 3, end, ber.SEQUENCE)
    message_id, at = _whole(data, at, security)
    _, at = _whole(data, at, security)
    flags, at = _octets(data, at, security)
    model, at = _whole(data, at, security)
    if at != security or len(flags) != 1 or flags[0] & 3 == PRIV_FLAG:
        raise Junk("a header that is none")
    if model != 3:
        raise Junk(f"security model {model}, not the user-based one")
    at, body = ber.span(data, security, end, ber.STRING)
    at, stop = ber.span(data, at, body, ber.SEQUENCE)
    engine_id, at = _octets(data, at, stop)
    boots, at = _whole(data, at, stop)
    time, at = _whole(data, at, stop)
    user, at = _octets(data, at, stop)
    digest, after = _octets(data, at, stop)
    salt, at = _octets(data, after, stop)
    if at != stop or stop != body or len(engine_id) > _MOST_ENGINE:
        raise Junk("security parameters that are none")
    if not (0 <= boots <= MOST_BOOTS and 0 <= time <= MOST_BOOTS):
        raise Junk("a clock that is none")
    if flags[0] & PRIV_FLAG:
        inner, last = ber.span(data, body, end, ber.STRING)
    else:
        inner, (_, last) = body, ber.span(data, body, end, ber.SEQUENCE)
    if last != end:
        raise Junk("bytes after the body")
    return Secured(
        message_id=message_id,
        flags=flags[0],
        engine_id=engine_id,
        boots=boots,
        time=time,
        user=user,
        digest=digest,
        digest_at=after - len(digest),
        salt=salt,
        body=data[inner:last],
    )


def is_signed(data: bytes, said: Secured, user: User, keys: Keys) -> bool:
    """Say whether a message bears the digest that this user's key makes of it."""
    if user.auth is None or len(said.digest) != user.auth.digest:
        return False
    at = said.digest_at
    blank = data[:at] + bytes(len(said.digest)) + data[at + len(said.digest) :]
    return hmac.compare_digest(_digest(user.auth, keys.auth, blank), said.digest)


def scoped(said: Secured, user: User, keys: Keys) -> Scoped:
    """Return the PDU of a message whose signature is good; Junk if it cannot be decrypted."""
    body = said.body
    if said.flags & PRIV_FLAG:
        if user.priv is None:
            raise Junk("encrypted, though we have no key for it")
        body = _decrypted(user.priv, keys, said)
    begin, end = ber.span(body, 0, len(body), ber.SEQUENCE)
    engine_id, begin = _octets(body, begin, end)
    context, begin = _octets(body, begin, end)
    if begin >= end:
        raise Junk("nothing in it")
    _, last = ber.content_span(body, begin, end)
    if last != end:
        raise Junk("bytes after the PDU")
    return Scoped(engine_id, context, body[begin:end])


def as_second_version(pdu: bytes) -> bytes:
    """Return the 2c message, of an empty community, that would have brought this PDU."""
    return ber.tlv(ber.SEQUENCE, _OPENING + pdu)


def _digest(auth: Auth, key: bytes, whole: bytes) -> bytes:
    return hmac.digest(key, whole, auth.hash_name)[: auth.digest]


def _encrypted(priv: Priv, said: Spoken, body: bytes) -> tuple[bytes, bytes]:
    """Return the salt, and the encrypted body as an octet string."""
    number = next(_salts)
    if priv is Priv.DES:
        salt = _two(said.boots, number & 0xFFFFFFFF)
        body += bytes(-len(body) % 8)
    else:
        salt = _eight(number & 0xFFFFFFFFFFFFFFFF)
    encryptor = _cipher(priv, said.keys.priv, salt, said.boots, said.time).encryptor()
    return salt, ber.tlv(ber.STRING, encryptor.update(body) + encryptor.finalize())


def _decrypted(priv: Priv, keys: Keys, said: Secured) -> bytes:
    if len(said.salt) != 8:
        raise Junk("a salt that is none")
    if priv is Priv.DES and (len(said.body) % 8 or not said.body):
        raise Junk("no whole blocks")
    decryptor = _cipher(priv, keys.priv, said.salt, said.boots, said.time).decryptor()
    plain = decryptor.update(said.body) + decryptor.finalize()
    if priv is not Priv.DES:
        return plain
    _, end = ber.span(plain, 0, len(plain), ber.SEQUENCE)  # what follows fills the last block
    return plain[:end]


def _cipher(priv: Priv, key: bytes, salt: bytes, boots: int, time: int) -> "Cipher[CBC | CFB]":
    """Return the cipher of one message (RFC 3414, 8.1.1.1; RFC 3826, 3.1.2.1)."""
    if priv is Priv.DES:
        vector = bytes(a ^ b for a, b in zip(salt, key[8:16], strict=True))
        # single DES: three DES by one key thrice
        return Cipher(TripleDES(key[:8] * 3), CBC(vector))
    return Cipher(AES(key), CFB(_two(boots, time) + salt))


def _whole(data: bytes, at: int, end: int) -> tuple[int, int]:
    begin, stop = ber.span(data, at, end, ber.INTEGER)
    if not 1 <= stop - begin <= 5:
        raise Junk("a number too long")
    return int.from_bytes(data[begin:stop], "big", signed=True), stop


def _octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    begin, stop = ber.span(data, at, end, ber.STRING)
    return data[begin:stop], stop
