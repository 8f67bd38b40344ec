"""Our own SNMPv3 engine, as those who send traps and informs meet it (RFC 3414, RFC 3413).

A trap is signed by the keys of its sender's engine, an inform by those of ours: so an inform's
sender first asks who we are and what our clock says, and is told by reports.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from collectors._snmp import ber, trap
from collectors._snmp.ber import Junk
from collectors._snmp.secured import (
    AUTH_FLAG,
    NO_KEYS,
    NOBODY,
    REPORT,
    REPORTABLE,
    Scoped,
    Secured,
    Spoken,
    is_signed,
    parsed,
    scoped,
    sealed,
)
from collectors._snmp.session import (
    NOT_IN_WINDOW,
    UNKNOWN_ENGINE,
    UNKNOWN_USER,
    WINDOW,
    WRONG_DIGEST,
    EngineClock,
)
from collectors._snmp.usm import Keys, User, keys_of

SENDERS = 4096  # engines and keys that are remembered; the least lately heard go first


@dataclass(frozen=True, slots=True)
class Opened:
    """What came: a trap, or None where only an answer is due (who we are, what our clock says)."""

    trap: trap.Trap | None
    answer: bytes | None = None


class Authority:
    """Opens traps and informs of version 3."""

    def __init__(self, engine_id: bytes, boots: int, born: float) -> None:
        """`boots`: how often we have started; `born`: our monotonic seconds then."""
        self.engine_id = engine_id
        self.boots = boots
        self._born = born
        self._clocks: OrderedDict[bytes, EngineClock] = OrderedDict()
        self._keys: OrderedDict[tuple[User, bytes], Keys] = OrderedDict()
        self._counters: dict[str, int] = {}

    def opened(self, data: bytes, users: Sequence[User], now: float) -> Opened:
        """Read a message of a device whose users these are; Junk if it is not to be believed."""
        said = parsed(data)
        wants = bool(said.flags & REPORTABLE)
        if wants and said.engine_id != self.engine_id:
            return Opened(None, self._report(said, UNKNOWN_ENGINE, now))
        user = next((one for one in users if one.name.encode() == said.user), None)
        if user is None:
            if wants:
                return Opened(None, self._report(said, UNKNOWN_USER, now))
            raise Junk("a user that the device's secret does not name")
        if user.auth is not None and not said.flags & AUTH_FLAG:
            raise Junk("not signed, though the user signs")
        keys = self._keys_of(user, said.engine_id)
        if user.auth is not None and not is_signed(data, said, user, keys):
            if wants:
                return Opened(None, self._report(said, WRONG_DIGEST, now))
            raise Junk("wrong digest: it is not signed with the secret's key")
        if user.auth is not None and not self._timely(said, now):
            return Opened(None, self._report(said, NOT_IN_WINDOW, now, user, keys))
        scope = scoped(said, user, keys)
        found = trap.of_pdu(scope.pdu)
        if found.answer is None:
            return Opened(found)
        # An inform is answered at the level that it came at, about what it was about.
        mine = user if said.level == "authPriv" else User(user.name, user.auth, user.auth_password)
        spoken = Spoken(mine, keys, self.engine_id, self.boots, self._time(now))
        back = scope._replace(pdu=found.answer)
        return Opened(found, sealed(spoken, said.message_id, back, reportable=False))

    def _timely(self, said: Secured, now: float) -> bool:
        """Say whether an inform is of this hour; Junk if a trap is an old one."""
        if said.engine_id == self.engine_id:
            return said.boots == self.boots and abs(said.time - self._time(now)) <= WINDOW
        clock = self._clocks.pop(said.engine_id, None) or EngineClock()
        self._clocks[said.engine_id] = clock
        if len(self._clocks) > SENDERS:
            self._clocks.popitem(last=False)
        clock.heed(said, now)
        return True

    def _keys_of(self, user: User, engine_id: bytes) -> Keys:
        keys = self._keys.pop((user, engine_id), None) or keys_of(user, engine_id)
        self._keys[user, engine_id] = keys
        if len(self._keys) > SENDERS:
            self._keys.popitem(last=False)
        return keys

    def _time(self, now: float) -> int:
        return int(now - self._born)

    def _report(
        self,
        said: Secured,
        counter: str,
        now: float,
        user: User = NOBODY,
        keys: Keys = NO_KEYS,
    ) -> bytes:
        """Return the report that names a counter; signed where the user is known."""
        self._counters[counter] = self._counters.get(counter, 0) + 1
        value = ber.integer(self._counters[counter] & 0x7FFFFFFF, ber.COUNTER32)
        binding = ber.tlv(ber.SEQUENCE, ber.oid(counter) + value)
        numbers = ber.integer(0) * 3
        pdu = ber.tlv(REPORT, numbers + ber.tlv(ber.SEQUENCE, binding))
        signer = User(user.name, user.auth, user.auth_password)
        spoken = Spoken(signer, keys, self.engine_id, self.boots, self._time(now))
        scope = Scoped(self.engine_id, b"", pdu)
        return sealed(spoken, said.message_id, scope, reportable=False)
