"""Accounts, sessions, tokens: known by their hashes, ended at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, NotFound
from core.people import AuditRow, Role, User
from storage.ledger import Ledger
from storage.tables import api_tokens, sessions
from tests.storage.test_brain import NOW

DAY = timedelta(days=1)


async def an_account(ledger: Ledger, name: str = "an", role: Role = Role.OPERATOR) -> User:
    return await ledger.people.create_user(name, "Nguyễn Văn An", role, f"hash-{name}", NOW)


async def test_an_account_is_kept_without_showing_its_password(ledger: Ledger) -> None:
    user = await an_account(ledger)
    assert await ledger.people.users() == [user]
    assert await ledger.people.user("an") == user
    assert await ledger.people.user("binh") is None
    assert await ledger.people.password_hash("an") == "hash-an"
    assert await ledger.people.password_hash("binh") is None
    assert "hash-an" not in repr(await ledger.people.users())


async def test_a_name_is_taken_once(ledger: Ledger) -> None:
    await an_account(ledger)
    with pytest.raises(Conflict, match="account an already"):
        await an_account(ledger)


async def test_a_session_lasts_until_it_expires_or_is_closed(ledger: Ledger) -> None:
    user = await an_account(ledger)
    token = await ledger.people.open_session("an", NOW, DAY)
    assert await ledger.people.session(token, NOW + DAY - timedelta(seconds=1)) == user
    assert await ledger.people.session(token, NOW + DAY) is None
    await ledger.people.close_session(token)
    assert await ledger.people.session(token, NOW) is None
    assert await ledger.people.session("made up", NOW) is None


async def test_a_disabled_account_is_out_at_once(ledger: Ledger) -> None:
    await an_account(ledger)
    session = await ledger.people.open_session("an", NOW, DAY)
    token = await ledger.people.create_token("script", Role.VIEWER, "an", NOW)
    await ledger.people.disable("an")
    assert await ledger.people.session(session, NOW) is None
    assert await ledger.people.token(token) is None
    assert await ledger.people.password_hash("an") is None
    await ledger.people.enable("an")
    assert await ledger.people.session(session, NOW) is None
    assert await ledger.people.password_hash("an") == "hash-an"


async def test_a_new_password_ends_every_session(ledger: Ledger) -> None:
    await an_account(ledger)
    await an_account(ledger, "binh")
    mine = [await ledger.people.open_session("an", NOW, DAY) for _ in range(2)]
    other = await ledger.people.open_session("binh", NOW, DAY)
    await ledger.people.set_password("an", "new")
    assert [await ledger.people.session(token, NOW) for token in mine] == [None, None]
    assert await ledger.people.session(other, NOW) is not None
    assert await ledger.people.password_hash("an") == "new"


async def test_nobody_cannot_be_changed(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.people.set_password("nobody", "x")
    with pytest.raises(NotFound):
        await ledger.people.disable("nobody")
    with pytest.raises(NotFound):
        await ledger.people.revoke_token("nothing", NOW)


async def test_expired_sessions_are_swept_away(ledger: Ledger) -> None:
    await an_account(ledger)
    await ledger.people.open_session("an", NOW, DAY)
    await ledger.people.open_session("an", NOW + 2 * DAY, DAY)
    async with ledger.database.reading() as connection:
        assert len((await connection.execute(select(sessions))).all()) == 1


async def test_a_token_is_shown_once_and_revoked_for_good(ledger: Ledger) -> None:
    plain = await ledger.people.create_token("grafana", Role.VIEWER, "cli:root", NOW)
    assert plain.startswith("ts_")
    assert await ledger.people.token(plain) == ("grafana", Role.VIEWER)
    assert await ledger.people.token(plain + "x") is None
    with pytest.raises(Conflict):
        await ledger.people.create_token("grafana", Role.ADMIN, "cli:root", NOW)
    await ledger.people.revoke_token("grafana", NOW + DAY)
    assert await ledger.people.token(plain) is None
    (known,) = await ledger.people.tokens()
    assert (known.name, known.role, known.revoked_at) == ("grafana", Role.VIEWER, NOW + DAY)
    with pytest.raises(NotFound):
        await ledger.people.revoke_token("grafana", NOW)


async def test_no_bearer_secret_is_in_the_database(ledger: Ledger) -> None:
    await an_account(ledger)
    session = await ledger.people.open_session("an", NOW, DAY)
    token = await ledger.people.create_token("t", Role.ADMIN, "an", NOW)
    async with ledger.database.reading() as connection:
        rows = [*await connection.execute(select(sessions))]
        rows += [*await connection.execute(select(api_tokens))]
    assert session not in str(rows)
    assert token not in str(rows)


async def test_failed_logins_are_counted_by_key_and_forgotten_after_a_day(ledger: Ledger) -> None:
    for seconds, ok in enumerate([False, False, True, False]):
        await ledger.people.note_attempt("user:an", ok, NOW + timedelta(seconds=seconds))
    await ledger.people.note_attempt("ip:10.0.0.9", False, NOW)
    assert await ledger.people.recent_failures("user:an", NOW) == 3
    assert await ledger.people.recent_failures("user:an", NOW + timedelta(seconds=1)) == 2
    assert await ledger.people.recent_failures("ip:10.0.0.9", NOW) == 1
    await ledger.people.note_attempt("user:binh", True, NOW + 2 * DAY)
    assert await ledger.people.recent_failures("user:an", NOW - DAY) == 0


async def test_the_audit_trail_is_read_newest_first_in_pages(ledger: Ledger) -> None:
    for number in range(5):
        await ledger.people.audit(
            AuditRow(at=NOW, actor="an", action="login", detail=str(number), origin="::1")
        )
    first = await ledger.people.audit_rows(limit=2)
    assert [row.detail for row in first] == ["4", "3"]
    rest = await ledger.people.audit_rows(limit=9, before=first[-1].id)
    assert [row.detail for row in rest] == ["2", "1", "0"]


async def test_a_token_that_is_lent_speaks_for_its_owner_and_leaves_nothing(
    ledger: Ledger,
) -> None:
    one = await ledger.people.lend_token("an", Role.OPERATOR, NOW)
    other = await ledger.people.lend_token("an", Role.OPERATOR, NOW)
    assert await ledger.people.token(one) == ("an", Role.OPERATOR)
    await ledger.people.give_back_token(one)
    assert await ledger.people.token(one) is None
    assert await ledger.people.token(other) == ("an", Role.OPERATOR)
    later = NOW + timedelta(minutes=2)
    third = await ledger.people.lend_token("binh", Role.OPERATOR, later)
    assert await ledger.people.token(other) is None, "nobody gave it back"
    await ledger.people.give_back_token(third)
    kept = await ledger.people.create_token("grafana", Role.VIEWER, "an", NOW)
    await ledger.people.give_back_token(kept)
    assert await ledger.people.token(kept) == ("grafana", Role.VIEWER)


async def test_a_token_that_is_lent_ends_with_its_owners_account(ledger: Ledger) -> None:
    await an_account(ledger)
    lent = await ledger.people.lend_token("an", Role.OPERATOR, NOW)
    await ledger.people.disable("an")
    assert await ledger.people.token(lent) is None
