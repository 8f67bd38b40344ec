"""Bearer secrets: 32 random bytes for the bearer, their SHA-256 for us."""

import hashlib
import hmac
import secrets


def new_token(prefix: str = "") -> tuple[str, str]:
    """Return a new token and the hash to keep of it."""
    plain = prefix + secrets.token_urlsafe(32)
    return plain, hashed(plain)


def hashed(plain: str) -> str:
    """Return the hash to look a token up by. A random token needs no slow hash."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def matches(plain: str, kept: str) -> bool:
    """Say in constant time whether a token has the kept hash."""
    return hmac.compare_digest(hashed(plain), kept)
