"""Do the objects that an engineer mapped mean what the map says, and are its faults told?"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from collectors import snmp_map
from collectors._oidmap.folder import read_all
from collectors._oidmap.form import OidMap, read
from collectors._snmp import ber
from core.errors import Invalid
from core.reading import FailureKind, Reading
from runtime.cli import check_config
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.snmp_agent import SYSTEM, Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_recordings import FOLDER, recorded
from tests.factories import FakeClock, a_check
from tests.project.tree import ROOT

OURS = "1.3.6.1.4.1.99999"  # of nobody: what a real vendor's MIB says is for engineers to fill in
MAP = f"""
name = "Máy thử"
source = "MIB của phép thử"
object_ids = ["{OURS}.1"]

[[value]]
oid = "{OURS}.2.1.0"
fact = "product"

[[value]]
oid = "{OURS}.2.2.0"
fact = "registered_h323"
enum = {{ 1 = true, 2 = false }}

[[value]]
oid = "{OURS}.2.3.0"
fact = "in_call"
enum = {{ 0 = false, 1 = true, 2 = true }}

[[value]]
oid = "{OURS}.2.4.0"
name = "nhiet-do"
scale = 0.1
unit = "celsius"

[[value]]
oid = "{OURS}.2.5.0"
name = "che-do"
enum = {{ 1 = "gọi thoại", 2 = "gọi hình" }}

[[value]]
oid = "{OURS}.3.1.2"
fact = "fault"
name = "quạt"
table = true
names = "{OURS}.3.1.1"
enum = {{ 1 = false, 3 = true }}

