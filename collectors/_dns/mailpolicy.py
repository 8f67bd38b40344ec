"""What a domain says about its mail: SPF (RFC 7208), DKIM keys (RFC 6376), DMARC (RFC 7489).

Each function takes the texts of the TXT records at the right place and returns what is wrong with
them, None if nothing is.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping, Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from collectors._net.trouble import printable

_MOST_LOOKUPS = 10  # RFC 7208 §4.6.4
_LOOKUPS = ("include", "a", "mx", "ptr", "exists", "redirect")
_MECHANISM = re.compile(
    r"[+?~-]?(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)(.*)", re.IGNORECASE
)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_FEW_BITS = 1024  # of an RSA key; RFC 8301 §3.2
_ED25519 = 32  # bytes
_SHOWN = 60
_POLICIES = ("none", "quarantine", "reject")


def spf(texts: Sequence[str]) -> str | None:
    """Judge the SPF record among the texts of a domain."""
    found = [one for one in texts if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]
    if not found:
        return "no SPF record"
    if len(found) > 1:
        return f"{len(found)} SPF records, of which none counts"
    return _mechanisms(found[0].split()[1:])


def _mechanisms(words: Sequence[str]) -> str | None:
    lookups = 0
    for word in words:
        fault = _term(word)
        if fault is not None:
            return f"SPF: {fault}"
        lookups += re.split(r"[:/=]", word.lstrip("+?~-").lower())[0] in _LOOKUPS
    if lookups > _MOST_LOOKUPS:
        return f"SPF: {lookups} names to look up, more than {_MOST_LOOKUPS}: nobody follows them"
    ends = [word.lower() for word in words]
    for modifier in ("redirect=", "exp="):
        if sum(word.startswith(modifier) for word in ends) > 1:
            return f"SPF: {modifier} stands there twice, so that nothing of it counts"
    if "all" in ends or "+all" in ends:
        return "SPF: lets everybody send in our name (+all)"
    if not any(word.endswith("all") or word.startswith("redirect=") for word in ends):
        return "SPF: says nothing about other senders (no all)"
    return None


def _term(word: str) -> str | None:
    mechanism = _MECHANISM.fullmatch(word)
    shown = printable(word, _SHOWN)
    if mechanism is None:
        return None if _MODIFIER.fullmatch(word) else f"{shown} is not understood"
    name, rest = mechanism[1].lower(), mechanism[2]
    if name in {"ip4", "ip6"}:
        try:
            network = ipaddress.ip_network(rest.removeprefix(":"), strict=False)
        except ValueError:
            return f"{shown} is no network"
        if network.version != int(name[-1]):
            return f"{shown} is no network"
    elif name in {"include", "exists"} and not rest.removeprefix(":"):
        return f"{shown} names nobody"
    return None


def dkim(selector: str, texts: Sequence[str]) -> str | None:
    """Judge the key of a selector."""
    named = f"DKIM {printable(selector, _SHOWN)}"
    if not texts:
        return f"{named}: no key"
    if len(texts) > 1:
        return f"{named}: {len(texts)} records, of which none is sure to count"
    tags = _tags(texts[0])
    if tags is None or "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return f"{named}: the record is not understood"
    if not tags["p"]:
        return f"{named}: the key was revoked"
    try:
        octets = base64.b64decode(re.sub(r"\s", "", tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        return f"{named}: the key is not base64"
    return _key(named, tags.get("k", "rsa").lower(), octets)


def _key(named: str, kind: str, octets: bytes) -> str | None:
    if kind == "ed25519":
        return None if len(octets) == _ED25519 else f"{named}: the key is no Ed25519 key"
    if kind != "rsa":
        return f"{named}: a key of the unknown kind {printable(kind, _SHOWN)}"
    try:
        key = load_der_public_key(octets)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return f"{named}: the key is no RSA key"
    if not isinstance(key, rsa.RSAPublicKey):
        return f"{named}: the key is no RSA key"
    if key.key_size < _FEW_BITS:
        return f"{named}: the key has {key.key_size} bits, fewer than {_FEW_BITS}"
    return None


def dmarc(texts: Sequence[str]) -> str | None:
    """Judge the DMARC record."""
    found = [one for one in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", one)]
    if not found:
        return "no DMARC record"
    if len(found) > 1:
        return f"{len(found)} DMARC records, of which none counts"
    tags = _tags(found[0])
    if tags is None:
        return "DMARC: the record is not understood"
    fault = _policy(tags)
    return f"DMARC: {fault}" if fault else None


def _policy(tags: Mapping[str, str]) -> str | None:
    for name in ("p", "sp"):
        if name in tags and tags[name].lower() not in _POLICIES:
            return f"{name}={printable(tags[name], _SHOWN)} is none of {', '.join(_POLICIES)}"
    if "p" not in tags:
        return "no policy (p)"
    share = tags.get("pct", "100")
    if not (share.isascii() and share.isdecimal() and int(share[:4]) <= 100):  # noqa: PLR2004
        return f"pct={printable(share, _SHOWN)} is no share of 100"
    wheres = f"{tags.get('rua', '')},{tags.get('ruf', '')}".split(",")
    for one in filter(None, (where.strip() for where in wheres)):
        if not re.match(r"[a-z][a-z0-9+.-]*:.", one, re.IGNORECASE):
            return f"reports go to no address: {printable(one, _SHOWN)}"
    return None


def _tags(text: str) -> dict[str, str] | None:
    """Return `tag=value; …` by tag, None where it is not such a list."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or name in found or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            return None
        found[name] = value.strip()
    return found
