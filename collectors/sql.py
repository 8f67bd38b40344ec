"""Does the database let us in, and what do the agreed queries count?

Without a secret only its listener is asked. With one we log in, read one number per query, in a
read-only transaction where there are such, and leave. SQL Server and Oracle are unconfirmed on
real servers.
"""

import asyncio
import functools
import socket
import ssl

from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.threads import threads_of
from collectors._net.trouble import Trouble, trouble
from collectors._sql.bounded import Bounded
from collectors._sql.listener import greeting
from collectors._sql.params import PORTS, Params
from collectors._sql.reader import asked, logged_in
from collectors._sql.terms import Reader, Refused, Terms
from collectors._tls.refusal import why
from collectors._tls.trust import Terms as TlsTerms
from collectors._tls.trust import trust_of
from collectors._vc.manners import manners_of
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

CONNECT = "probe_sql_connect_seconds"
LOGIN = "probe_sql_login_seconds"
QUERY = "probe_sql_query_seconds"
VALUE = "probe_sql_value"
INFO = "probe_sql_info"

_SHARE = 0.5  # of the check's time that one query may take


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Greet, or log in and read."""
    params = Params.model_validate(dict(check.params))

    async def visit(attempt: Attempt) -> None:
        if check.secret is None and params.queries:
            raise trouble(FailureKind.LOCAL, "no secret is named: queries want a login")
        if check.secret is None or (params.engine == "oracle" and not params.queries):
            await _greet(attempt, params)
        else:
            await _read(attempt, params)

    return await attempted(check, kit, transcript, visit)


async def _connected(attempt: Attempt, params: Params) -> socket.socket:
    begun = attempt.kit.clock.monotonic()
    check, port = attempt.check, params.port or PORTS[params.engine]
    found = await places(check.address)
    made, _ = await connect(attempt.kit.sockets, found, port, check.timeout, attempt.transcript)
    attempt.tell(CONNECT, attempt.kit.clock.monotonic() - begun)
    return made


async def _greet(attempt: Attempt, params: Params) -> None:
    made = await _connected(attempt, params)
    try:
        reader, writer = await asyncio.open_connection(sock=made)
    except BaseException:
        made.close()
        raise
    try:
        told = await greeting(params.engine, reader, writer, params.database)
    finally:
        writer.transport.abort()
    attempt.transcript.note("version %s, TLS %s", told.version, told.tls)
    attempt.tell(INFO, 1.0, engine=params.engine, version=told.version or "")
    if params.tls and told.tls is False:
        raise trouble(FailureKind.PROTOCOL, "the server speaks no TLS")


async def _read(attempt: Attempt, params: Params) -> None:
    check, kit = attempt.check, attempt.kit
    login = attempt.login(params.user)
    if login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named")
    device = f"{params.engine}://{check.address}:{params.port or PORTS[params.engine]}"
    manners, key = manners_of(kit), ":".join(login)
    resting = manners.rest(device, key)
    if resting is not None:
        raise Trouble(resting)
    context = _context(kit, params)
    terms = Terms(params, check.address.rstrip("."), *login, context, check.timeout * _SHARE)
    made = await _connected(attempt, params)
    try:
        findings = await threads_of(kit).over(
            made, check.timeout, functools.partial(_visit, attempt=attempt, terms=terms)
        )
    except Refused as refused:
        raise Trouble(manners.refused(device, key, str(refused))) from refused
    except ssl.SSLError as error:
        raise Trouble(why(error, (), check.address, kit.clock.now())) from error
    manners.welcome(device, key)
    unwanted(findings)


def _context(kit: Kit, params: Params) -> ssl.SSLContext | None:
    """Return the terms of TLS; a SQL Server that need not show who it is still speaks it."""
    if params.tls:
        return trust_of(kit).context(params.terms)
    return trust_of(kit).context(TlsTerms(verify=False)) if params.engine == "sqlserver" else None


def _visit(connected: socket.socket, attempt: Attempt, terms: Terms) -> list[str]:
    """Log in and put every query; return what is not as it should be. Runs in a thread."""
    clock, params = attempt.kit.clock, terms.params
    begun = clock.monotonic()
    session: Reader | None = None
    bounded = Bounded.over(connected)
    try:
        session = logged_in(bounded, terms)
        attempt.tell(LOGIN, clock.monotonic() - begun)
        attempt.tell(INFO, 1.0, engine=params.engine, version=session.version)
        attempt.transcript.note("logged in, version %s", session.version)
        findings: list[str] = []
        for name, text in params.queries.items():
            begun = clock.monotonic()
            try:
                value = asked(session, text, terms)
            except Trouble as wrong:
                attempt.transcript.note("%s: %s", name, wrong)
                findings.append(f"{name}: {wrong}")
                continue
            attempt.tell(QUERY, clock.monotonic() - begun, query=name)
            attempt.tell(VALUE, value, query=name)
            attempt.transcript.note("%s: %s", name, value)
            findings += _beyond(params, name, value)
        return findings
    finally:
        if session is not None:
            session.close()
        bounded.close()


def _beyond(params: Params, name: str, value: float | None) -> list[str]:
    above, below = params.above.get(name), params.below.get(name)
    if value is None:
        return [] if above is None and below is None else [f"{name}: it gives nothing"]
    if above is not None and value > above:
        return [f"{name} is {value:g}, above {above:g}"]
    if below is not None and value < below:
        return [f"{name} is {value:g}, below {below:g}"]
    return []


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="sql",
    help=Text(
        vi="Cơ sở dữ liệu có cho vào không, và các truy vấn đã thống nhất đếm được bao nhiêu?",
        en="Does the database let us in, and what do the agreed queries count?",
    ),
    params=Params,
    emits=(
        *EMITS,
        _emit(VALUE, Text("Truy vấn trả về số này", "What the query gives"), labels=(OWN, "query")),
        _emit(QUERY, Text("Truy vấn mất bao lâu", "The query"), labels=(OWN, "query")),
        _emit(CONNECT, Text("Mở kết nối mất bao lâu", "Opening the connection")),
        _emit(LOGIN, Text("Đăng nhập mất bao lâu", "Logging in")),
        _emit(
            INFO,
            Text("Hệ quản trị và phiên bản, luôn bằng 1", "Engine and version, always 1"),
            labels=(OWN, "engine", "version"),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
