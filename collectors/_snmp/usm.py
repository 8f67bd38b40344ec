"""Who asks by SNMPv3, and with which keys (RFC 3414, RFC 3826, RFC 7860).

A password becomes a key by hashing a megabyte of its repetitions; that is done once for a
password. The key is then localised, once for each engine, so that no device knows another's.
"""

import hashlib
import shlex
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TypeVar

PREFIX = "v3 "  # what a secret begins with that is a login of version 3 and no community
FORM = "v3 user=NAME auth=sha256:PASSWORD priv=aes128:PASSWORD"
SHORTEST = 8  # characters of a password (RFC 3414, 11.2)
LONGEST_NAME = 32  # octets of a user's name (RFC 3414, 2.4)
_MEGABYTE = 1_048_576
_KEYS = 4096  # keys of passwords that are kept
Kind = TypeVar("Kind", bound=Enum)


class Auth(Enum):
    """How a message is signed: hash, octets of its digest that are sent."""

    MD5 = ("md5", 12)
    SHA = ("sha1", 12)
    SHA224 = ("sha224", 16)
    SHA256 = ("sha256", 24)
    SHA384 = ("sha384", 32)
    SHA512 = ("sha512", 48)

    def __init__(self, hash_name: str, digest: int) -> None:
        self.hash_name = hash_name
        self.digest = digest


class Extension(Enum):
    """How a key is made longer than the hash of its password."""

    BLUMENTHAL = "blumenthal"  # draft-blumenthal-aes-usm-04: by hashing what there is
    REEDER = "reeder"  # draft-reeder-snmpv3-usm-3desede-00, as Cisco has it: as a password again


class Priv(Enum):
    """How a message is encrypted: cipher, octets of the key, how it is made that long."""

    DES = ("des", 16, Extension.BLUMENTHAL)  # 8 octets of key, 8 of the initial vector
    AES128 = ("aes", 16, Extension.BLUMENTHAL)
    AES192 = ("aes", 24, Extension.BLUMENTHAL)
    AES256 = ("aes", 32, Extension.BLUMENTHAL)
    AES192C = ("aes", 24, Extension.REEDER)
    AES256C = ("aes", 32, Extension.REEDER)

    def __init__(self, cipher: str, key_size: int, extension: Extension) -> None:
        self.cipher = cipher
        self.key_size = key_size
        self.extension = extension


AUTHS = {"md5": Auth.MD5, "sha": Auth.SHA, "sha1": Auth.SHA} | {
    kind.name.lower(): kind for kind in (Auth.SHA224, Auth.SHA256, Auth.SHA384, Auth.SHA512)
}
PRIVS = {"aes": Priv.AES128} | {kind.name.lower(): kind for kind in Priv}


class NoLogin(ValueError):
    """A secret that claims to be a login of version 3 and is none; says why, never what."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of a device's agent. Passwords are kept out of `repr`."""

    name: str
    auth: Auth | None = None
    auth_password: str = field(default="", repr=False)
    priv: Priv | None = None
    priv_password: str = field(default="", repr=False)
    context: str = ""

    @property
    def level(self) -> str:
        """Return the security level, as RFC 3411 names it."""
        if self.auth is None:
            return "noAuthNoPriv"
        return "authNoPriv" if self.priv is None else "authPriv"


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys at one engine; empty where the user signs or encrypts nothing."""

    auth: bytes = field(default=b"", repr=False)
    priv: bytes = field(default=b"", repr=False)


def is_login(secret: str) -> bool:
    """Say whether a secret is a login of version 3; anything else is a community."""
    return secret.startswith(PREFIX)


def user_of(secret: str) -> User:
    """Return the user that a secret names, in the form `FORM`; NoLogin says what is wrong.

    `auth=` and `priv=` may be left out; `context=` may be added. A value with spaces, quotes or
    backslashes stands in double quotes, with a backslash before each quote and backslash.
    """
    try:
        words = shlex.split(secret)[1:]
    except ValueError:
        raise NoLogin("a quotation mark is not closed") from None
    parts: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or key not in {"user", "auth", "priv", "context"}:
            raise NoLogin(f"a word that is neither user=, auth=, priv= nor context=; write {FORM}")
        if key in parts:
            raise NoLogin(f"{key}= stands there twice")
        parts[key] = value
    name = parts.get("user", "")
    if not 1 <= len(name.encode()) <= LONGEST_NAME:
        raise NoLogin(f"user= must name a user of at most {LONGEST_NAME} octets")
    auth, auth_password = _chosen("auth", parts.get("auth"), AUTHS)
    priv, priv_password = _chosen("priv", parts.get("priv"), PRIVS)
    if priv is not None and auth is None:
        raise NoLogin("priv= without auth=: SNMPv3 encrypts only what is signed")
    return User(name, auth, auth_password, priv, priv_password, parts.get("context", ""))


def _chosen(key: str, said: str | None, known: dict[str, Kind]) -> tuple[Kind | None, str]:
    if said is None:
        return None, ""
    kind, sign, password = said.partition(":")
    if not sign or kind.lower() not in known:
        raise NoLogin(f"{key}= must begin with one of {', '.join(known)} and a colon")
    if len(password) < SHORTEST:
        raise NoLogin(f"the password of {key}= has fewer than {SHORTEST} characters")
    return known[kind.lower()], password


def keys_of(user: User, engine_id: bytes) -> Keys:
    """Return a user's keys at an engine."""
    if user.auth is None:
        return Keys()
    auth = localised(user.auth, key_of(user.auth, user.auth_password.encode()), engine_id)
    if user.priv is None:
        return Keys(auth)
    first = localised(user.auth, key_of(user.auth, user.priv_password.encode()), engine_id)
    return Keys(auth, lengthened(user.auth, first, user.priv, engine_id))


@lru_cache(maxsize=_KEYS)
def key_of(auth: Auth, password: bytes) -> bytes:
    """Return the key of a password (RFC 3414, A.2): the hash of a megabyte of it."""
    return _hashed(auth, password)


def _hashed(auth: Auth, password: bytes) -> bytes:
    times = _MEGABYTE // len(password) + 1
    return hashlib.new(auth.hash_name, (password * times)[:_MEGABYTE]).digest()


def localised(auth: Auth, key: bytes, engine_id: bytes) -> bytes:
    """Return a key as one engine alone has it (RFC 3414, 2.6)."""
    return hashlib.new(auth.hash_name, key + engine_id + key).digest()


def lengthened(auth: Auth, key: bytes, priv: Priv, engine_id: bytes) -> bytes:
    """Return a localised key of just the length that the cipher takes."""
    while len(key) < priv.key_size:
        if priv.extension is Extension.BLUMENTHAL:
            key += hashlib.new(auth.hash_name, key).digest()
        else:
            key += localised(auth, _hashed(auth, key), engine_id)
    return key[: priv.key_size]
