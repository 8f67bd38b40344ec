"""Our own engine of SNMPv3: who it believes, what it tells strangers, what it survives."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._snmp import ber, secured, trap
from collectors._snmp.authority import SENDERS, Authority
from collectors._snmp.ber import Junk
from collectors._snmp.secured import Scoped, Spoken
from collectors._snmp.session import NOT_IN_WINDOW, UNKNOWN_ENGINE, UNKNOWN_USER, WRONG_DIGEST
from collectors._snmp.usm import Auth, Priv, User, keys_of

OURS, THEIRS = b"\x80\x00\x00\x00\x04ours", b"\x80\x00\x00\x00\x04theirs"
USER = User("gs", Auth.SHA256, "mot-mat-khau", Priv.AES128, "hai-mat-khau")
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"


def pdu(tag: int) -> bytes:
    bindings = ber.tlv(
        ber.SEQUENCE, ber.oid("1.3.6.1.2.1.1.3.0") + ber.integer(5, ber.TIME_TICKS)
    ) + ber.tlv(ber.SEQUENCE, ber.oid("1.3.6.1.6.3.1.1.4.1.0") + ber.oid(LINK_DOWN))
    return ber.tlv(tag, ber.integer(7) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, bindings))


def message(
    engine: bytes,
    tag: int = trap.V2_TRAP,
    *,
    user: User = USER,
    boots: int = 3,
    time: int = 100,
    reportable: bool = False,
) -> bytes:
    spoken = Spoken(user, keys_of(user, engine), engine, boots, time)
    return secured.sealed(spoken, 55, Scoped(THEIRS, b"", pdu(tag)), reportable=reportable)


def inform(**changes: object) -> bytes:
    return message(OURS, trap.INFORM, reportable=True, **changes)  # type: ignore[arg-type]


@pytest.fixture
def authority() -> Authority:
    return Authority(OURS, 3, 0.0)


def counter_of(answer: bytes | None) -> tuple[str, bool]:
    """Return which counter a report names, and whether it is signed."""
    assert answer is not None
    said = secured.parsed(answer)
    assert said.engine_id == OURS
    signed = bool(said.flags & secured.AUTH_FLAG)
    keys = keys_of(USER, OURS)
    if signed:
        assert secured.is_signed(answer, said, USER, keys)
    inner = secured.scoped(said, USER, keys).pdu
    assert inner[0] == secured.REPORT
    counters = (UNKNOWN_ENGINE, UNKNOWN_USER, WRONG_DIGEST, NOT_IN_WINDOW)
    return next(one for one in counters if ber.oid(one) in inner), signed


def test_a_trap_is_believed_by_its_sender_s_own_keys(authority: Authority) -> None:
    found = authority.opened(message(THEIRS), [USER], 100.0)
    assert found.trap is not None
    assert (found.trap.kind, found.trap.version, found.answer) == (LINK_DOWN, "v3", None)


def test_an_inform_is_answered_by_ours_about_what_it_was_about(authority: Authority) -> None:
    found = authority.opened(inform(), [USER], 100.0)
    assert found.trap is not None
    assert found.answer is not None
    said = secured.parsed(found.answer)
    assert (said.level, said.message_id, said.engine_id) == ("authPriv", 55, OURS)
    scope = secured.scoped(said, USER, keys_of(USER, OURS))
    assert scope.engine_id == THEIRS
    assert scope.pdu == b"\xa2" + pdu(trap.INFORM)[1:]


@pytest.mark.parametrize(
    ("data", "counter", "signed"),
    [
        (
            secured.sealed(
                Spoken(User(""), keys_of(User(""), b""), b"", 0, 0),
                1,
                Scoped(b"", b"", ber.tlv(0xA0, ber.integer(0) * 3 + b"\x30\x00")),
            ),
            UNKNOWN_ENGINE,
            False,
        ),
        (message(THEIRS, trap.INFORM, reportable=True), UNKNOWN_ENGINE, False),
        (inform(user=User("ai-do", Auth.SHA256, "mot-mat-khau")), UNKNOWN_USER, False),
        (inform(user=User("gs", Auth.SHA256, "sai-mat-khau")), WRONG_DIGEST, False),
        (inform(time=500), NOT_IN_WINDOW, True),
        (inform(boots=2), NOT_IN_WINDOW, True),
    ],
)
def test_who_may_know_better_is_told_what_is_wrong(
    authority: Authority, data: bytes, counter: str, signed: bool
) -> None:
    found = authority.opened(data, [USER], 100.0)
    assert found.trap is None
    assert counter_of(found.answer) == (counter, signed)


@pytest.mark.parametrize(
    "data",
    [
        message(THEIRS, user=User("ai-do")),
        message(THEIRS, user=User("gs")),  # not signed
        message(THEIRS, user=User("gs", Auth.SHA256, "sai-mat-khau")),
        message(THEIRS, user=User("gs", Auth.SHA256, "mot-mat-khau", Priv.AES128, "sai-mat-khau")),
        message(THEIRS, 0xA2),
        message(THEIRS)[:-1],
    ],
)
def test_anything_else_is_junk_and_gets_no_answer(authority: Authority, data: bytes) -> None:
    with pytest.raises(Junk):
        authority.opened(data, [USER], 100.0)


def test_an_old_trap_is_junk_and_a_reboot_begins_anew(authority: Authority) -> None:
    authority.opened(message(THEIRS, boots=3, time=100), [USER], 100.0)
    with pytest.raises(Junk, match="old message"):
        authority.opened(message(THEIRS, boots=3, time=90), [USER], 300.0)
    with pytest.raises(Junk, match="old message"):
        authority.opened(message(THEIRS, boots=2, time=1000), [USER], 300.0)
    assert authority.opened(message(THEIRS, boots=4, time=1), [USER], 300.0).trap is not None


def test_no_more_engines_are_remembered_than_there_is_room_for(authority: Authority) -> None:
    for n in range(SENDERS + 50):
        engine = THEIRS + n.to_bytes(2, "big")
        authority.opened(message(engine), [USER], 100.0)
    assert len(authority._clocks) == SENDERS
    assert len(authority._keys) == SENDERS


def test_a_trap_without_security_is_taken_of_a_user_who_has_none(authority: Authority) -> None:
    bare = User("gs")
    assert authority.opened(message(THEIRS, user=bare), [bare], 100.0).trap is not None


WHOLE = [message(THEIRS), inform(), message(THEIRS, user=User("gs", Auth.SHA256, "mot-mat-khau"))]


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_junk(data: bytes) -> None:
    with suppress(Junk):
        Authority(OURS, 3, 0.0).opened(data, [USER], 100.0)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_a_message_with_a_byte_changed_is_never_believed(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    octet = data.draw(st.integers(0, 255).filter(lambda one: one != whole[at]))
    changed = whole[:at] + bytes((octet,)) + whole[at + 1 :]
    with suppress(Junk):
        assert Authority(OURS, 3, 0.0).opened(changed, [USER], 100.0).trap is None
