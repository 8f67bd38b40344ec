"""Whatever SNMPv3 refuses is told with its mend in both languages."""

import pytest

from api import words
from collectors._snmp import session as of
from collectors._snmp.secured import Secured
from collectors._snmp.session import Report, Session
from collectors._snmp.usm import Auth, Priv, User
from core.reading import FailureKind

USER = User("gs", Auth.SHA256, "mot-mat-khau", Priv.AES128, "hai-mat-khau")
SAID = Secured(1, 0, b"", 0, 0, b"", b"", 0, b"", b"")


def silent(user: User) -> tuple[FailureKind, str]:
    session = Session(user)
    session.engine_id = b"known"
    found = session.unheard()
    assert found is not None
    return found


def refused(counter: str) -> tuple[FailureKind, str]:
    found = Session(USER).heed(Report(counter, SAID, signed=False), 0.0)
    assert found is not None
    return found


def stubborn(counter: str) -> tuple[FailureKind, str]:
    return Session(USER).stubborn(Report(counter, SAID, signed=False))


@pytest.mark.parametrize(
    ("failure", "vi", "en"),
    [
        (refused(of.UNKNOWN_USER), "không có người dùng SNMPv3 gs", "no SNMPv3 user gs"),
        (refused(of.WRONG_DIGEST), "(auth=) của người dùng gs", "auth= of user gs"),
        (refused(of.DECRYPTION), "(priv=)", "priv="),
        (refused(of.UNSUPPORTED_LEVEL), "gs ở mức authPriv", "user gs at authPriv"),
        (refused(of.NOT_IN_WINDOW), "(auth=)", "auth="),
        (refused(of.UNKNOWN_CONTEXT), "context=", "context="),
        (silent(USER), "aes192c", "aes192c"),
        (silent(User("gs", Auth.SHA256, "mot-mat-khau")), "không trả lời người dùng gs", "user gs"),
        (stubborn(of.NOT_IN_WINDOW), "không chạy", "does not run"),
        (stubborn(of.UNKNOWN_ENGINE), "engine ID", "engine id"),
    ],
)
def test_a_refusal_is_told_with_its_mend(
    failure: tuple[FailureKind, str], vi: str, en: str
) -> None:
    kind, detail = failure
    assert vi in words.failure(kind.value, detail, "snmp_system", "vi")
    assert en in words.failure(kind.value, detail, "snmp_system", "en")
    assert "mat-khau" not in detail


def test_an_answer_from_another_address_is_told_with_its_mend() -> None:
    detail = "the answers come from 10.75.0.2, not from the address that was asked"
    kind = FailureKind.TIMEOUT.value
    vi = words.failure(kind, detail, "snmp_system", "vi")
    assert "từ địa chỉ 10.75.0.2" in vi
    assert "set the source address of SNMP" in words.failure(kind, detail, "snmp_system", "en")
