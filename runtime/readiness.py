"""Is a platform ready? Asked from beside it, as a person at the machine would."""

import ssl

import aiohttp

from runtime.settings import Web, split_listen

_TIMEOUT = 5.0  # seconds
_READY = 200
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (listened on, reached by loopback)


async def trouble(web: Web) -> str:
    """Return why the platform with these settings is not ready; empty if it is."""
    host, port = split_listen(web.listen)
    host = _ANY.get(host, host)
    place = f"[{host}]" if ":" in host else host
    scheme = "https" if web.certificate else "http"
    # Its certificate bears the agency's name, not this address; who answers here is us.
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    headers = {"Host": web.address.split("://", 1)[1].split("/")[0]} if web.base_url else {}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    url = f"{scheme}://{place}:{port}/readyz"
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, ssl=trusting, headers=headers) as reply,
        ):
            return "" if reply.status == _READY else f"HTTP {reply.status}"
    except aiohttp.ClientConnectorError as fault:
        return str(fault.strerror)
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        return str(fault) or type(fault).__name__
