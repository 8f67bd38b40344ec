"""Can we speak TLS with it, is its certificate trusted, and until when?"""

import asyncio
import functools
import ssl
from dataclasses import dataclass

from pydantic import Field

from collectors._net.identity import OWN, identity
from collectors._net.names import Place, numeric, places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time
from collectors._tls import metrics
from collectors._tls.certificates import Certificate
from collectors._tls.handshake import session_of, shake
from collectors._tls.params import ServerName, TlsParams
from collectors._tls.refusal import why
from collectors._tls.starttls import StartTls, ask
from collectors._tls.trust import Terms, Trust, trust_of
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
CONNECT = "probe_tcp_connect_duration_seconds"
HANDSHAKE = "probe_tls_handshake_duration_seconds"


class Params(TlsParams):
    """What may be set."""

    port: int = Field(
        default=443,
        ge=1,
        le=65535,
        description="TCP port",
        json_schema_extra={"vi": "Cổng TCP"},
    )
    server_name: ServerName = None
    starttls: StartTls | None = Field(
        default=None,
        description="Protocol that begins in the clear: smtp, imap, pop3, ldap",
        json_schema_extra={"vi": "Giao thức mở đầu không mã hoá: smtp, imap, pop3, ldap"},
    )


@dataclass(slots=True)
class _Course:
    """What happened on the way: phases in seconds, None where it did not come to that."""

    lookup: float | None = None
    connect: float | None = None
    handshake: float | None = None
    chain: tuple[Certificate, ...] = ()
    verified: tuple[Certificate, ...] = ()
    version: str | None = None
    cipher: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look: what it was told, and what happened."""

    check: Check
    params: Params
    kit: Kit
    trust: Trust
    transcript: Transcript
    course: _Course

    @property
    def name(self) -> str:
        """Return the name that the certificate must bear."""
        return (self.params.server_name or self.check.address).rstrip(".")

    async def run(self) -> None:
        loop, course = asyncio.get_running_loop(), self.course
        begun = loop.time()
        found = await places(self.check.address)
        if numeric(self.check.address) is None:
            course.lookup = loop.time() - begun
            told = ", ".join(place.address for place in found)
            self.transcript.note("%s is %s", self.check.address, told)
        terms = self.params.terms
        try:
            await self._shake(found, terms)
        except ssl.SSLError as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                await self._look_again(found, terms)
            course.failure = why(error, course.chain, self.name, self.kit.clock.now())

    async def _look_again(self, found: list[Place], terms: Terms) -> None:
        """Look at the served chain without trusting it."""
        verified = self.course.connect, self.course.handshake
        try:
            await self._shake(found, terms._replace(verify=False, ca=None))
        except (OSError, Trouble) as error:
            self.transcript.note("the chain could not be looked at: %s", error)
        self.course.connect, self.course.handshake = verified

    async def _shake(self, found: list[Place], terms: Terms) -> None:
        loop, course = asyncio.get_running_loop(), self.course
        context = self.trust.context(terms)
        begun = loop.time()
        made, _ = await connect(
            self.kit.sockets, found, self.params.port, self.check.timeout, self.transcript
        )
        try:
            course.connect = loop.time() - begun
            if self.params.starttls is not None:
                await ask(made, self.params.starttls, self.transcript)
        except BaseException:
            made.close()
            raise
        begun = loop.time()
        transport, _ = await shake(made, context, self.name, asyncio.Protocol)
        try:
            course.handshake = loop.time() - begun
            self._see(session_of(transport), verified=terms.verify)
        finally:
            transport.abort()

    def _see(self, tls: ssl.SSLObject | None, *, verified: bool) -> None:
        if tls is None:
            return
        course, cipher = self.course, tls.cipher()
        course.chain = self.trust.chain(tls)
        course.verified = self.trust.verified(tls) if verified else ()
        course.version = tls.version()
        course.cipher = cipher[0] if cipher else None
        self.transcript.note("%s, %s", course.version, course.cipher)
        for one in course.chain:
            until = one.not_after.strftime("%Y-%m-%d %H:%M")
            self.transcript.note("%s, issued by %s, until %s UTC", one.subject, one.issuer, until)


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Shake hands once and read the certificates."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    visit = _Visit(check, params, kit, trust_of(kit), transcript, course)
    try:
        async with asyncio.timeout(check.timeout):
            await visit.run()
    except TimeoutError:
        course.failure = course.failure or out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


def _samples(check: Check, params: Params, course: _Course, elapsed: float) -> list[Sample]:
    labels = identity(check)
    values = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        LOOKUP: course.lookup,
        CONNECT: course.connect,
        HANDSHAKE: course.handshake,
    }
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    samples += metrics.chain_samples(labels, course.chain, course.verified)
    samples += metrics.session_samples(labels, course.version, course.cipher)
    return samples + metrics.limit_samples(labels, params.min_days)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="tls",
    help=Text(
        vi="Có bắt tay TLS được không, chứng thư có tin cậy không, còn hạn đến bao giờ?",
        en="Can we speak TLS with it, is its certificate trusted, and until when?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu TLS đúng như mong muốn", "1 if TLS is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(LOOKUP, Text("Tra tên miền mất bao lâu", "Name resolution")),
        _emit(CONNECT, Text("Từ SYN đến khi kết nối mở", "From the SYN to the open connection")),
        _emit(HANDSHAKE, Text("Bắt tay TLS mất bao lâu", "The TLS handshake")),
        *metrics.emits(),
    ),
    look=look,
    interval=300.0,
    timeout=10.0,
)
