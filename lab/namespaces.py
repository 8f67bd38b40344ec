"""How does a process get a network of its own, as root or not, and leave nothing behind?

Namespaces made here have no name and no mount: they are open files of this process, and end
with it, interfaces and rules included, however it ends.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_SBIN = "/usr/sbin:/sbin:/usr/bin:/bin"  # an ordinary user's PATH lacks ip, nft and iptables


class NoNamespaces(Exception):
    """This machine or account allows no network namespace; the message says why."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends."""
    _check(_libc().prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0), "prctl")


def enter_new() -> None:
    """Move this process, which must have one thread, into a network namespace of its own.

    Directly where that is allowed (root), else through a user namespace. Raises NoNamespaces.
    """
    try:
        if _libc().unshare(_CLONE_NEWNET) != 0:
            _become_root_of_a_new_user_namespace()
            _check(_libc().unshare(_CLONE_NEWNET), "unshare(net)")
        run(["ip", "link", "set", "lo", "up"])
    except OSError as error:
        raise NoNamespaces(str(error)) from error


def _become_root_of_a_new_user_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(_CLONE_NEWUSER), "unshare(user)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def make(count: int) -> list[int]:
    """Return handles of new network namespaces; each lives as long as its handle is open."""
    home = _here()
    try:
        made = []
        for _ in range(count):
            _check(_libc().unshare(_CLONE_NEWNET), "unshare(net)")
            made.append(_here())
    finally:
        _check(_libc().setns(home, _CLONE_NEWNET), "setns home")
        os.close(home)
    return made


def path_of(handle: int) -> str:
    """Return where ip(8) finds the namespace of a handle while this process lives."""
    return f"/proc/{os.getpid()}/fd/{handle}"


@contextlib.contextmanager
def inside(handle: int | None) -> Iterator[None]:
    """Be in a namespace for a while; None stays. The process must have one thread."""
    if handle is None:
        yield
        return
    home = _here()
    try:
        _check(_libc().setns(handle, _CLONE_NEWNET), "setns")
        yield
    finally:
        _check(_libc().setns(home, _CLONE_NEWNET), "setns home")
        os.close(home)


def _here() -> int:
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def run(command: list[str], text: str = "") -> str:
    """Run a tool of the system and return what it printed.

    Raises OSError (which names the missing tool) or says what the tool said.
    """
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{_SBIN}", "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603  (our own commands, no shell)
        command, input=text, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def ip_batch(lines: Iterable[str], handle: int | None = None) -> None:
    """Give ip(8) many commands at once, in a namespace or in this one."""
    with inside(handle):
        run(["ip", "-batch", "-"], "".join(f"{line}\n" for line in lines))


def forward() -> None:
    """Let this namespace route, and answer errors at once."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    Path("/proc/sys/net/ipv4/icmp_ratelimit").write_text("0")


def allow_ping() -> None:
    """Let everybody in this namespace open ICMP datagram sockets, and answer errors at once."""
    groups = Path("/proc/sys/net/ipv4/ping_group_range")
    try:
        groups.write_text("0 2147483647")
    except OSError:
        groups.write_text("0 0")  # in a user namespace only mapped groups exist
    Path("/proc/sys/net/ipv4/icmp_ratelimit").write_text("0")
