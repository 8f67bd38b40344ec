"""From a bundle to a platform on a machine without network; upgraded, and rolled back."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import bare
from tests.project.tree import ROOT

INSTALL = """
rm -rf /tmp/unpacked && mkdir /tmp/unpacked
tar -xf /media/bundle/{0} -C /tmp/unpacked && cd /tmp/unpacked/*
./run install --listen 0.0.0.0:8080 --yes
"""
LOGIN = """
import http.cookiejar, json, re, sys, urllib.request, urllib.parse
jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
ask = urllib.request.build_opener(jar).open
page = ask("http://127.0.0.1:8080/login").read().decode()
fields = {"name": "admin", "password": sys.argv[1]}
fields["csrf"] = re.search('name="csrf" value="(.*?)"', page)[1]
ask("http://127.0.0.1:8080/login", urllib.parse.urlencode(fields).encode())
print(json.load(ask("http://127.0.0.1:8080/api/v1/me"))["name"])
"""
RUNNING = """
(setsid thongsuot run >/tmp/log 2>&1 &)
thongsuot ready --wait 60
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle that holds nothing to install, but is whole."""
    folder = tmp_path / "thongsuot-0.0.1-x"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    (folder / "Packages").touch()
    system = subprocess.run(
        ["bash", "-c", '. /etc/os-release && printf "%s %s" "$ID" "$VERSION_ID"'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    arch = shutil.which("dpkg") and subprocess.check_output(
        ["dpkg", "--print-architecture"], text=True
    )
    facts = f"name=thongsuot\nversion=0.0.1\nbuild=x\nos={system}\narch={(arch or '').strip()}\n"
    (folder / "BUNDLE").write_text(f"{facts}packages=bash\nwheels=0\ndebs=0\n")
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def packed(folder: Path) -> Path:
    archive = folder.with_suffix(".tar.gz")
    subprocess.run(["tar", "-C", folder.parent, "-czf", archive, folder.name], check=True)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")
    return archive


def install(*words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "run"), "install", "--dry-run", *words],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "THONGSUOT_LANG": language},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


needs_dpkg = pytest.mark.skipif(shutil.which("dpkg") is None, reason="no Debian here")


@needs_dpkg
def test_a_dry_run_says_what_would_be_done(small: Path, tmp_path: Path) -> None:
    place = tmp_path / "opt"
    said = install("--from", str(packed(small)), "--prefix", str(place), "--admin", "an").stderr
    assert "Thông Suốt 0.0.1 (x):" in said
    assert f"programs: {place}/versions/0.0.1-x" in said
    assert "first administrator: an" in said
    assert not place.exists()


@needs_dpkg
@pytest.mark.parametrize("member", ["run", "BUNDLE", "deploy/install.sh", "SHA256SUMS"])
def test_one_flipped_byte_is_refused(small: Path, member: str) -> None:
    spoilt = bytearray((small / member).read_bytes())
    spoilt[len(spoilt) // 3] ^= 1
    (small / member).write_bytes(spoilt)
    done = install("--from", str(small))
    assert done.returncode == 3
    assert "The bundle is not whole" in done.stderr
    assert "Nothing was changed" in done.stderr


@needs_dpkg
def test_a_flipped_byte_of_the_archive_is_refused(small: Path) -> None:
    archive = packed(small)
    spoilt = bytearray(archive.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    archive.write_bytes(spoilt)
    done = install("--from", str(archive), language="vi")
    assert done.returncode == 3
    assert "Gói không nguyên vẹn" in done.stderr
    archive.with_name(f"{archive.name}.sha256").unlink()  # and without the sum beside it
    assert install("--from", str(archive)).returncode == 3


@needs_dpkg
def test_a_file_that_nobody_listed_is_refused(small: Path) -> None:
    (small / "deploy/extra.sh").write_text("echo gotcha\n")
    done = install("--from", str(small))
    assert done.returncode == 3
    assert "./deploy/extra.sh" in done.stderr


@needs_dpkg
@pytest.mark.parametrize(
    ("fact", "said"),
    [("os=plan9 4", "The bundle is for plan9 4"), ("arch=vax", "The bundle is for vax")],
)
def test_a_bundle_of_another_system_is_refused(small: Path, fact: str, said: str) -> None:
    name = fact.split("=", maxsplit=1)[0]
    facts = (small / "BUNDLE").read_text()
    (small / "BUNDLE").write_text(re.sub(rf"(?m)^{name}=.*$", fact, facts))
    seal(small)
    done = install("--from", str(small))
    assert done.returncode == 3
    assert said in done.stderr


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    assert "is no bundle" in install("--from", str(tmp_path)).stderr
    assert "cannot be read" in install("--from", str(tmp_path / "none.tar.gz")).stderr
    done = install("--form", "x")
    assert done.returncode == 2
    assert '"--form" is not understood' in done.stderr


def test_the_units_name_what_an_installation_has() -> None:
    units = sorted((ROOT / "deploy").glob("*.service")) + sorted((ROOT / "deploy").glob("*.timer"))
    script = (ROOT / "deploy/install.sh").read_text()
    for unit in units:
        assert unit.name in script
        for program in re.findall(r"^Exec\w+=(\S+)", unit.read_text(), re.MULTILINE):
            assert program == "/opt/thongsuot/current/venv/bin/thongsuot"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Bundles: of this tree, a newer one, and two newer ones that are broken."""
    if not request.config.getoption("--full"):
        pytest.skip("installs whole machines: ./run test --full")
    if lacking := bare.missing():
        pytest.skip(lacking)
    place = tmp_path_factory.mktemp("media")
    source = bare.tree(tmp_path_factory.mktemp("source"))
    bare.bundle(source, place / "first.tar.gz")
    project = source / "pyproject.toml"
    first = project.read_text()

    def version(number: str, name: str, alter: Callable[[], None]) -> None:
        project.write_text(first.replace('version = "0.1.0"', f'version = "{number}"'))
        alter()
        bare.bundle(source, place / name)

    table = source / "storage/migrations/versions/9001_one_more_table.py"

    def more() -> None:
        head = max(p.name[:4] for p in table.parent.glob("0*.py"))
        table.write_text(
            f'"""More."""\nfrom alembic import op\nimport sqlalchemy as sa\n'
            f'revision, down_revision = "9001", "{head}"\n'
            'def upgrade() -> None:\n    op.create_table("more", sa.Column("x", sa.Integer))\n'
        )

    hub = source / "runtime/hub.py"
    sound = hub.read_text()
    version("0.1.1", "newer.tar.gz", lambda: None)
    more()
    version("0.1.2", "sick.tar.gz", lambda: _put(hub, sound + '\nraise OSError("sick")\n'))
    hub.write_text(sound)
    text = table.read_text()
    broken = text.replace("op.create_table", 'op.execute("nonsense"); op.create_table')
    version("0.1.3", "unmigratable.tar.gz", lambda: _put(table, broken))
    return place


def _put(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_a_bare_machine_without_network_is_installed_upgraded_and_rolled_back(
    media: Path, tmp_path: Path
) -> None:
    machine = bare.Machine(tmp_path / "room", media)
    assert machine.script("cat /proc/net/route | tail -n +2") == ""  # no way out

    told = machine.script(INSTALL.format("first.tar.gz"))
    password = told.split()[-1]
    assert machine.script(f"{RUNNING}\n{_python(LOGIN)} {password}").split()[-1] == "admin"
    owner = machine.script("stat -c '%U %a' /etc/thongsuot/master.key /var/lib/thongsuot").split()
    assert owner == ["thongsuot", "600", "thongsuot", "700"]
    assert "8080" in machine.script("thongsuot check-config --firewall")

    machine.script("thongsuot import /etc/thongsuot/inventory; echo x | thongsuot secret set k1")
    before = machine.script(
        "thongsuot user list; thongsuot secret list; ls /opt/thongsuot/versions"
    )

    upgraded = machine.run("bash", "-euc", INSTALL.format("newer.tar.gz"))
    assert "Upgraded to 0.1.1" in upgraded.stderr
    assert machine.script("thongsuot version").strip() == "0.1.1"
    assert len(machine.script("ls /opt/thongsuot/versions").split()) == 2
    machine.script(f"{RUNNING}\n{_python(LOGIN)} {password}")

    # The new version migrates, and then does not run: everything is as before.
    failed = machine.run("bash", "-euc", INSTALL.format("sick.tar.gz"), check=False)
    assert failed.returncode == 1
    assert "going back to the old one" in failed.stderr
    assert "Back at 0.1.1" in failed.stderr
    assert machine.script("thongsuot version").strip() == "0.1.1"
    machine.script(f"{RUNNING}\n{_python(LOGIN)} {password}")

    # One that cannot migrate does not come past the rehearsal: nothing is even stopped.
    failed = machine.run("bash", "-euc", INSTALL.format("unmigratable.tar.gz"), check=False)
    assert failed.returncode == 3
    assert "The rehearsal failed: nothing was changed" in failed.stderr
    assert machine.script("thongsuot version").strip() == "0.1.1"
    after = machine.script("thongsuot user list; thongsuot secret list; ls /opt/thongsuot/versions")
    assert before.splitlines()[:-1] == after.splitlines()[:-2]
    assert "yes" in machine.script(f"{RUNNING}\nthongsuot backup; thongsuot backup drill")


def _python(program: str) -> str:
    quoted = program.replace("'", "'\\''")
    return f"/opt/thongsuot/current/venv/bin/python -c '{quoted}'"
