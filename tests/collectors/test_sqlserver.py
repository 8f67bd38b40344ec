"""A SQL Server is logged into by TLS alone, asked for single numbers, and believed in nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import sql
from collectors._sql.params import Params
from core.reading import FailureKind
from lab.emulators.databases import listening
from lab.emulators.sqlserver import Fault, Silence, SqlServer
from tests.collectors.glances import Looking, looking, told, why
from tests.collectors.servers import talking

PASSWORD = "Đọc-thôi-2026;"
LOGIN = f"reader:{PASSWORD}"
AUTHORITY = trustme.CA()
BACKLOG = "SELECT count(*) FROM van_ban WHERE da_gui IS NULL"


def badge(name: str = "127.0.0.1") -> ssl.SSLContext:
    """Return what a server shows; SQL Server speaks no newer TLS inside TDS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


def a_server(answers: Mapping[str, list[object] | Fault | Silence] | None = None) -> SqlServer:
    return SqlServer(context=badge(), login=("reader", PASSWORD), answers=answers or {})


@asynccontextmanager
async def at(
    server: SqlServer, secret: str | None = LOGIN, timeout: float = 5.0, **params: object
) -> AsyncIterator[Looking]:
    async with listening(server) as port:
        said = {"engine": "sqlserver", "port": port, **params}
        async with looking(sql.COLLECTOR, said, secret, timeout=timeout) as made:
            yield made


async def test_numbers_of_every_kind_are_read_and_held_against_their_bounds() -> None:
    answers: dict[str, list[object] | Fault | Silence] = {
        BACKLOG: [7],
        "SELECT avg(tuoi) FROM a": [2.5],
        "SELECT sum(phi) FROM a": [Decimal("1250000.75")],
        "SELECT max(ngay) FROM a": [datetime(2026, 11, 30, 7, 0)],  # noqa: DTZ001  (it has none)
        "SELECT NULL": [None],
    }
    names = ("ton", "tuoi", "phi", "moi_nhat", "trong")
    queries = dict(zip(names, answers, strict=True))
    server = a_server(answers)
    async with at(server, queries=queries, above={"ton": 5}, database="ioffice") as here:
        reading, run = await here.look()
    assert why(reading) == "ton is 7, above 5"
    found = {name: told(reading, "probe_sql_value", query=name) for name in names}
    assert found == {
        "ton": 7,
        "tuoi": 2.5,
        "phi": 1250000.75,
        "moi_nhat": 1796022000,
        "trong": None,
    }
    assert told(reading, "probe_sql_info", engine="sqlserver", version="15.0.4375") == 1
    assert not any(PASSWORD in line for line in run.lines)


async def test_every_query_is_a_part_of_ours_that_can_only_read_one_column_of_two_rows() -> None:
    server = a_server({BACKLOG: [7]})
    async with at(server, queries={"ton": f"{BACKLOG};"}) as here:
        reading, run = await here.look()
    assert reading.ok, run.lines
    settings, asked = server.asked
    assert settings == "SET LOCK_TIMEOUT 2500; SET DEADLOCK_PRIORITY LOW"
    assert asked == f"SELECT TOP (2) value FROM ({BACKLOG}) AS asked(value)"


@pytest.mark.parametrize("tls", [True, False])
async def test_the_login_is_never_seen_on_the_way(tls: bool) -> None:
    seen: list[bytes] = []
    server = a_server({BACKLOG: [7]})

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        near, far = await asyncio.open_connection("127.0.0.1", behind)

        async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                seen.append(data)
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(pass_on(reader, far), pass_on(near, writer))

    async with listening(server) as behind, talking(relay) as port:
        ca = AUTHORITY.cert_pem.bytes().decode()
        params = {"engine": "sqlserver", "port": port, "queries": {"ton": BACKLOG}}
        params |= {"tls": True, "ca": ca} if tls else {}
        async with looking(sql.COLLECTOR, params, LOGIN) as here:
            reading, run = await here.look()
    assert reading.ok, run.lines
    assert server.asked
    stream = b"".join(seen)
    for text in ("reader", "thongsuot", "van_ban"):
        assert text.encode("utf-16-le") not in stream


async def test_a_certificate_is_believed_or_not_as_it_was_asked() -> None:
    ca = AUTHORITY.cert_pem.bytes().decode()
    async with at(a_server({BACKLOG: [1]}), tls=True, ca=ca, queries={"a": BACKLOG}) as here:
        assert (await here.look())[0].ok
    async with at(a_server(), tls=True, queries={"a": BACKLOG}) as here:
        reading, _ = await here.look()
        assert reading.failure is not None
        assert "certificate" in reading.failure.detail
    other = SqlServer(context=badge("khac.example"), login=("reader", PASSWORD))
    async with at(other, tls=True, ca=ca, queries={"a": BACKLOG}) as here:
        assert not (await here.look())[0].ok
    assert other.asked == []


