"""A PostgreSQL and a MariaDB that want a password, each in a folder of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

PASSWORD = "thong-suot-2026"
_TABLE = (
    "CREATE TABLE documents (id int PRIMARY KEY, sent timestamp NULL);"
    "INSERT INTO documents VALUES (1, NULL), (2, NULL), (3, '2026-11-30 00:00:00');"
)


@dataclass(frozen=True)
class Database:
    """A running server: its port, the authority of its certificate, where it says what it does."""

    engine: str
    port: int
    ca: Path
    log: Path


@contextmanager
def postgresql(folder: Path) -> Iterator[Database]:
    """Run PostgreSQL with scram passwords and TLS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("postgresql is not installed")
    programs, port = found[-1].parent, free_port()
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    ca = _certificate(folder)
    drop = _as(folder, "postgres")
    subprocess.run(
        [
            *drop,
            str(programs / "initdb"),
            *("-D", str(data), "-U", "owner", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8"),
            *("--pwfile", str(password), "--locale=C.UTF-8"),
        ],
        check=True,
        capture_output=True,
    )
    options = {
        "fsync": "off",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "ssl": "on",
        "ssl_cert_file": str(folder / "server.pem"),
        "ssl_key_file": str(folder / "server.key"),
        "log_statement": "all",
    }
    command = [*drop, str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with running(*command, ready=lambda: accepts(port), folder=folder):
        _psql(
            port,
            _TABLE
            + f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';"
            + "GRANT SELECT ON documents TO reader;",
        )
        yield Database("postgresql", port, ca, folder / "server.log")


def _psql(port: int, text: str) -> None:
    import pg8000.native

    session = pg8000.native.Connection("owner", "127.0.0.1", "postgres", port, PASSWORD)
    for statement in filter(None, text.split(";")):
        session.run(statement)
    session.close()


@contextmanager
def mariadb(folder: Path) -> Iterator[Database]:
    """Run MariaDB with a reader's login and TLS."""
    server, install, port = program("mariadbd"), program("mariadb-install-db"), free_port()
    data, first = folder / "data", folder / "first.sql"
    statements = (
        "CREATE DATABASE office;",
        *_TABLE.replace(" documents", " office.documents").replace(";", ";\n").splitlines(),
        f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';",
        "GRANT SELECT ON office.* TO reader@'127.0.0.1';",
    )
    first.write_text("\n".join(statements) + "\n")
    ca = _certificate(folder)
    _as(folder, "nobody")
    who = ["--user=nobody"] if os.geteuid() == 0 else []
    subprocess.run(
        [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *who],
        check=True,
        capture_output=True,
    )
    command = (
        server,
        "--no-defaults",
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder}/socket",
        f"--pid-file={folder}/pid",
        f"--init-file={first}",
        f"--ssl-cert={folder}/server.pem",
        f"--ssl-key={folder}/server.key",
        "--general-log",
        f"--general-log-file={folder}/queries.log",
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-name-resolve",
        *who,
    )
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield Database("mysql", port, ca, folder / "queries.log")


def _certificate(folder: Path) -> Path:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.private_key_pem.write_to_path(str(folder / "server.key"))
    (folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    (folder / "server.key").chmod(0o600)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


def _as(folder: Path, user: str) -> list[str]:
    """Hand a folder to a user; return what runs a program as that user, where we may."""
    if os.geteuid() != 0:
        return []
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, user)
    if user == "nobody":
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
