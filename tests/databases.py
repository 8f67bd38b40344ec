"""Databases for tests: a copy of a migrated file, or of a migrated database of a real server."""

import asyncio
import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from storage import migrations
from tests.once import quick_folder
from tests.ports import free_port

_FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON deliveries EXECUTE FUNCTION full_disk();
"""


def apart(work: Coroutine[object, object, None]) -> None:
    """Run a coroutine to its end on a loop of its own, whatever loop the test has."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def migrated(url: str) -> None:
    """Put an empty ledger at the address of an SQLite file: a copy of one that was migrated."""
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_migrated_file())


@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "migrated.db")
        apart(migrations.upgrade(f"sqlite:///{path}"))
        return path.read_bytes()


class PostgresServer:
    """A server of our own in a new folder, on a loopback port; gone with `stop`.

    PostgreSQL refuses to run as root: then it runs as the user `postgres`.
    """

    def __init__(self, programs: Path) -> None:
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="thongsuot-pg-", dir=quick_folder(1 << 30)))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        data = self._folder / "data"
        self._call("initdb", "-D", data, "-A", "trust", "-U", self.user, "-E", "UTF8", "--no-sync")
        self.port = free_port()
        self._log = (self._folder / "log").open("wb")
        self._server = self._started()
        self._wait()
        self._psql("CREATE DATABASE template_thongsuot")
        apart(migrations.upgrade(self.url("template_thongsuot")))

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    def empty(self) -> str:
        """Return the address of a new, empty database."""
        name = f"t{uuid.uuid4().hex}"
        self._psql(f"CREATE DATABASE {name}")
        return self.url(name)

    def migrated(self) -> str:
        """Return the address of a new database with our tables."""
        name = f"t{uuid.uuid4().hex}"
        self._psql(f"CREATE DATABASE {name} TEMPLATE template_thongsuot")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._psql(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def drop_connections(self) -> None:
        """End every connection but our own, as a restart of the server would."""
        self._psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def restart(self) -> None:
        """Stop the server, its sessions and all, and start it again."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)
        self._server = self._started()
        self._wait()

    def let_the_disk_be_full(self, url: str, *, on: bool) -> None:
        """Let a database take no receipt any more, as it refuses on a full disk, or again."""
        name = url.rpartition("/")[2]
        self._psql(_FULL_DISK if on else "DROP FUNCTION full_disk CASCADE", name)

    def let_nothing_be_written(self, url: str, *, on: bool) -> None:
        """Make a database read-only, as a standby is, or let it be written again."""
        name, word = url.rpartition("/")[2], "on" if on else "off"
        self._psql(f"ALTER DATABASE {name} SET default_transaction_read_only = {word}")
        self.drop_connections()

    def stop(self) -> None:
        """End the server and remove what it wrote."""
        self._server.send_signal(signal.SIGQUIT)  # at once, without a last checkpoint
        self._server.wait(30)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _started(self) -> subprocess.Popen[bytes]:
        server = str(self._programs / "postgres")
        return subprocess.Popen(
            [
                *_dying_with_us(),
                *(server, "-D", str(self._folder / "data"), "-p", str(self.port)),
                *("-h", "127.0.0.1", "-k", str(self._folder)),
                # Nothing here outlives the run, so nothing has to reach a disk.
                *("-c", "fsync=off", "-c", "synchronous_commit=off"),
                *("-c", "full_page_writes=off", "-c", "wal_level=minimal"),
                *("-c", "max_wal_senders=0", "-c", "max_wal_size=64MB"),
                *("-c", "max_connections=50"),
            ],
            stdout=self._log,
            stderr=self._log,
            user=self._as(),
        )

    def _as(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None

    def _call(self, program: str, *args: object) -> None:
        subprocess.run(
            [self._programs / program, *map(str, args)],
            check=True,
            capture_output=True,
            user=self._as(),
            cwd=self._folder,
        )

    def _psql(self, sql: str, database: str = "postgres") -> None:
        where = ("-h", "127.0.0.1", "-p", self.port, "-U", self.user, "-d", database)
        self._call("psql", *where, "-qc", sql)

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self._psql("SELECT 1")
            except subprocess.CalledProcessError:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise
                time.sleep(0.1)
            else:
                return


def _dying_with_us() -> list[str]:
    """Return the prefix of a command that ends even if the test run is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []


def postgres_programs() -> Path | None:
    """Return the folder of a PostgreSQL server's programs, None where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
