"""Who we are to a command line: the lines of a secret."""

from dataclasses import dataclass, field

from collectors._net.trouble import trouble
from core.reading import FailureKind

_ENABLE, _HOST_KEY = "enable", "host-key"
_KEY_BEGINS = "-----BEGIN "


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password or a key, and what some devices want besides. Hides in `repr`."""

    user: str
    password: str = field(repr=False)
    enable: str = field(default="", repr=False)  # the password of the privileged mode
    host_key: str | None = None  # SHA256:… of the device, which is trusted alone
    private_key: str = field(default="", repr=False)  # in PEM, without a passphrase

    @classmethod
    def of(cls, secret: str) -> "Login":
        """Read a secret: `user:password`, then lines `enable:PASSWORD` and `host-key:SHA256:…`.

        A private key may follow as it stands in its file; then the password may be empty.
        Trouble, without a word of the secret, if it has another form.
        """
        head, begins, key = secret.strip().partition(_KEY_BEGINS)
        first, *more = head.strip().splitlines() or [""]
        user, colon, password = first.partition(":")
        if not colon or not user or not (password or begins):
            raise trouble(FailureKind.LOCAL, "the first line of the secret is no user:password")
        said = {}
        for line in filter(None, map(str.strip, more)):
            name, colon, value = line.partition(":")
            if not colon or name.strip() not in {_ENABLE, _HOST_KEY}:
                what = "a further line of the secret is neither enable:… nor host-key:SHA256:…"
                raise trouble(FailureKind.LOCAL, what)
            said[name.strip()] = value.strip()
        return cls(
            user,
            password,
            said.get(_ENABLE, ""),
            said.get(_HOST_KEY) or None,
            f"{begins}{key}\n" if begins else "",
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown."""
        return tuple(filter(None, (self.password, self.enable)))

    @property
    def key(self) -> str:
        """Return what tells this login from others, in memory alone."""
        return f"{self.user}:{self.password}:{self.private_key}"
