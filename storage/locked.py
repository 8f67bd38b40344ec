"""A master key on its way through a backup, locked with a passphrase."""

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import Conflict
from core.text import Text

_COST, _BLOCK, _LANES = 1 << 15, 8, 1  # scrypt: 32 MiB and about 0.1 s a guess
_ABOUT = b"thongsuot master key"


def lock(key: bytes, passphrase: str) -> bytes:
    """Return a key as JSON that only the passphrase opens (scrypt, AES-256-GCM)."""
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, key, _ABOUT)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({n: base64.b64encode(part).decode() for n, part in parts.items()}).encode()


def unlock(locked: bytes, passphrase: str) -> bytes:
    """Return the key; Conflict if the passphrase is wrong or the text was altered."""
    try:
        parts = {name: base64.b64decode(part) for name, part in json.loads(locked).items()}
        cipher = AESGCM(_stretched(passphrase, parts["salt"]))
        return cipher.decrypt(parts["nonce"], parts["sealed"], _ABOUT)
    except (InvalidTag, ValueError, KeyError) as fault:
        raise Conflict(
            Text(
                vi="Cụm mật khẩu không mở được khoá chủ trong bản sao lưu",
                en="The passphrase does not open the master key of the backup",
            )
        ) from fault


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())
