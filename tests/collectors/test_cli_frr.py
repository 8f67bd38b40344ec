"""A real sshd with a real router's command line behind it: FRRouting's vtysh."""

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from collectors import cli_config
from core.configuration import Kept
from core.reading import FailureKind, Reading
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.servers import accepts, program, running
from tests.factories import FakeClock, a_check
from tests.ports import free_port

_ZEBRA = "hostname duong-bien\npassword bi-mat-vty\ninterface lo\n description loopback\n"


@dataclass
class Router:
    folder: Path
    port: int
    secret: str

    def vtysh(self, *commands: str) -> str:
        command = [
            program("vtysh"),
            "--vty_socket",
            str(self.folder),
            "--config_dir",
            str(self.folder),
        ]
        for one in commands:
            command += ["-c", one]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass
class Purse:
    text: str

    def reveal(self, name: str) -> str | None:
        return self.text


@pytest.fixture
def router() -> Iterator[Router]:
    """zebra on sockets of its own, and sshd on a loopback port that leads into vtysh."""
    zebra = shutil.which("zebra", path="/usr/lib/frr")
    if zebra is None:
        pytest.skip("FRRouting is not installed (package frr)")
    if os.geteuid() != 0:
        pytest.skip("FRRouting wants root")
    sshd, keygen = program("sshd"), program("ssh-keygen")
    # The user frr must be able to walk in, which no folder of pytest's lets it.
    folder = Path(subprocess.check_output(["mktemp", "-d", "-t", "frr.XXXXXX"], text=True).strip())
    folder.chmod(0o755)
    try:
        (folder / "zebra.conf").write_text(_ZEBRA)
        (folder / "frr.conf").write_text(_ZEBRA)
        (folder / "vtysh.conf").write_text("service integrated-vtysh-config\n")
        for name in ("host", "client"):
            subprocess.run(
                [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
            )
        port, log = free_port(), folder / "sshd"
        log.mkdir()
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/client.pub\nStrictModes no\nUsePAM no\n"
            "PermitRootLogin yes\nPasswordAuthentication no\nUseDNS no\n"
            "SetEnv VTYSH_PAGER=cat\n"
            f"ForceCommand {program('vtysh')} --vty_socket {folder} --config_dir {folder}\n"
        )
        shutil.chown(folder, "frr", "frr")
        for name in ("zebra.conf", "frr.conf", "vtysh.conf"):
            shutil.chown(folder / name, "frr", "frr")
        Path("/run/sshd").mkdir(exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(
                running(
                    zebra, "-f", str(folder / "zebra.conf"), "-i", str(folder / "zebra.pid"),
                    "-z", str(folder / "z.sock"), "--vty_socket", str(folder), "-A", "127.0.0.1",
                    "-P", "0", "-n",
                    ready=(folder / "zebra.vty").exists, folder=folder,
                )
            )  # fmt: skip
            stack.enter_context(
                running(sshd, "-D", "-e", "-f", str(folder / "sshd_config"),
                        ready=lambda: accepts(port), folder=log)
            )  # fmt: skip
            key = (folder / "client").read_text()
            yield Router(folder, port, f"{getpass.getuser()}:\n{key}")
    finally:
        shutil.rmtree(folder)


async def read(router: Router, secret: str | None = None) -> Reading:
    kit = make_kit(FakeClock(), secrets=Purse(secret or router.secret))
    check = a_check(
        "gw-1", "cli_config", address="127.0.0.1", timeout=30.0, secret="ssh",
        params={"platform": "frr", "port": router.port},
    )  # fmt: skip
    run, reading = await look_once(cli_config.COLLECTOR, check, kit)
    await kit.aclose()
    assert "bi-mat-vty" not in "\n".join(run.lines)
    return reading


async def test_the_configuration_of_a_real_router_is_read_and_hidden(router: Router) -> None:
    begun = time.monotonic()
    reading = await read(router)
    assert time.monotonic() - begun < 15
    assert reading.papers, reading.failure
    running_one = reading.papers[0]
    assert running_one.kind is Kept.RUNNING
    assert "hostname duong-bien" in running_one.text
    assert "password bi-mat-vty" in running_one.text
    assert "password ***" in running_one.masked
    assert "bi-mat-vty" not in running_one.masked


async def test_a_change_on_the_router_is_a_change_of_what_is_compared(router: Router) -> None:
    before = (await read(router)).papers[0]
    assert (await read(router)).papers[0].compared == before.compared
    router.vtysh("configure terminal", "interface lo", "description vong lap", "end")
    after = (await read(router)).papers[0]
    assert set(after.compared.splitlines()) - set(before.compared.splitlines()) == {
        " description vong lap"
    }


async def test_a_real_sshd_that_refuses_us_is_a_refused_login(router: Router) -> None:
    reading = await read(router, f"{getpass.getuser()}:sai")
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.AUTH
