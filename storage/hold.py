"""Why two platforms must not judge over one ledger, and how the second one finds out."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from core.errors import Conflict
from core.text import Text


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold a ledger on SQLite for one platform alone; Conflict while another one runs on it.

    Two would open every incident twice and send what the other has under way. The hold ends
    with the process, however it ends. PostgreSQL is not held.
    """
    path = make_url(url).database
    if not url.startswith("sqlite") or not path:
        yield
        return
    handle = os.open(f"{path}.run", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise Conflict(
                Text(
                    vi=f"Đã có một Thông Suốt khác đang chạy trên {path}; dừng nó trước",
                    en=f"Another platform is running on {path}; stop it first",
                )
            ) from taken
        yield
    finally:
        os.close(handle)
