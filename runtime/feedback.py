"""What equipment posts about itself (Cisco HttpFeedback, Yealink action URLs) is a hint, no fact.

Each device has an address of its own at the hub; the token in it is made of a secret and the
device's slug, so that nothing need be kept, and another secret ends all of them. What is posted
is not read: the device's checks are brought forward, as rarely as by a trap.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import NotFound
from core.text import Text
from runtime.hints import Hints

PATH = "/api/v1/hints"
# Whoever speaks of calls, registration and peripherals.
ABOUT = ("cisco_codec", "poly_videoos", "polycom_text", "yealink_text", "lifesize")
_LENGTH = 32  # characters of a token: addresses may be 255 long on old codecs


def token_of(secret: str, device: str) -> str:
    """Return the token in a device's address."""
    said = f"thongsuot hint\n{device}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:_LENGTH]


def address_of(base_url: str, secret: str, device: str) -> str:
    """Return the address at which a device may post."""
    return f"{base_url.rstrip('/')}{PATH}/{device}/{token_of(secret, device)}"


@dataclass(frozen=True, slots=True)
class Feedback:
    """Takes what devices post. `name` is that of the secret; empty: nothing is taken."""

    hints: Hints
    reveal: Callable[[str], str | None]
    name: str

    def take(self, device: str, token: str) -> bool:
        """Bring a device's checks forward; say whether the address is one of ours."""
        secret = self.reveal(self.name) if self.name else None
        if not secret or not hmac.compare_digest(
            token_of(secret, device).encode(), token.encode("utf-8", "replace")
        ):
            return False
        self.hints.stats.heard += 1
        for speaker in self.hints.voices(device):
            self.hints.give(speaker, ABOUT)
        return True


def secret_of(name: str, reveal: Callable[[str], str | None]) -> str:
    """Return the secret that addresses are made of; NotFound says what is missing."""
    if not name:
        raise NotFound(
            Text(
                vi='Chưa nhận tin từ thiết bị; đặt [hearing] feedback = "tên-mật-khẩu"',
                en='Devices\' posts are not taken; set [hearing] feedback = "name-of-a-secret"',
            )
        )
    secret = reveal(name)
    if not secret:
        raise NotFound(
            Text(
                vi=f"Chưa đặt mật khẩu {name}; chạy: thongsuot secret set {name}",
                en=f"The secret {name} is not set; run: thongsuot secret set {name}",
            )
        )
    return secret
