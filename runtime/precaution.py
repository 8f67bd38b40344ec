"""Before a ledger moves to another version: a copy of its rows, made without being asked."""

import logging
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from core.clock import LOCAL
from runtime.settings import Settings
from storage import archive, copies, migrations

log = logging.getLogger(__name__)


async def save_before_migration(settings: Settings, now: datetime) -> Path | None:
    """Write the rows of a ledger of an older version into a backup that `restore` reads.

    None where there is nothing to move. Conflict, Unavailable: it could not be written, and
    the ledger had better stay as it is.
    """
    url = settings.ledger.url
    present, head = await migrations.current(url), migrations.head()
    if present in {None, head}:
        return None
    folder = settings.backup.directory
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"before-{head}-{now.astimezone(LOCAL):%Y%m%d-%H%M%S}.tar"
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as scratch:
        rows = Path(scratch)
        copied = await copies.dump(url, rows)
        with archive.written(file) as into:
            for table in sorted(copied.rows):
                into.add(rows / f"{table}.jsonl.gz", f"ledger/{table}.jsonl.gz")
            into.seal(
                {
                    "version": version("thongsuot"),
                    "made_at": now.isoformat(),
                    "ledger": url.partition(":")[0],
                    "revision": copied.revision,
                    "rows": dict(copied.rows),
                    "figures": None,
                    "key": "none",
                    "series": None,
                }
            )
    log.warning("the ledger moves from version %s to %s; saved before: %s", present, head, file)
    return file
