"""How does a process get a network of its own, as root or not, and leave nothing behind?

Namespaces made here have no name outside this process: they, their interfaces, rules and
mounts end with it, however it ends.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_MS_REC_PRIVATE = 0x4000 | 0x40000
_NAMED = Path("/run/netns")  # where ip(8) keeps the names of namespaces
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


def enter_new(*, named: bool = False) -> None:
    """Move this process, which must have one thread, into a network namespace of its own.

    Directly where that is allowed (root), else through a user namespace. With `named`,
    namespaces made later by `ip netns add` get names that only this process and its children
    see. Raises NoNamespaces.
    """
    kinds = _CLONE_NEWNET | (_CLONE_NEWNS if named else 0)
    try:
        root = _unshare(kinds)
        if named:
            _hide_names(root=root)
        run(["ip", "link", "set", "lo", "up"])
    except OSError as error:
        raise NoNamespaces(str(error)) from error


def _unshare(kinds: int) -> bool:
    """Leave for new namespaces; say whether that took no user namespace (so: as root)."""
    if _libc().unshare(kinds) == 0:
        return True
    uid, gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(_CLONE_NEWUSER), "unshare(user)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _check(_libc().unshare(kinds), "unshare(net)")
    return False


def _hide_names(*, root: bool) -> None:
    mount = _libc().mount
    _check(mount(None, b"/", None, _MS_REC_PRIVATE, None), "mount / private")
    # An ordinary user cannot make /run/netns, but may cover /run for this process alone.
    place = _NAMED if root else _NAMED.parent
    if root:
        _NAMED.mkdir(exist_ok=True)
    _check(mount(b"lab", os.fsencode(place), b"tmpfs", 0, b"mode=755"), f"mount {place}")
    _NAMED.mkdir(exist_ok=True)


@contextlib.contextmanager
def inside(name: str | None) -> Iterator[None]:
    """Be in a named namespace for a while; None stays. The process must have one thread."""
    if name is None:
        yield
        return
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(_NAMED / name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc().setns(there, _CLONE_NEWNET), f"setns {name}")
        yield
    finally:
        _check(_libc().setns(home, _CLONE_NEWNET), "setns home")
        os.close(home)
        os.close(there)


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


def ip_batch(lines: Iterable[str], name: str | None = None) -> None:
    """Give ip(8) many commands at once, in a named namespace or in this one."""
    where = ["-n", name] if name else []
    run(["ip", *where, "-batch", "-"], "".join(f"{line}\n" for line in lines))


def allow_ping() -> None:
    """Let everybody in this namespace open ICMP datagram sockets, and answer errors at once."""
    groups = Path("/proc/sys/net/ipv4/ping_group_range")
    try:
        groups.write_text("0 2147483647")
    except OSError:
        groups.write_text("0 0")  # in a user namespace only mapped groups exist
    Path("/proc/sys/net/ipv4/icmp_ratelimit").write_text("0")
