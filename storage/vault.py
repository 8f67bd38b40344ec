"""Credentials at rest: each under a key of its own, wrapped by one master key in a file."""

import hashlib
import hmac
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Conflict
from core.text import Text

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as the ledger keeps it: its data key, wrapped, and its text under that key."""

    key_id: str
    wrapped: bytes
    sealed: bytes


class Vault:
    """Seals and opens secrets with a master key (AES-256-GCM). Shows nothing of it in `repr`."""

    def __init__(self, master: bytes) -> None:
        if len(master) != _KEY_BYTES:
            raise ValueError(f"a master key has {_KEY_BYTES} bytes, not {len(master)}")
        self._master = AESGCM(master)
        self._marking = hashlib.sha256(b"thongsuot marks" + master).digest()
        self.key_id = hashlib.sha256(b"thongsuot key id" + master).hexdigest()[:16]

    @classmethod
    def open(cls, path: Path) -> "Vault":
        """Return the vault of a key file, made with mode 0600 if there is none.

        Conflict if others may read the file or it holds no key.
        """
        if not path.exists():
            _make_key(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise Conflict(
                Text(
                    vi=f"Tệp khoá {path} người khác đọc được (quyền {mode:04o}); "
                    f"chạy: chmod 600 {path}",
                    en=f"Others may read the key file {path} (mode {mode:04o}); "
                    f"run: chmod 600 {path}",
                )
            )
        master = path.read_bytes()
        if len(master) != _KEY_BYTES:
            raise Conflict(
                Text(
                    vi=f"Tệp khoá {path} hỏng: phải đúng {_KEY_BYTES} byte; khôi phục từ bản sao",
                    en=f"The key file {path} is damaged: it must hold {_KEY_BYTES} bytes; "
                    "restore it from a backup",
                )
            )
        return cls(master)

    def seal(self, name: str, plain: str) -> Sealed:
        """Return a secret sealed under a new data key, bound to its name."""
        return self.seal_octets(name, plain.encode())

    def seal_octets(self, name: str, plain: bytes) -> Sealed:
        """Return octets sealed under a new data key, bound to their name."""
        key = AESGCM.generate_key(bit_length=_KEY_BYTES * 8)
        return Sealed(
            key_id=self.key_id,
            wrapped=_encrypt(self._master, key, name),
            sealed=_encrypt(AESGCM(key), plain, name),
        )

    def mark(self, text: str) -> str:
        """Return a mark by which equal texts are known, and nothing can be guessed without us."""
        return hmac.new(self._marking, text.encode(errors="replace"), hashlib.sha256).hexdigest()

    def unseal(self, name: str, kept: Sealed) -> str:
        """Return the plain text; Conflict if another master key sealed it or it was altered."""
        return self.unseal_octets(name, kept).decode()

    def unseal_octets(self, name: str, kept: Sealed) -> bytes:
        """Return the plain octets; Conflict if another master key sealed them, or altered."""
        if kept.key_id != self.key_id:
            raise Conflict(
                Text(
                    vi=f"Bí mật {name} được mã hoá bằng khoá khác ({kept.key_id}, khoá hiện dùng "
                    f"{self.key_id}); khôi phục đúng tệp khoá hoặc đặt lại bí mật",
                    en=f"Secret {name} was sealed with another key ({kept.key_id}, the present "
                    f"one is {self.key_id}); restore the right key file or set the secret again",
                )
            )
        try:
            key = _decrypt(self._master, kept.wrapped, name)
            return _decrypt(AESGCM(key), kept.sealed, name)
        except InvalidTag as fault:
            raise Conflict(
                Text(
                    vi=f"Bí mật {name} đã bị sửa đổi trong cơ sở dữ liệu; hãy đặt lại",
                    en=f"Secret {name} was altered in the database; set it again",
                )
            ) from fault


def _encrypt(key: AESGCM, plain: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, name.encode())


def _decrypt(key: AESGCM, sealed: bytes, name: str) -> bytes:
    return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())


def _make_key(path: Path) -> None:
    """Make a key file whole or not at all; whoever links first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        draft.unlink()
