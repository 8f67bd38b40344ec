"""Is a platform ready? Asked from beside it, as a person at the machine would."""

import aiohttp

from runtime.beside import beside
from runtime.sections.web import Web

_TIMEOUT = 5.0  # seconds
_READY = 200


async def trouble(web: Web) -> str:
    """Return why the platform with these settings is not ready; empty if it is."""
    try:
        async with beside(web, _TIMEOUT) as session, session.get("/readyz") as reply:
            return "" if reply.status == _READY else f"HTTP {reply.status}"
    except aiohttp.ClientConnectorError as fault:
        return str(fault.strerror)
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        return str(fault) or type(fault).__name__