[[value]]
oid = "{OURS}.2.6.0"
fact = "peripheral"
kind = "camera"
name = "camera-chinh"
enum = {{ 1 = true, 0 = false }}
""".replace('"quạt"', '"quat"')
TABLE: dict[Ids, Element] = {
    **SYSTEM,
    ids("1.3.6.1.2.1.1.2.0"): ber.oid(f"{OURS}.1.7"),
    ids(f"{OURS}.2.1.0"): octets("TE50"),
    ids(f"{OURS}.2.2.0"): number(1),
    ids(f"{OURS}.2.3.0"): number(2),
    ids(f"{OURS}.2.4.0"): number(415),
    ids(f"{OURS}.2.5.0"): number(2),
    ids(f"{OURS}.2.6.0"): number(0),
    ids(f"{OURS}.3.1.1.1"): octets("trước"),
    ids(f"{OURS}.3.1.1.2"): octets("sau"),
    ids(f"{OURS}.3.1.2.1"): number(1),
    ids(f"{OURS}.3.1.2.2"): number(3),
}


async def looked(folder: Path | None, table: dict[Ids, Element]) -> Reading:
    async with stage() as play:
        agent, kit = play(table), make_kit(FakeClock())
        params: dict[str, object] = {"community": "public", "port": agent.port}
        if folder is not None:
            params["maps"] = str(folder)
        check = a_check("a", "snmp_map", address="127.0.0.1", timeout=5, params=params)
        _, reading = await look_once(snmp_map.COLLECTOR, check, kit)
        await kit.aclose()
    return reading


def written(folder: Path, text: str = MAP, name: str = "te50.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


async def test_mapped_objects_mean_what_the_map_says(tmp_path: Path) -> None:
    reading = await looked(written(tmp_path), TABLE)
    assert reading.ok, reading.failure
    assert told(reading, "vc_device_info", product="TE50") == 1
    assert told(reading, "vc_registered", protocol="h323") == 1
    assert told(reading, "vc_in_call") == 1
    assert told(reading, "vc_mapped_value", quantity="nhiet-do", unit="celsius") == pytest.approx(
        41.5
    )
    assert told(reading, "vc_mapped_state_info", quantity="che-do", state="gọi hình") == 1
    assert told(reading, "vc_fault_info", fault="quat sau", level="error") == 1
    assert told(reading, "vc_faults", level="error") == 1
    assert told(reading, "vc_peripheral_connected", kind="camera") == 0
    assert told(reading, "vc_map_info", map="Máy thử", confirmed="no") == 1
    declared = {emit.name: set(emit.labels) for emit in snmp_map.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} <= declared[series.name], series


async def test_a_number_that_the_map_does_not_name_claims_nothing(tmp_path: Path) -> None:
    odd = {**TABLE, ids(f"{OURS}.2.2.0"): number(9), ids(f"{OURS}.2.3.0"): octets("?")}
    reading = await looked(written(tmp_path), odd)
    assert told(reading, "vc_registered", protocol="h323") is None
    assert told(reading, "vc_in_call") is None


async def test_a_device_without_a_map_is_identified_and_no_more(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        reading = await looked(folder, TABLE)
        assert reading.ok
        assert told(reading, "vc_device_info", product="A played device") == 1
        assert told(reading, "vc_uptime_seconds") == pytest.approx(1234.56)
        assert told(reading, "vc_map_info") is None


async def test_the_map_that_names_most_of_the_device_is_used(tmp_path: Path) -> None:
    written(tmp_path, MAP.replace(f'["{OURS}.1"]', f'["{OURS}"]').replace("Máy thử", "Cả hãng"))
    written(tmp_path, name="rieng.toml")
    reading = await looked(tmp_path, TABLE)
    assert told(reading, "vc_map_info", map="Máy thử") == 1


async def test_an_agent_without_any_of_the_objects_is_told(tmp_path: Path) -> None:
    bare = {oid: value for oid, value in TABLE.items() if oid in SYSTEM}
    bare[ids("1.3.6.1.2.1.1.2.0")] = TABLE[ids("1.3.6.1.2.1.1.2.0")]
    reading = await looked(written(tmp_path), bare)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
    assert "none of the objects of Máy thử" in reading.failure.detail


async def test_a_file_at_fault_is_our_fault_and_names_file_line_and_key(tmp_path: Path) -> None:
    written(tmp_path, MAP.replace('fact = "registered_h323"', 'fact = "registered"'))
    reading = await looked(tmp_path, TABLE)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.LOCAL
    assert "te50.toml:12: value[2].fact: " in reading.failure.detail


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "said"),
    [
        (f'oid = "{OURS}.2.1.0"', 'oid = "sysDescr"', 7, "value[1].oid", "Ghi OID bằng số"),
        ('source = "MIB của phép thử"', "", None, "source", "Ghi tên MIB"),
        ('unit = "celsius"', 'unit = "°C"', 24, "value[4].unit", "sai dạng"),
        ('unit = "celsius"', 'unti = "celsius"', 24, "value[4].unti", "không có khoá này"),
        ("scale = 0.1", "scale = nan", 23, "value[4].scale", "không hợp lệ"),
        ('kind = "camera"', 'kind = "loa"', 42, "value[7].kind", "camera, microphone"),
        ("{ 1 = true, 2 = false }", '{ 1 = "có" }', 10, "value[2]", "số nào là true"),
        ('fact = "in_call"\n', "", 15, "value[3]", "name riêng"),
        (f'oid = "{OURS}.2.1.0"', f'oid = "{OURS}.9999999999.0"', 7, "value[1].oid", "32 bit"),
        ("name = ", "name = = ", 2, None, "không phải TOML"),
    ],
)
def test_what_is_wrong_with_a_map_names_line_key_and_mend(
    right: str, wrong: str, line: int | None, key: str | None, said: str
) -> None:
    assert right in MAP
    with pytest.raises(Invalid) as refusal:
        read("te50.toml", MAP.replace(right, wrong, 1))
    problem = refusal.value.problems[0]
    assert (problem.line, problem.key) == (line, key), problem.said("vi")
    assert said in problem.said("vi")


def test_every_file_of_a_folder_is_checked(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, "x", "hong.toml")
    written(tmp_path, MAP.replace('"MIB của phép thử"', '""'), "thieu.toml")
    maps, problems = read_all(tmp_path)
    assert [one.name for one in maps] == ["Máy thử"]
    assert {Path(problem.file).name for problem in problems} == {"hong.toml", "thieu.toml"}
    _, missing = read_all(tmp_path / "khong-co")
    assert len(missing) == 1


@given(st.text(max_size=300))
def test_whatever_stands_in_a_file_is_a_map_or_a_named_fault(text: str) -> None:
    with suppress(Invalid):
        assert isinstance(read("a.toml", text), OidMap)


def example() -> str:
    """Return the map that the manual shows."""
    return (
        (ROOT / "docs/oid-map.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    )


@pytest.mark.skipif(
    not (FOLDER / "polycomLens_studioxc50.snmprec").exists(),
    reason="../shared/data/devices is absent: no recording to replay",
)
async def test_the_manuals_example_reads_a_recorded_studio_x50(tmp_path: Path) -> None:
    table = recorded(FOLDER / "polycomLens_studioxc50.snmprec")
    reading = await looked(written(tmp_path, example()), table)
    assert reading.ok, reading.failure
    assert told(reading, "vc_map_info", confirmed="no") == 1
    about = {"product": "StudioX50", "software": "3.10.0-362035"}
    assert told(reading, "vc_device_info", **about) == 1
    assert told(reading, "vc_registered", protocol="sip") == 0
    assert told(reading, "vc_registered", protocol="h323") is None  # the recording says: disabled
    assert told(reading, "vc_peripheral_connected", peripheral="camera Main") == 1
    assert told(reading, "vc_fault_info", fault="syslog", level="warning") == 1
    speed = {"quantity": "toc-do-mang", "unit": "bps", "row": "eth0"}
    assert told(reading, "vc_mapped_value", **speed) == 1_000_000_000
    assert told(reading, "vc_mapped_state_info", quantity="phan-cung", state="tốt") == 1


def test_the_manuals_example_has_no_fault() -> None:
    assert read("docs/oid-map.md", example()).value


def test_check_config_tells_of_every_fault_of_the_maps(tmp_path: Path) -> None:
    settings = tmp_path / "thongsuot.toml"
    settings.write_text('[looking]\nmaps = "maps"\n', encoding="utf-8")
    env = {"THONGSUOT_LANG": "vi"}
    missing = CliRunner().invoke(check_config.app, ["-c", str(settings)], env=env)
    assert missing.exit_code == 1
    assert "không đọc được" in missing.output
    (tmp_path / "maps").mkdir()
    written(tmp_path / "maps")
    assert CliRunner().invoke(check_config.app, ["-c", str(settings)], env=env).exit_code == 0
    written(tmp_path / "maps", MAP.replace("scale = 0.1", 'scale = "nhỏ"'))
    faults = CliRunner().invoke(check_config.app, ["-c", str(settings)], env=env)
    assert faults.exit_code == 1
    assert "te50.toml:23: value[4].scale: " in faults.output
