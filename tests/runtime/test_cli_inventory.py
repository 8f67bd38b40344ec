"""The commands `init`, `import`, `export`, run as a person runs them."""

import shlex
import shutil
from pathlib import Path

import pytest

from core.inventory import Inventory
from inventory import csvfiles
from runtime.settings import load
from tests.inventory.builders import a_land
from tests.runtime.terminal import Terminal

BAD = Path(__file__).parents[1] / "inventory" / "bad"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` writes, to be copied."""
    folder = tmp_path_factory.mktemp("init") / "platform"
    assert Terminal(folder).run("init", folder).returncode == 0
    return folder


@pytest.fixture
def terminal(begun: Path, tmp_path: Path) -> Terminal:
    return Terminal(Path(shutil.copytree(begun, tmp_path / "platform")))


@pytest.fixture
def land(tmp_path: Path) -> Path:
    csvfiles.write(a_land(), tmp_path / "land")
    return tmp_path / "land"


def test_init_ends_with_three_commands_and_the_first_one_works(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "mới")
    said = terminal.run_anew("init", terminal.folder).stdout
    commands = [shlex.split(line) for line in said.splitlines() if line.startswith("  thongsuot ")]
    assert [command[1] for command in commands] == ["import", "user", "run"]
    done = terminal.run_anew(*commands[0][1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert "Đã áp dụng, phiên bản danh mục 1." in done.stdout


def test_the_settings_that_init_writes_load(terminal: Terminal) -> None:
    settings = load(terminal.folder / "thongsuot.toml", {})
    assert settings.ledger.url == f"sqlite:///{terminal.folder}/var/thongsuot.db"


def test_init_overwrites_nothing(terminal: Terminal) -> None:
    (terminal.folder / "thongsuot.toml").write_text("# của tôi\n", encoding="utf-8")
    done = terminal.run("init", terminal.folder)
    assert done.returncode == 1
    assert "chưa ghi gì" in done.stderr
    assert (terminal.folder / "thongsuot.toml").read_text(encoding="utf-8") == "# của tôi\n"


def test_a_dry_run_prints_the_plan_and_does_nothing(terminal: Terminal, land: Path) -> None:
    done = terminal.on("import", land, "--dry-run")
    assert done.returncode == 0
    assert "Thêm 22, sửa 0, ngừng 0." in done.stdout
    assert "Chạy thử: chưa thay đổi gì." in done.stdout
    code, plan = terminal.json("import", land, "--dry-run")
    assert (code, plan["applied"], len(plan["add"])) == (0, False, 22)


def test_what_was_exported_changes_nothing_when_imported(
    terminal: Terminal, land: Path, tmp_path: Path
) -> None:
    assert terminal.json("import", land)[1]["version"] == 1
    out = tmp_path / "out"
    code, told = terminal.json("export", out)
    assert (code, told["rows"]["devices"]) == (0, 8)
    for path in land.iterdir():
        assert (out / path.name).read_bytes() == path.read_bytes()
    code, again = terminal.json("import", out)
    assert (code, again["applied"], again["add"], again["change"]) == (0, False, [], [])
    assert "Không có gì thay đổi." in terminal.on("import", out).stdout


def test_a_change_is_shown_field_by_field(terminal: Terminal, land: Path) -> None:
    terminal.on("import", land)
    devices = [
        d.model_copy(update={"address": "10.0.0.99", "vendor": "Poly"}) if d.slug == "gw-1" else d
        for d in a_land().devices
    ]
    csvfiles.write(a_land(devices=tuple(devices)), land)
    assert "vendor: ∅ → Poly; address: 10.0.0.1 → 10.0.0.99" in terminal.on("import", land).stdout


def test_more_than_a_tenth_is_not_retired_unasked(terminal: Terminal, land: Path) -> None:
    terminal.on("import", land)
    few = a_land(
        devices=tuple(d for d in a_land().devices if d.slug != "ep-1"),
    )
    csvfiles.write(few, land)
    refused = terminal.on("import", land)
    assert refused.returncode == 1
    assert refused.stderr == (
        "Từ chối: kế hoạch ngừng 1/8 thiết bị (devices.csv), quá 10%. "
        "Nếu đúng là ý muốn, chạy lại với --allow-retire.\n"
    )
    code, told = terminal.json("import", land)
    assert (code, told["ok"], told["retire"]) == (1, False, [{"table": "devices", "slug": "ep-1"}])
    code, told = terminal.json("import", land, "--allow-retire")
    assert (code, told["version"]) == (0, 2)


def test_a_missing_file_leaves_its_table_and_is_told(terminal: Terminal, land: Path) -> None:
    terminal.on("import", land)
    (land / "contacts.csv").unlink()
    done = terminal.on("import", land)
    assert done.returncode == 0
    assert "Không có tệp nên giữ nguyên: contacts.csv." in done.stdout
    assert "Không có gì thay đổi." in done.stdout


def test_an_address_that_two_devices_have_is_warned_of_and_applied(
    terminal: Terminal, land: Path
) -> None:
    with (land / "devices.csv").open("a", encoding="utf-8") as file:
        file.write("gw-x,X,dc-1,gateway,,,10.0.0.1,,,,,,\n")
    code, told = terminal.json("import", land, "--dry-run")
    assert (code, told["warnings"][0]["line"]) == (0, 10)
    done = terminal.on("import", land)
    assert done.returncode == 0
    assert done.stderr.startswith(
        "Cảnh báo: devices.csv:10: address: gw-x có cùng địa chỉ 10.0.0.1 với gw-1."
    )
    assert "Đã áp dụng" in done.stdout


def test_bad_input_ends_with_two_and_every_fault(terminal: Terminal) -> None:
    folder = BAD / "code_of_level" / "inventory"
    done = terminal.on("import", folder)
    assert done.returncode == 2
    assert done.stdout == ""
    expected = (BAD / "code_of_level" / "vi.txt").read_text(encoding="utf-8")
    assert done.stderr == expected + "2 lỗi; chưa thay đổi gì.\n"
    code, told = terminal.json("import", folder)
    assert (code, told["problem_count"]) == (2, 2)
    assert told["problems"][0]["line"] == 3
    assert terminal.json("export", terminal.folder / "out")[1]["rows"]["units"] == 0


def test_english_is_spoken_to_who_asks_for_it(terminal: Terminal) -> None:
    english = Terminal(terminal.folder, "en")
    done = english.on("import", BAD / "loop" / "inventory")
    assert "the uplinks run in a circle" in done.stderr
    assert done.stderr.endswith("1 problem; nothing was changed.\n")


def test_no_more_than_a_thousand_problems_are_printed(terminal: Terminal, tmp_path: Path) -> None:
    rows = "".join(f"u{n},{n},province,X,75\n" for n in range(1, 2_002))
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "units.csv").write_text("slug,code,level,name,province_code\n" + rows)
    done = terminal.on("import", folder)
    lines = done.stderr.splitlines()
    assert len(lines) == 1_002
    assert lines[-2].startswith("… và ")
    assert terminal.json("import", folder)[1]["problem_count"] > 1_000


def test_export_replaces_files_that_differ_only_when_forced(terminal: Terminal, land: Path) -> None:
    terminal.on("import", land)
    mine = land / "units.csv"
    mine.write_text("# của tôi\n" + mine.read_text(encoding="utf-8-sig"), encoding="utf-8")
    refused = terminal.on("export", land)
    assert refused.returncode == 1
    assert "units.csv" in refused.stderr
    assert "sites.csv" not in refused.stderr
    assert terminal.on("export", land, "--force").returncode == 0
    assert csvfiles.read(land) == _sorted(a_land())


def test_the_ending_of_a_file_says_in_what_to_export(terminal: Terminal, land: Path) -> None:
    terminal.on("import", land)
    for name in ("danh-muc.xlsx", "danh-muc.yaml"):
        file = terminal.folder / name
        assert terminal.on("export", "-o", file).returncode == 0
        assert terminal.json("import", file)[1]["add"] == []
    taken_for_a_folder = terminal.on("export", terminal.folder / "khac.xlsx")
    assert taken_for_a_folder.returncode != 0
    assert "-o" in taken_for_a_folder.stderr
    assert not (terminal.folder / "khac.xlsx").exists()


def test_a_list_that_is_not_there_is_told_whatever_else_was_asked(terminal: Terminal) -> None:
    missing = terminal.folder / "khong-co.xlsx"
    told = terminal.on("import", missing, "--partial")
    assert told.returncode != 0
    assert str(missing) in told.stderr


def test_a_bad_settings_file_is_told_and_ends_with_two(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "thongsuot.toml").write_text("[web]\nlisen = 1\n")
    assert terminal.on("import", tmp_path).returncode == 2
    assert terminal.on("export", tmp_path / "out").returncode == 2


def _sorted(inventory: Inventory) -> Inventory:
    from inventory.plan import plan
    from tests.inventory.builders import ON

    return plan(Inventory(), inventory, ON).result


@pytest.mark.parametrize(
    "words",
    [
        "run",
        "import .",
        "export out",
        "secret set snmp-default",
        "secret list",
        "user add an",
        "token list",
        "migrate",
        "look core-1 icmp",
        "try-message an",
        "check-config",
    ],
)
def test_a_command_without_settings_refuses_and_leaves_nothing(words: str, tmp_path: Path) -> None:
    done = Terminal(tmp_path).run(*words.split(), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "thongsuot init THƯ-MỤC" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_the_folder_are_used_without_being_named(terminal: Terminal) -> None:
    done = terminal.run("import", "inventory", folder=terminal.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (terminal.folder / "var/thongsuot.db").exists()
