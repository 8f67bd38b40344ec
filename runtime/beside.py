"""The platform of the settings, asked from beside it as a person at the machine would."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp

from core.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from core.text import Text
from runtime.sections.kinds import split_listen
from runtime.sections.web import Web

_TIMEOUT = 30.0  # seconds; the judge is between two batches sooner than that
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (listened on, reached by loopback)
_REFUSALS: Mapping[int, type[DomainError]] = {403: Forbidden, 404: NotFound, 409: Conflict}


@asynccontextmanager
async def beside(web: Web, timeout: float) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session with the platform's own address for a base; waits `timeout` seconds."""
    host, port = split_listen(web.listen)
    host = _ANY.get(host, host)
    place = f"[{host}]" if ":" in host else host
    scheme = "https" if web.certificate else "http"
    # Its certificate bears the agency's name, not this address; who answers here is us.
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    headers = {"Host": web.address.split("://", 1)[1].split("/")[0]} if web.base_url else {}
    async with aiohttp.ClientSession(
        f"{scheme}://{place}:{port}",
        connector=aiohttp.TCPConnector(ssl=trusting),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=timeout),
    ) as session:
        yield session


async def posted(web: Web, path: str, token: str, body: Mapping[str, object]) -> dict[str, object]:
    """Return what the running platform answers; its refusals come back as they are.

    Unavailable if nobody answers, or another program than ours does.
    """
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            beside(web, _TIMEOUT) as session,
            session.post(path, json=body, headers=headers) as reply,
        ):
            status, content = reply.status, await reply.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise _nobody(web, str(fault) or type(fault).__name__) from fault
    try:
        answer: dict[str, object] = json.loads(content)
    except ValueError as fault:
        raise _nobody(web, f"HTTP {status}") from fault
    if status >= HTTPStatus.BAD_REQUEST:
        raise _REFUSALS.get(status, DomainError)(_refusal(answer))
    return answer


def _refusal(problem: Mapping[str, object]) -> Text:
    """Return what an RFC 9457 problem says, the faults of the input after it."""
    listed = problem.get("errors")
    faults = (
        [": ".join(map(str, one.values())) for one in listed] if isinstance(listed, list) else []
    )
    vi, en = (str(problem.get(name, "")) for name in ("detail_vi", "detail"))
    return Text("; ".join((vi, *faults)), "; ".join((en, *faults)))


def _nobody(web: Web, why: str) -> Unavailable:
    return Unavailable(
        Text(
            vi=f"Không hỏi được Thông Suốt ở {web.listen} ({why}). Việc này do nền tảng đang chạy "
            "quyết định: chạy lệnh trên máy của nó, khi nó đang chạy (thongsuot ready)",
            en=f"The platform does not answer at {web.listen} ({why}). It decides this while it "
            "runs: use the command on its machine, and see that it runs (thongsuot ready)",
        )
    )
