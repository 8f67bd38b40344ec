"""Does the SQL collector read numbers, change nothing, and say why where it cannot?"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import sql
from collectors._net.trouble import Trouble
from collectors._sql import tds
from collectors._sql.params import Params
from collectors._sql.reader import number
from collectors._sql.select import fault
from core.reading import FailureKind
from lab.emulators.databases import Oracle, listening
from lab.emulators.sqlserver import SqlServer
from tests.collectors.databases import PASSWORD, Database, mariadb, postgresql
from tests.collectors.glances import Looking, looking, told, why
from tests.collectors.servers import talking
from tests.ports import free_port

LOGIN = f"reader:{PASSWORD}"
BACKLOG = "SELECT count(*) FROM documents WHERE sent IS NULL"


@pytest.fixture(scope="module", params=[postgresql, mariadb], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[Database]:
    # Not in pytest's own folders, which are closed to the servers' users.
    with (
        TemporaryDirectory(prefix="thongsuot-db-", ignore_cleanup_errors=True) as folder,
        request.param(Path(folder)) as database,
    ):
        yield database


@asynccontextmanager
async def at(
    server: Database, secret: str | None = LOGIN, timeout: float = 5.0, **params: object
) -> AsyncIterator[Looking]:
    database = "postgres" if server.engine == "postgresql" else "office"
    said = {"engine": server.engine, "port": server.port, "database": database, **params}
    async with looking(sql.COLLECTOR, said, secret, timeout=timeout) as made:
        yield made


async def test_a_number_is_read_and_held_against_its_bounds(server: Database) -> None:
    queries = {
        "backlog": BACKLOG,
        "newest": "SELECT max(sent) FROM documents",
        "none": "SELECT NULL",
    }
    async with at(server, queries=queries) as here:
        reading, run = await here.look()
    assert reading.ok, run.lines
    assert told(reading, "probe_sql_value", query="backlog") == 2
    assert told(reading, "probe_sql_value", query="newest") == 1795996800
    assert told(reading, "probe_sql_value", query="none") is None
    assert told(reading, "probe_sql_info", engine=server.engine) == 1
    assert told(reading, "probe_sql_login_seconds") is not None
    assert not any(PASSWORD in line for line in run.lines)
    async with at(server, queries=f"backlog: {BACKLOG};", above="backlog: 1") as here:
        reading, _ = await here.look()
        assert why(reading) == "backlog is 2, above 1"
        assert told(reading, "probe_sql_value", query="backlog") == 2
    async with at(server, queries={"backlog": BACKLOG}, below={"backlog": 5}) as here:
        assert why((await here.look())[0]) == "backlog is 2, below 5"


async def test_without_a_secret_the_listener_is_asked(server: Database) -> None:
    async with at(server, None) as here:
        reading, run = await here.look()
        assert reading.ok, run.lines
        assert told(reading, "probe_sql_info", engine=server.engine) == 1
        assert told(reading, "probe_sql_connect_seconds") is not None
    async with at(server, None, queries={"a": "SELECT 1"}) as here:
        assert "queries want a login" in why((await here.look())[0])


async def test_tls_is_spoken_and_the_certificate_believed_or_not(server: Database) -> None:
    queries = {"a": "SELECT 1"}
    async with at(server, ca=str(server.ca), tls=True, queries=queries) as here:
        reading, run = await here.look()
        assert reading.ok, run.lines
    async with at(server, tls=True, queries=queries) as here:
        reading, _ = await here.look()
        assert "authority is unknown" in why(reading)


async def test_a_wrong_password_is_told_and_not_tried_again_soon(server: Database) -> None:
    async with at(server, "reader:wrong") as here:
        reading, _ = await here.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH
        again, run = await here.look()
        assert "to lock no account it is not tried again" in why(again)
        assert not any("connected" in line for line in run.lines)


async def test_a_query_that_fails_harms_no_other(server: Database) -> None:
    queries = {
        "gone": "SELECT count(*) FROM nowhere",
        "two": "SELECT id FROM documents",
        "wide": "SELECT 1 AS a, 2 AS b",
        "words": "SELECT 'mười'",
        "good": "SELECT 1",
    }
    async with at(server, queries=queries) as here:
        reading, _ = await here.look()
    assert told(reading, "probe_sql_value", query="good") == 1
    said = why(reading)
    assert "gone: query: " in said
    assert "two: it must give one row of one column" in said
    assert "wide: it must give one row of one column" in said
    assert "words: it gives mười, which is no number" in said


async def test_the_server_ends_a_query_that_takes_too_long(server: Database) -> None:
    many = " CROSS JOIN ".join(f"big b{n}" for n in range(9))
    slow = (
        "WITH big AS (SELECT a.id FROM documents a, documents b, documents c, documents d) "
        f"SELECT count(*) FROM {many}"
    )
    async with at(server, timeout=2.0, queries={"slow": slow}) as here:
        async with asyncio.timeout(4):
            reading, _ = await here.look()
    assert why(reading) == "slow: query: it takes too long"


@pytest.mark.parametrize(
    "text",
    [
        "WITH gone AS (DELETE FROM documents RETURNING 1) SELECT count(*) FROM gone",
        "SELECT 1) AS a; DROP TABLE documents; SELECT * FROM (SELECT 1",
        "DELETE FROM documents",
        "INSERT INTO documents VALUES (9, NULL)",
    ],
)
async def test_the_server_itself_writes_nothing_whatever_is_asked(
    server: Database, text: str
) -> None:
    """Past our own no: what is put to the server is refused there too."""
    from collectors._sql.bounded import Bounded
    from collectors._sql.reader import logged_in
    from collectors._sql.terms import Terms

    async with at(server) as here:
        params = Params.model_validate({"engine": server.engine, "database": None})
        if server.engine == "mysql":
            params = params.model_copy(update={"database": "office"})
        else:
            params = params.model_copy(update={"database": "postgres"})
        terms = Terms(params, "127.0.0.1", "reader", PASSWORD, None, 2.0)

        def ask() -> None:
            import socket

            made = socket.create_connection(("127.0.0.1", server.port), 5)
            session = logged_in(Bounded.over(made), terms)
            try:
                session.rows(text)
            finally:
                session.close()
                made.close()

        with pytest.raises(Trouble):
            await asyncio.to_thread(ask)
        here.check = here.check.model_copy(
            update={
                "params": {
                    **here.check.params,
                    "queries": {"all": "SELECT count(*) FROM documents"},
                }
            }
        )
        reading, _ = await here.look()
        assert told(reading, "probe_sql_value", query="all") == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DELETE FROM a", "no SELECT"),
        ("SELECT 1; SELECT 2", "a second statement"),
        ("SELECT 1 -- x", "a comment"),
        ("SELECT /* x */ 1", "a comment"),
        ("SELECT 1 INTO OUTFILE 'x'", "INTO"),
        ("SELECT pg_sleep(9)", "pg_sleep"),
        ("SELECT 'a", "a quote is not closed"),
        ("SELECT 'a\\'; DROP TABLE b; --'", "is not let in"),
        ("SELECT $$a$$", "$"),
        ("SELECT 1 FROM a FOR UPDATE", "UPDATE"),
        ("SELECT [a'b] FROM c) AS x; DROP TABLE d --'", "a second statement"),
        ("SELECT pg_terminate_backend(1)", "pg_terminate_backend"),
        ("SELECT dblink_exec('', 'DROP TABLE a')", "dblink_exec"),
        ("SELECT utl_http.request('http://a') FROM dual", "utl_http"),
        ("x" * 5000, "longer than"),
    ],
)
def test_what_is_no_single_select_is_refused(text: str, words: str) -> None:
    assert words in (fault("a", text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM a WHERE b = 'it''s; -- /* fine */ delete'",
        'select max("Update") from a;',
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SELECT count(*) FROM a WHERE b = ANY(ARRAY['c', 'd'])",
        "SELECT [số lượng] FROM [dbo].[văn bản]",
        "SELECT max(dbms_lob.getlength(a)) FROM b",
        "SELECT replace(a, 'x', '') FROM b WHERE last_update > now() - interval '1 day'",
    ],
)
def test_a_single_select_is_let_in(text: str) -> None:
    assert fault("a", text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_guard(text: str) -> None:
    said = fault("a", text)
    assert said is None or said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"engine": "oracle", "queries": {"a": "SELECT 1"}}, "name the service"),
        (
            {"engine": "oracle", "database": "ORCL", "tls": True, "queries": {"a": "SELECT 1"}},
            "without TLS alone",
        ),
        ({"engine": "mysql", "queries": "a b: SELECT 1"}, "a name has letters"),
        ({"engine": "mysql", "above": "a: 1"}, "which no query is called"),
        ({"engine": "db2"}, "engine"),
    ],
)
def test_parameters_that_cannot_be_are_refused(said: Mapping[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Params.model_validate(dict(said))


async def test_sql_server_tells_its_version_before_any_login() -> None:
    async with (
        listening(SqlServer()) as port,
        looking(sql.COLLECTOR, {"engine": "sqlserver", "port": port}) as here,
    ):
        reading, run = await here.look()
        assert reading.ok, run.lines
        assert told(reading, "probe_sql_info", version="15.0.4375") == 1
    async with listening(SqlServer(encryption=2)) as port:
        params = {"engine": "sqlserver", "port": port, "tls": True}
        async with looking(sql.COLLECTOR, params) as here:
            assert why((await here.look())[0]) == "the server speaks no TLS"


async def test_oracle_is_pinged_or_asked_for_a_service() -> None:
    async with listening(Oracle()) as port:
        params: dict[str, object] = {"engine": "oracle", "port": port}
        async with looking(sql.COLLECTOR, params) as here:
            reading, run = await here.look()
            assert reading.ok, run.lines
            assert told(reading, "probe_sql_info", version="19.0") == 1
        async with looking(sql.COLLECTOR, {**params, "database": "ORCL"}) as here:
            assert (await here.look())[0].ok
        async with looking(sql.COLLECTOR, {**params, "database": "HOSO"}) as here:
            said = why((await here.look())[0])
            assert said == "the listener knows no service HOSO (ORA-12514)"
    async with listening(Oracle(resends=True)) as port:
        params = {"engine": "oracle", "port": port, "database": "ORCL"}
        async with looking(sql.COLLECTOR, params) as here:
            assert (await here.look())[0].ok


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "sqlserver", "oracle"])
@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH_9.2\r\n" * 4, b"\xff" * 300, b"\x00" * 300, b"", b"\x04"]
)
async def test_what_is_no_database_is_told(engine: str, said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    async with talking(talk) as port:
        params = {"engine": engine, "port": port}
        async with looking(sql.COLLECTOR, params, timeout=1.0) as here:
            reading, run = await here.look()
    assert not reading.ok
    assert reading.failure is not None
    assert reading.failure.kind is not FailureKind.BUG, run.lines


ENGINES = ["postgresql", "mysql", "sqlserver", "oracle"]


def logging_in(engine: str, port: int) -> dict[str, object]:
    """Return what makes a look log in."""
    return {"engine": engine, "port": port, "database": "ORCL", "queries": {"a": "SELECT 1"}}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("said", [b"", b"\xff" * 300, b"\x00" * 300, b"R\x00\x00\x00\x08\x00\x00"])
async def test_a_login_to_what_is_no_database_ends_in_time(engine: str, said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        await reader.read()

    async with talking(talk) as port:
        params = logging_in(engine, port)
        async with looking(sql.COLLECTOR, params, LOGIN, timeout=1.0) as here:
            async with asyncio.timeout(2):
                reading, run = await here.look()
    assert reading.failure is not None
    assert reading.failure.kind is not FailureKind.BUG, run.lines


@pytest.mark.parametrize(
    ("engine", "head"),
    [
        ("postgresql", b"R\x7f\xff\xff\xff"),
        ("mysql", b"\xff\xff\xff\x00"),
        ("oracle", b"\xff\xff\0\0\x06\0\0\0"),
    ],
)
async def test_a_server_that_never_stops_is_stopped(engine: str, head: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        finally:
            writer.transport.abort()

    async with talking(talk) as port:
        params = logging_in(engine, port)
        async with looking(sql.COLLECTOR, params, LOGIN, timeout=30.0) as here:
            async with asyncio.timeout(29):
                reading, run = await here.look()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED, run.lines
    assert "more than 4 MiB" in reading.failure.detail


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_login_that_is_cancelled_leaves_no_thread_and_no_connection(engine: str) -> None:
    gone = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(1000):
                pass
        finally:
            gone.set()

    async with talking(talk) as port:
        params = logging_in(engine, port)
        async with looking(sql.COLLECTOR, params, LOGIN, timeout=30.0) as here:
            task = asyncio.create_task(here.look())
            await asyncio.sleep(0.3)
            assert _looking_threads()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(2):
                await gone.wait()
    assert not _looking_threads()


def _looking_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("look")]


async def test_nobody_there_is_a_refusal() -> None:
    params = {"engine": "postgresql", "port": free_port()}
    async with looking(sql.COLLECTOR, params, LOGIN) as here:
        reading, _ = await here.look()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED


@given(st.binary(max_size=60))
def test_no_octets_break_the_reader_of_options(octets: bytes) -> None:
    try:
        found = tds.options(octets)
    except Trouble:
        return
    assert all(len(value) <= len(octets) for value in found.values())


def test_truth_is_a_number_and_nothing_is_nothing() -> None:
    assert number([(True,)]) == 1
    assert number([]) is None
    assert number([(None,)]) is None
    assert number([(float("nan"),)]) is None
    assert number([(Decimal("NaN"),)]) is None