async def test_a_server_without_tls_is_shown_no_login() -> None:
    server = SqlServer(encryption=2, context=badge(), login=("reader", PASSWORD))
    async with at(server, queries={"a": BACKLOG}) as here:
        assert why((await here.look())[0]) == "the server speaks no TLS"
    assert len(server.heard) == 1  # its PRELOGIN, and nothing after


async def test_a_wrong_password_is_told_and_not_tried_again_soon() -> None:
    server = a_server()
    async with at(server, "reader:sai", queries={"a": BACKLOG}) as here:
        reading, run = await here.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH
        assert "Login failed for user" in reading.failure.detail
        again, _ = await here.look()
        assert again.failure is not None
        assert again.failure.kind is FailureKind.AUTH
    assert len(server.heard) == 1
    assert not any("sai" in line for line in run.lines)


async def test_our_login_follows_nobody_to_another_server() -> None:
    server = a_server()
    server.elsewhere = True
    async with at(server, queries={"a": BACKLOG}) as here:
        assert why((await here.look())[0]) == "the server sends us elsewhere"


async def test_a_query_that_fails_harms_no_other() -> None:
    locked = Fault(1222, "Lock request time out period exceeded.")
    server = a_server({"SELECT 1": locked, "SELECT 2": [1, 2], "SELECT 3": ["x"], BACKLOG: [4]})
    queries = {"a": "SELECT 1", "b": "SELECT 2", "c": "SELECT 3", "d": "SELECT 9", "e": BACKLOG}
    async with at(server, queries=queries) as here:
        reading, _ = await here.look()
    said = why(reading)
    assert "a: query: it takes too long" in said
    assert "b: it must give one row of one column" in said
    assert "c: it gives x, which is no number" in said
    assert "d: query: Invalid object name." in said
    assert told(reading, "probe_sql_value", query="e") == 4


async def test_a_query_that_takes_too_long_is_stopped_on_the_server() -> None:
    server = a_server({"SELECT 1": Silence(), BACKLOG: [4]})
    queries = {"first": BACKLOG, "slow": "SELECT 1", "last": BACKLOG}
    async with at(server, timeout=1.0, queries=queries) as here:
        async with asyncio.timeout(3):
            reading, _ = await here.look()
    assert told(reading, "probe_sql_value", query="first") == 4
    assert told(reading, "probe_sql_value", query="last") is None
    assert not reading.ok
    assert server.stopped == 1


def test_a_query_with_a_with_is_refused_with_the_reason() -> None:
    text = "WITH x AS (SELECT 1 AS a) SELECT a FROM x"
    assert Params.model_validate({"engine": "postgresql", "queries": {"a": text}})
    with pytest.raises(ValueError, match="begins with SELECT"):
        Params.model_validate({"engine": "sqlserver", "queries": {"a": text}})


@pytest.mark.parametrize("text", ["SELECT * FROM OPENROWSET('x', 'y', 'z')", "SELECT 1; EXEC p"])
def test_what_could_reach_another_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not let in"):
        Params.model_validate({"engine": "sqlserver", "queries": {"a": text}})


class _Damaging(SqlServer):
    """A server whose answers after the login are damaged."""

    damage: tuple[int, int, bytes] = (0, 0, b"")

    def _batch(self, said: bytes) -> bytes | None:
        whole = super()._batch(said) or b""
        at, cut, put = self.damage
        at %= len(whole) or 1
        return whole[:at] + put + whole[at + cut :]


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(
        st.integers(0, 60),
        st.integers(0, 12),
        st.one_of(st.binary(max_size=8), st.sampled_from([b"\xff" * 40, b"\xd1" * 30, b""])),
    )
)
def test_no_damaged_answer_breaks_a_look(damage: tuple[int, int, bytes]) -> None:
    async def once() -> None:
        server = _Damaging(context=badge(), login=("reader", PASSWORD), answers={BACKLOG: [7]})
        server.damage = damage
        async with at(server, timeout=0.5, queries={"a": BACKLOG}) as here:
            async with asyncio.timeout(3):
                reading, run = await here.look()
        if reading.failure is not None:
            assert reading.failure.kind is not FailureKind.BUG, run.lines

    asyncio.run(once())
