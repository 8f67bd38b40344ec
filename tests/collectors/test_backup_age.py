"""Is the age and size of the newest backup told, by SFTP and by HTTP?"""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from collectors import backup_age
from collectors._backup.params import Params
from collectors._backup.web import _newest, _of_json
from collectors._net.trouble import Trouble
from core.clock import SystemClock
from core.reading import FailureKind
from tests.collectors.glances import Looking, looking, told, why
from tests.collectors.servers import accepts, program, running, talking
from tests.ports import free_port

HOUR = 3600


@dataclass(frozen=True)
class Store:
    """A folder of backups and who serves it."""

    folder: Path
    port: int
    host_key: str = ""
    key: str = ""

    def put(self, name: str, hours: float, size: int = 1000) -> None:
        file = self.folder / name
        file.write_bytes(b"x" * size)
        at = SystemClock().now().timestamp() - hours * HOUR
        os.utime(file, (at, at))


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str, str, Path]]:
    """Run a real sshd that takes one key."""
    server, folder, port = program("sshd"), tmp_path_factory.mktemp("ssh"), free_port()
    subsystem = "internal-sftp"
    for name in ("host", "ours"):
        made = (program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        subprocess.run(made, check=True)
    (folder / "authorized").write_text((folder / "ours.pub").read_text())
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/pid\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\n"
        f"PermitRootLogin prohibit-password\nPasswordAuthentication yes\nMaxAuthTries 20\n"
        f"Subsystem sftp {subsystem}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    octets = base64.b64decode((folder / "host.pub").read_text().split()[1])
    host_key = "SHA256:" + base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")
    command = (server, "-D", "-e", "-f", str(folder / "config"))
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield port, host_key, (folder / "ours").read_text(), folder


@pytest.fixture
def store(ssh: tuple[int, str, str, Path], tmp_path: Path) -> Store:
    return Store(tmp_path, ssh[0], ssh[1], ssh[2])


def user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


@asynccontextmanager
async def by_ssh(
    store: Store, secret: str | None = None, **params: object
) -> AsyncIterator[Looking]:
    said = {
        "url": f"sftp://127.0.0.1:{store.port}{store.folder}",
        "pattern": "csdl-*.gz",
        "user": user(),
        "host_key": store.host_key,
        **params,
    }
    async with looking(backup_age.COLLECTOR, said, secret or store.key) as at:
        yield at


async def test_the_newest_file_of_a_folder_is_told(store: Store) -> None:
    store.put("csdl-1.gz", 30)
    store.put("csdl-2.gz", 6, 1200)
    store.put("other.txt", 0)
    async with by_ssh(store) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "probe_backup_age_seconds") == pytest.approx(6 * HOUR, abs=60)
    assert told(reading, "probe_backup_size_bytes") == 1200
    assert told(reading, "probe_backup_files") == 2
    assert not any("PRIVATE" in line for line in run.lines)


async def test_old_small_or_missing_backups_are_told(store: Store) -> None:
    async with by_ssh(store) as at:
        assert why((await at.look())[0]) == "no file is called csdl-*.gz"
        store.put("csdl-1.gz", 80, 1000)
        reading, _ = await at.look()
        assert why(reading) == "the newest backup csdl-1.gz is 3 days old, more than 26 hours"
        store.put("csdl-2.gz", 1, 100)
        assert why((await at.look())[0]) == "csdl-2.gz is only 10% as large as the one before"
    async with by_ssh(store, min_bytes=500, min_share=None) as at:
        assert why((await at.look())[0]) == "csdl-2.gz has 100 bytes, fewer than 500"


async def test_a_backup_from_the_future_is_not_taken_for_a_new_one(store: Store) -> None:
    store.put("csdl-1.gz", -50)
    async with by_ssh(store) as at:
        said = why((await at.look())[0])
    assert said == "the newest backup csdl-1.gz is dated 50 hours ahead: is a clock wrong?"


async def test_no_login_is_shown_to_a_server_whose_key_is_another(store: Store) -> None:
    async with by_ssh(store, host_key=None) as at:
        said = why((await at.look())[0])
        assert said.endswith(f"host_key={store.host_key}")
    wrong = "SHA256:" + "A" * 43
    async with by_ssh(store, host_key=wrong) as at:
        reading, _ = await at.look()
        assert "not the one that is trusted" in why(reading)


async def test_a_refused_login_is_not_tried_again_soon(store: Store) -> None:
    async with by_ssh(store, "wrong") as at:
        first, _ = await at.look()
        assert first.failure is not None
        assert first.failure.kind is FailureKind.AUTH
        assert "not tried again before" in why((await at.look())[0])


