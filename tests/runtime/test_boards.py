"""What is laid into a Grafana's folder: addresses filled in, nothing generated, nothing secret."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from core.clock import SystemClock
from core.people import Role
from runtime.assembly import open_books
from runtime.boards import GrafanaSite, archive, grafana_files
from runtime.cli.grafana import app
from tests.runtime.test_hub import answered, running, settings

SITE = GrafanaSite("https://giamsat.example.gov.vn")


def test_every_file_that_grafana_reads_is_there_and_points_to_us() -> None:
    found = grafana_files(SITE)
    source = yaml.safe_load(found["provisioning/datasources/thongsuot.yml"])["datasources"][0]
    assert source["url"] == "https://giamsat.example.gov.vn/prometheus"
    assert source["uid"] == "thongsuot"
    assert source["secureJsonData"]["httpHeaderValue1"].startswith("Bearer $__file{/etc/grafana/")
    folders = yaml.safe_load(found["provisioning/dashboards/thongsuot.yml"])["providers"]
    for folder in folders:
        below = folder["options"]["path"].removeprefix("/etc/grafana/")
        assert sum(name.startswith(f"{below}/") for name in found) == 13
    for name, content in found.items():
        if name.endswith(".json"):
            text = json.dumps(json.loads(content))
            assert "https://giamsat.example.gov.vn" in text
            assert "127.0.0.1" not in text


def test_boards_choose_the_data_source_that_is_provisioned() -> None:
    for name, content in grafana_files(SITE).items():
        if name.endswith(".json"):
            variables = {one["name"]: one for one in json.loads(content)["templating"]["list"]}
            assert variables["datasource"]["current"]["value"] == "thongsuot", name


def test_the_same_address_gives_the_same_archive() -> None:
    packed = archive(grafana_files(SITE))
    assert packed == archive(grafana_files(SITE))
    assert "thongsuot/README.txt" in zipfile.ZipFile(io.BytesIO(packed)).namelist()


def test_an_agencys_own_authority_and_default_are_respected() -> None:
    site = GrafanaSite(SITE.url, "/run/secrets/token", "/etc/ssl/agency.pem", default=False)
    text = grafana_files(site)["provisioning/datasources/thongsuot.yml"].decode()
    source = yaml.safe_load(text)["datasources"][0]
    assert source["isDefault"] is False
    assert source["jsonData"]["tlsAuthWithCACert"] is True
    assert source["secureJsonData"] == {
        "httpHeaderValue1": "Bearer $__file{/run/secrets/token}",
        "tlsCACert": "$__file{/etc/ssl/agency.pem}",
    }


def test_the_command_writes_a_folder_and_does_not_replace_what_was_changed(tmp_path: Path) -> None:
    wanted = ["export", "-o", str(tmp_path), "--url", "http://10.1.2.3:8080/", "--json"]
    first = CliRunner().invoke(app, wanted)
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["url"] == "http://10.1.2.3:8080"
    changed = tmp_path / "provisioning/datasources/thongsuot.yml"
    changed.write_text("ours: true\n")
    assert CliRunner().invoke(app, wanted).exit_code != 0
    assert changed.read_text() == "ours: true\n"
    assert CliRunner().invoke(app, [*wanted, "--force"]).exit_code == 0
    assert "10.1.2.3" in changed.read_text()


@pytest.mark.parametrize(
    "wish",
    [
        ["--url", "monitor.example.vn"],
        ["--url", "http://a b"],
        ["--url", 'http://a"\nx: 1'],
        ["--url", "http://$HOME"],
        ["--url", "http://a", "--token-file", "token"],
        ["--url", "http://a", "--ca-file", "/etc/a}b"],
    ],
)
def test_what_would_break_grafanas_files_is_refused(wish: list[str], tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["export", "-o", str(tmp_path / "out"), *wish])
    assert answer.exit_code in {1, 2}
    assert not (tmp_path / "out").exists()


async def test_the_running_platform_hands_an_administrator_the_files(tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    ledger = await open_books(wanted, SystemClock())
    now = SystemClock().now()
    await ledger.people.create_user("an", "An", Role.ADMIN, "x", now)
    token = await ledger.people.create_token("t", Role.ADMIN, "an", now)
    await ledger.aclose()
    headers = {"authorization": f"Bearer {token}"}
    async with running(wanted), httpx.AsyncClient(base_url=wanted.web.address) as client:
        await answered(f"{wanted.web.address}/healthz")
        packed = await client.get("/grafana/thongsuot-grafana.zip", headers=headers)
        inside = zipfile.ZipFile(io.BytesIO(packed.content))
        source = inside.read("provisioning/datasources/thongsuot.yml").decode()
        assert f"{wanted.web.address}/prometheus" in source
        told = await client.get("/prometheus/api/v1/metadata?limit=0", headers=headers)
        assert "site_status" in told.json()["data"]
        page = await client.get("/grafana", headers=headers)
        assert "thongsuot-grafana.zip" in page.text


@pytest.mark.parametrize("host", ["hub.example", "10.1.2.3"])
async def test_a_grafana_may_call_us_by_a_name_that_the_settings_list(
    host: str, tmp_path: Path
) -> None:
    listed = settings(tmp_path, base_url="http://giamsat.example", names=[host])
    async with running(listed):
        url = f"http://{listed.web.listen}/healthz"
        await answered(url)
        async with httpx.AsyncClient() as client:
            assert (await client.get(url, headers={"host": host})).status_code == 200
            assert (await client.get(url, headers={"host": "other.example"})).status_code == 421
