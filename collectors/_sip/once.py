"""One request to one peer, by UDP, TCP or TLS."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from collectors._net.datagram import Question, exchange
from collectors._net.names import Place, places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._sip import meaning
from collectors._sip.message import Form, Framing, Response, new_branch, read, uri
from collectors._sip.outcome import Outcome
from collectors._sip.params import Params
from collectors._tls.certificates import earliest_end
from collectors._tls.handshake import session_of, shake
from collectors._tls.refusal import why
from collectors._tls.trust import trust_of
from core.collector import Exchange, Kit, Transcript
from core.reading import FailureKind
from core.watching import Check

REPEATS = (0.5, 1.0, 2.0)  # seconds between the sendings of one request (RFC 3261 §17.1.2.2)
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Once:
    """What is asked, and where it is written down."""

    check: Check
    params: Params
    kit: Kit
    transcript: Transcript
    outcome: Outcome

    async def run(self) -> None:
        """Ask within the check's timeout; failures are written down."""
        outcome, timeout = self.outcome, self.check.timeout
        begun = self.kit.clock.monotonic()
        try:
            async with asyncio.timeout(timeout):
                found = await places(self.check.address)
                ways = {"udp": self._by_udp, "tcp": self._by_tcp, "tls": self._by_tls}
                outcome.response = await ways[self.params.transport](found)
            outcome.failure = meaning.failure_of(
                outcome.response, self.params.user, any_answer=self.params.any_answer
            )
        except TimeoutError:
            outcome.failure = out_of_time(timeout)
        except Trouble as refusal:
            outcome.failure = refusal.failure
        except OSError as error:
            outcome.failure = failure_of(error)
        outcome.took = self.kit.clock.monotonic() - begun

    def _uri(self, place: Place) -> str:
        params = self.params
        asked = uri(params.domain or place.address, params.port, params.user, params.transport)
        self.transcript.note("OPTIONS %s", asked)
        return asked

    async def _by_udp(self, found: list[Place]) -> Response:
        branch, asked = new_branch(), self._uri(found[0])
        question = Question(
            self.params.port,
            lambda here: Form.of(asked, "udp", here).request(branch),
            lambda octets: self._final(octets, branch),
            again=REPEATS,
        )
        answer = await exchange(
            self.kit.sockets, found, question, self.check.timeout, self.transcript
        )
        self.outcome.sent = answer.times
        self.outcome.rtt = max(0.0, (answer.received - answer.asked) / 1e9)
        return answer.what

    async def _by_tcp(self, found: list[Place]) -> Response:
        loop, port = asyncio.get_running_loop(), self.params.port
        connection, place = await connect(
            self.kit.sockets, found, port, self.check.timeout, self.transcript
        )
        with connection:
            address, own, *_ = connection.getsockname()
            branch = new_branch()
            form = Form.of(self._uri(place), "tcp", (address, own))
            begun = time.perf_counter()
            await loop.sock_sendall(connection, form.request(branch))
            self.outcome.sent = 1
            response = await self._answer(lambda: loop.sock_recv(connection, _CHUNK), branch)
            self.outcome.rtt = time.perf_counter() - begun
        return response

    async def _by_tls(self, found: list[Place]) -> Response:
        trust = trust_of(self.kit)
        name = (self.params.domain or self.check.address).rstrip(".")
        context = trust.context(self.params.terms)
        connection, place = await connect(
            self.kit.sockets, found, self.params.port, self.check.timeout, self.transcript
        )
        address, own, *_ = connection.getsockname()
        reader = asyncio.StreamReader()
        try:
            transport, _ = await shake(
                connection, context, name, lambda: asyncio.StreamReaderProtocol(reader)
            )
        except ssl.SSLError as error:
            raise Trouble(why(error, (), name, self.kit.clock.now())) from error
        try:
            tls = session_of(transport)
            ends = earliest_end(trust.chain(tls)) if tls is not None else None
            self.outcome.expiry = ends.timestamp() if ends else None
            branch, begun = new_branch(), time.perf_counter()
            transport.write(Form.of(self._uri(place), "tls", (address, own)).request(branch))
            self.outcome.sent = 1
            response = await self._answer(lambda: reader.read(_CHUNK), branch)
            self.outcome.rtt = time.perf_counter() - begun
        finally:
            transport.abort()
        return response

    async def _answer(self, receive: Callable[[], Awaitable[bytes]], branch: bytes) -> Response:
        framing = Framing()
        while True:
            chunk = await receive()
            if not chunk:
                raise trouble(FailureKind.REFUSED, "the connection was closed without an answer")
            try:
                messages = framing.take(chunk)
            except ValueError as error:
                why = f"what answers does not speak SIP: {error}"
                raise trouble(FailureKind.PROTOCOL, why) from error
            for message in messages:
                response = self._final(message, branch)
                if response is not None:
                    return response

    def _final(self, octets: bytes, branch: bytes) -> Response | None:
        """Return the final response to the request of a branch, None for anything else."""
        response = read(octets)
        if response is None or response.branch != branch or not response.is_final:
            return None
        if self.kit.record is not None:
            said = octets.decode("utf-8", "replace")
            self.kit.record(Exchange("OPTIONS", response.status, "", said, way="sip"))
        return response