async def test_a_folder_that_is_not_there_is_told(store: Store) -> None:
    url = f"sftp://127.0.0.1:{store.port}{store.folder}/nowhere"
    async with by_ssh(store, url=url) as at:
        assert "there is no folder" in why((await at.look())[0])
    async with by_ssh(store, "-----BEGIN OPENSSH PRIVATE KEY-----\njunk\n") as at:
        reading, _ = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL


@pytest.mark.parametrize(
    "said", [b"", b"220 ftp ready\r\n", b"\xff" * 500, b"SSH-2.0-x\r\n" + b"\x00" * 500]
)
async def test_what_is_no_sftp_server_is_told_in_time_and_leaves_nothing(said: bytes) -> None:
    gone = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        try:
            while await reader.read(1000):
                pass
        finally:
            gone.set()

    async with talking(talk) as port:
        params = {"url": f"sftp://127.0.0.1:{port}/x", "host_key": "SHA256:" + "A" * 43}
        async with looking(backup_age.COLLECTOR, params, "user:word", timeout=1.0) as at:
            async with asyncio.timeout(2):
                reading, run = await at.look()
            async with asyncio.timeout(2):
                await gone.wait()
    assert reading.failure is not None
    assert reading.failure.kind is not FailureKind.BUG, run.lines
    for _ in range(50):
        if not _at_work():
            break
        await asyncio.sleep(0.02)
    assert _at_work() == []


def _at_work() -> list[threading.Thread]:
    import paramiko

    return [
        one
        for one in threading.enumerate()
        if isinstance(one, paramiko.Transport) or one.name.startswith("look")
    ]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Run a real nginx that lists one folder twice: as a page, and as JSON."""
    server, folder, port = program("nginx"), tmp_path_factory.mktemp("nginx"), free_port()
    files = folder / "files"
    files.mkdir()
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + "events {}\nhttp { access_log off;\n"
        + "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"server {{ listen 127.0.0.1:{port};\n"
        f"location /page/ {{ alias {files}/; autoindex on; }}\n"
        f"location /json/ {{ alias {files}/; autoindex on; autoindex_format json; }} }} }}\n"
    )
    command = (server, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"))
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield port, files


@pytest.mark.parametrize("kind", ["page", "json"])
async def test_a_web_listing_tells_the_same(web: tuple[int, Path], kind: str) -> None:
    port, folder = web
    store = Store(folder, port)
    for number in range(8):
        store.put(f"sao lưu {number}.gz", 10 * (9 - number), 1000 + number)
    params = {"url": f"http://127.0.0.1:{port}/{kind}/", "pattern": "sao lưu *.gz"}
    async with looking(backup_age.COLLECTOR, {**params, "max_age": 3000}) as at:
        reading, run = await at.look()
        assert reading.ok, run.lines
        assert told(reading, "probe_backup_age_seconds") == pytest.approx(20 * HOUR, abs=60)
        assert told(reading, "probe_backup_size_bytes") == 1007
    async with looking(backup_age.COLLECTOR, {**params, "max_age": 600}) as at:
        assert "is 20 hours old" in why((await at.look())[0])
    async with looking(backup_age.COLLECTOR, {**params, "url": f"{params['url']}no/"}) as at:
        assert why((await at.look())[0]).startswith("HTTP 404")


@pytest.mark.parametrize(
    "link",
    ["sao%20luu.bak", "./sao%20luu.bak", "/csdl/sao%20luu.bak", "http://may-1/csdl/sao%20luu.bak"],
)
def test_a_file_is_found_however_the_server_links_to_it(link: str) -> None:
    # As IIS lists a folder: the date stands before the link.
    page = f'12/1/2026  3:05 AM  1234 <A HREF="{link}">sao luu.bak</A><br>'
    others = '<a href="/csdl/">[To Parent]</a> <a href="/khac/sao%20luu.bak">x</a>'
    for folder in ("http://may-1/csdl", "http://may-1/csdl/"):
        assert _newest(others + page, "*.bak", URL(folder)) == ["sao luu.bak"]


def test_a_size_that_no_file_has_is_passed_over() -> None:
    written = "Tue, 01 Dec 2026 00:00:00 GMT"
    rows = [
        {"type": "file", "name": "a", "size": size, "mtime": written} for size in (7, -1, 10**400)
    ]
    assert [file.size for file in _of_json(json.dumps(rows), "*")] == [7]


@given(st.text(max_size=300))
def test_no_page_breaks_the_reader(text: str) -> None:
    page = text + '<a href="a.gz">a</a> 29-Nov-2026 06:00 1'
    names = _newest(page, "a.gz", URL("http://a/b"))
    assert names in ([], ["a.gz"])
    with contextlib.suppress(Trouble):
        assert isinstance(_of_json(text, "*"), list)


@pytest.mark.parametrize(
    "url", ["ftp://a/b", "sftp:///b", "https://user:pass@a/b", "sftp://root@a/b"]
)
def test_an_address_that_cannot_be_listed_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Params(url=url)
