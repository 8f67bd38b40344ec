"""Our side of one agent's SNMPv3: its engine, its clock, our keys there, what its reports mean."""

import secrets
from dataclasses import dataclass

from collectors._snmp import ber
from collectors._snmp.ber import Junk
from collectors._snmp.secured import (
    AUTH_FLAG,
    MOST_BOOTS,
    NO_KEYS,
    NOBODY,
    REPORT,
    Scoped,
    Secured,
    Spoken,
    as_second_version,
    is_signed,
    parsed,
    scoped,
    sealed,
)
from collectors._snmp.usm import User, keys_of
from core.reading import FailureKind

WINDOW = 150  # seconds by which two clocks may differ (RFC 3414, 2.2.3)
_USM = "1.3.6.1.6.3.15.1.1"  # usmStats (SNMP-USER-BASED-SM-MIB)
UNSUPPORTED_LEVEL, NOT_IN_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = (
    f"{_USM}.{n}.0" for n in range(1, 7)
)
UNAVAILABLE_CONTEXT, UNKNOWN_CONTEXT = "1.3.6.1.6.3.12.1.4.0", "1.3.6.1.6.3.12.1.5.0"
_SALT_BITS = 24  # of a message id's lower part: its upper octet keeps it four octets long


@dataclass(slots=True)
class EngineClock:
    """What an engine's clock says, as far as signed messages have told us (RFC 3414, 2.3)."""

    boots: int = 0
    latest: int = 0  # seconds since it booted, when it spoke last
    seen_at: float = 0.0  # our own monotonic seconds, then
    proven: bool = False  # a signed message has said so

    def now(self, now: float) -> int:
        """Return the engine's time."""
        return min(MOST_BOOTS, self.latest + int(now - self.seen_at))

    def put(self, said: Secured, now: float, *, proven: bool) -> None:
        """Take a message's word for it."""
        self.boots, self.latest, self.seen_at = said.boots, said.time, now
        self.proven = proven

    def heed(self, said: Secured, now: float) -> None:
        """Learn from a signed message; Junk if it is an old one (RFC 3414, 3.2, 7 b)."""
        if (said.boots, said.time) > (self.boots, self.latest) or not self.proven:
            self.put(said, now, proven=True)
        if (
            self.boots == MOST_BOOTS
            or said.boots < self.boots
            or said.time < self.now(now) - WINDOW
        ):
            raise Junk("outside the time window: an old message")


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent's security says instead of an answer; `counter` is its name."""

    counter: str
    said: Secured
    signed: bool


