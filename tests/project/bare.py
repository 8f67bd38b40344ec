"""A bare machine of the same system, without any network: to install on, and to throw away."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.project.tree import ROOT, files

CACHE = ROOT / ".cache"  # of what comes from the network: kept between runs
_INSIDE = """
set -e
base=$1 room=$2 media=$3
shift 3
mkdir -p "$room"/{up,work,system}
mount -t overlay overlay -o "lowerdir=$base,upperdir=$room/up,workdir=$room/work" "$room/system"
mount -t proc proc "$room/system/proc"
mount --rbind /dev "$room/system/dev"
mkdir -p "$room/system/media/bundle"
mount --bind "$media" "$room/system/media/bundle"
ip link set lo up
exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root THONGSUOT_LANG=en \
  chroot "$room/system" "$@"
"""


def missing() -> str | None:
    """Say what this machine lacks for it; None if nothing."""
    if os.geteuid() != 0:
        return "needs root"
    for program in ("debootstrap", "unshare", "apt-get", "ip"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def root() -> Path:
    """Return a minimal system, made once."""
    made = CACHE / "bare-root"
    if not (made / ".whole").exists():
        shutil.rmtree(made, ignore_errors=True)
        system = dict(
            line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines()
        )
        codename = system["VERSION_CODENAME"].strip('"')
        made.parent.mkdir(exist_ok=True)
        subprocess.run(
            ["debootstrap", "--variant=minbase", codename, str(made)],
            check=True,
            capture_output=True,
            timeout=600,
        )
        (made / ".whole").touch()
    return made


class Machine:
    """One bare machine; what happens on it is forgotten with its folder."""

    def __init__(self, room: Path, media: Path) -> None:
        self.room = room
        self.media = media

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on it, with no way out but loopback."""
        done = subprocess.run(
            [
                *("unshare", "-n", "-m", "--pid", "--fork", "--kill-child"),
                *("bash", "-c", _INSIDE, "inside", str(root()), str(self.room), str(self.media)),
                *words,
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=900,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def script(self, text: str) -> str:
        """Run lines of bash on it; return what they print."""
        return self.run("bash", "-euc", text).stdout


def tree(place: Path) -> Path:
    """Return a copy of our own tree, to be altered."""
    for path in files():
        target = place / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return place


def bundle(source: Path, archive: Path) -> Path:
    """Return the archive that `./run bundle` makes of a tree."""
    done = subprocess.run(
        [str(source / "run"), "bundle", "-o", str(archive)],
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "THONGSUOT_LANG": "en",
            "THONGSUOT_BUNDLE_CACHE": str(CACHE / "bundle"),
        },
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return archive