class Session:
    """One agent's engine as we know it, for one user."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.engine_id = b""
        self.keys = NO_KEYS
        self.clock = EngineClock()
        # A message id is a request id, changed by what nobody can guess: an answer to it is fresh.
        self._salt = secrets.randbits(_SALT_BITS)

    def message_id(self, request_id: bytes) -> bytes:
        """Return the four octets that a request's message bears outside of all encryption."""
        return (int.from_bytes(request_id) ^ self._salt).to_bytes(4)

    def request(self, pdu: bytes, request_id: bytes, now: float) -> bytes:
        """Return the message of a request; while the engine is unknown, one that asks for it."""
        number = int.from_bytes(self.message_id(request_id))
        if not self.engine_id:
            asked = b"\x02\x04" + request_id + b"\x02\x01\x00\x02\x01\x00\x30\x00"
            nobody = Spoken(NOBODY, NO_KEYS, b"", 0, 0)
            return sealed(nobody, number, Scoped(b"", b"", ber.tlv(0xA0, asked)))
        time = self.clock.now(now) if self.user.auth is not None else 0
        boots = self.clock.boots if self.user.auth is not None else 0
        said = Spoken(self.user, self.keys, self.engine_id, boots, time)
        return sealed(said, number, Scoped(self.engine_id, self.user.context.encode(), pdu))

    def opened(self, data: bytes, request_ids: tuple[bytes, ...], now: float) -> bytes | Report:
        """Return what an agent answers, as version 2c would have it; Junk if it is not for us."""
        said = parsed(data)
        number = said.message_id ^ self._salt
        if not 0 <= number <= MOST_BOOTS or number.to_bytes(4) not in request_ids:
            raise Junk("another message id")
        signed = bool(said.flags & AUTH_FLAG)
        if signed:
            if said.engine_id != self.engine_id or said.user != self.user.name.encode():
                raise Junk("of another engine or user")
            if not is_signed(data, said, self.user, self.keys):
                raise Junk("wrong digest: it is not signed with our key")
        pdu = scoped(said, self.user, self.keys).pdu
        if pdu[0] == REPORT:
            return Report(_counter(pdu), said, signed)
        if said.level != self.user.level or said.engine_id != self.engine_id:
            raise Junk("an answer of a lower security level, or of another engine")
        if signed:
            self.clock.heed(said, now)
        else:
            self.clock.proven = True
        return as_second_version(pdu)

    def heed(self, report: Report, now: float) -> tuple[FailureKind, str] | None:
        """Learn from a report: None if the request is to be asked again, else why it is refused."""
        said = report.said
        if report.counter == UNKNOWN_ENGINE and said.engine_id not in {b"", self.engine_id}:
            self.engine_id = said.engine_id
            self.keys = keys_of(self.user, self.engine_id)
            # An unsigned clock is a guess that saves a round, where it is right.
            self.clock.put(said, now, proven=False)
            return None
        if report.counter == NOT_IN_WINDOW and report.signed:
            # It bears our message id and a good digest, so it is fresh: even a clock that went
            # back, as of devices that forget how often they booted, is the engine's own.
            self.clock.put(said, now, proven=True)
            return None
        return self._refusal(report.counter)

    def forget(self) -> None:
        """Ask for the engine anew the next time."""
        self.engine_id = b""
        self.clock = EngineClock()

    def stubborn(self, report: Report) -> tuple[FailureKind, str]:
        """Return why a request is given up that one report after the other came of."""
        if report.counter == NOT_IN_WINDOW:
            return FailureKind.PROTOCOL, (
                "notInTimeWindow again and again: the device's SNMPv3 clock does not run; restart "
                "its SNMP agent"
            )
        return FailureKind.PROTOCOL, (
            "unknownEngineID again and again: the device keeps changing its engine id; do two "
            "devices share the address?"
        )

    def unheard(self) -> tuple[FailureKind, str] | None:
        """Return why an agent that has told its engine is silent since; None if it has spoken."""
        if not self.engine_id or self.clock.proven:
            return None
        self.forget()
        if self.user.priv is None:
            return FailureKind.AUTH, (
                f"the agent is there, but does not answer user {self.user.name}: is there such a "
                "user on the device, with access to what is asked?"
            )
        return FailureKind.AUTH, (
            f"the agent is there, but does not answer what is encrypted for user {self.user.name}: "
            "the password or the kind of priv= is another than on the device (for aes192 and "
            "aes256 try aes192c, aes256c)"
        )

    def _refusal(self, counter: str) -> tuple[FailureKind, str]:
        name, level = self.user.name, self.user.level
        refusals = {
            UNSUPPORTED_LEVEL: f"unsupportedSecLevel: the device does not take user {name} at "
            f"{level}; give the user that level there, or leave out of the secret what it lacks",
            NOT_IN_WINDOW: "notInTimeWindow, but not signed: the password or the kind of auth= may "
            "be another than on the device",
            UNKNOWN_USER: f"unknownUserName: the device has no SNMPv3 user {name}; make it there, "
            "or correct user= in the secret",
            WRONG_DIGEST: f"wrongDigest: for user {name} the password or the kind of auth= is "
            "another than on the device",
            DECRYPTION: f"decryptionError: for user {name} the password or the kind of priv= is "
            "another than on the device (for aes192 and aes256 try aes192c, aes256c)",
            UNKNOWN_CONTEXT: f'unknownContext: the device has no context "{self.user.context}"; '
            "correct context= in the secret, or leave it out",
            UNAVAILABLE_CONTEXT: f'unavailableContext: context "{self.user.context}" does not '
            "answer just now",
        }
        if counter in refusals:
            return FailureKind.AUTH, refusals[counter]
        if counter == UNKNOWN_ENGINE:
            return FailureKind.PROTOCOL, "unknownEngineID, though it has named none other"
        return FailureKind.PROTOCOL, f"a report of {counter} instead of an answer"


def _counter(pdu: bytes) -> str:
    """Return the name that a report brings first; Junk if it brings none."""
    at, end = ber.span(pdu, 0, len(pdu), REPORT)
    for _ in range(3):  # request id, error status, error index
        _, at = ber.span(pdu, at, end, ber.INTEGER)
    at, stop = ber.span(pdu, at, end, ber.SEQUENCE)
    at, stop = ber.span(pdu, at, stop, ber.SEQUENCE)
    begin, last = ber.span(pdu, at, stop, ber.OID)
    return ber.dotted(pdu[begin:last])
