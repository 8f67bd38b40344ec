"""What a firewall must let through, from the settings and the inventory."""

import json
from pathlib import Path

from typer.testing import CliRunner

from core.watching import Check
from runtime.cli import check_config, import_, init
from runtime.cli.check_config import own_address
from runtime.firewall import OURSELVES, gathered, rules
from runtime.settings import Settings, build


def check(collector: str, address: str, **params: object) -> Check:
    return Check(
        slug=f"{address}/{collector}",
        target=address,
        collector=collector,
        address=address,
        params=params,
    )


def said(
    settings: Settings, *checks: Check, exact: bool = False
) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (r.direction, r.source, r.destination, r.protocol, r.port, str(r.count))
        for r in rules(settings, checks, ["10.0.0.53", "127.0.0.53"], exact=exact)
    ][:-1]  # our own time, always last


def test_every_way_of_looking_names_its_door() -> None:
    found = said(
        Settings(),
        check("icmp", "10.1.0.1"),
        check("snmp_system", "10.1.0.1", port=1161),
        check("snmp_interfaces", "10.1.0.1", port=1161),
        check("tcp", "10.1.0.2", port=22),
        check("http", "10.1.0.3", url="https://10.1.0.3/x"),
        check("http", "10.1.0.3", url="http://10.1.0.3:8081/"),
        check("tls", "10.1.0.4", port=993),
        check("dns", "10.1.0.5", port=53, transport="udp"),
        check("ntp", "10.1.0.6", port=123),
        check("sip_options", "10.1.0.7", port=5060, transport="tcp"),
        check("cli_config", "10.1.0.8", port=22, platform="frr"),
        check("icmp", "127.0.0.1"),
    )
    assert {(row[2], row[3], row[4]) for row in found} == {
        ("10.1.0.1", "icmp", ""),
        ("10.1.0.1", "udp", "1161"),
        ("10.1.0.2", "tcp", "22"),
        ("10.1.0.3", "tcp", "443"),
        ("10.1.0.3", "tcp", "8081"),
        ("10.1.0.4", "tcp", "993"),
        ("10.1.0.5", "udp", "53"),
        ("10.1.0.5", "tcp", "53"),
        ("10.1.0.6", "udp", "123"),
        ("10.1.0.7", "tcp", "5060"),
        ("10.1.0.8", "tcp", "22"),
    }
    assert {row[1] for row in found} == {OURSELVES}


def test_traps_and_syslog_come_in_where_they_are_heard() -> None:
    hearing = {"traps": "0.0.0.0:162", "syslog": "127.0.0.1:514", "syslog_tcp": "0.0.0.0:601"}
    found = said(build({"hearing": hearing}, Path("/tmp")))
    assert [(row[0], row[2], row[3], row[4]) for row in found] == [
        ("in", OURSELVES, "udp", "162"),
        ("in", OURSELVES, "tcp", "601"),
    ]


def test_what_rooms_publish_comes_in_by_datagram_and_stream_and_nothing_goes_out() -> None:
    wanted = build({"hearing": {"quality": "0.0.0.0:5060"}}, Path("/tmp"))
    found = said(wanted, check("vq_rtcpxr", "10.1.0.8"))
    assert [(row[0], row[3], row[4]) for row in found] == [
        ("in", "udp", "5060"),
        ("in", "tcp", "5060"),
    ]
    nearby = build({"hearing": {"quality": "127.0.0.1:5060"}}, Path("/tmp"))
    assert said(nearby, check("vq_rtcpxr", "10.1.0.8")) == []


def test_a_sweep_asks_in_the_ranges_that_it_may() -> None:
    ranges = {"discovery": {"ranges": ["10.75.3.0/24"], "ports": [443, 22]}}
    assert [row[2:6] for row in said(build(ranges, Path("/tmp")))] == [
        ("10.75.3.0/24", "icmp", "", "254"),
        ("10.75.3.0/24", "udp", "161", "254"),
        ("10.75.3.0/24", "tcp", "22,443", "254"),
    ]


def test_names_ask_for_the_name_servers_of_this_machine() -> None:
    found = said(Settings(), check("http", "web.example.gov.vn", url="https://web.example.gov.vn"))
    assert [row[2:5] for row in found] == [
        ("web.example.gov.vn", "tcp", "443"),
        ("10.0.0.53", "udp", "53"),
        ("10.0.0.53", "tcp", "53"),
    ]


def test_pages_stores_and_channels_are_there_too(tmp_path: Path) -> None:
    settings = build(
        {
            "web": {"listen": "0.0.0.0:443", "proxies": ["10.2.0.0/24"]},
            "ledger": {"url": "postgresql://u:p@10.9.0.1:5433/x"},
            "series": {"write_url": "http://10.9.0.2:8428/w", "read_url": "http://10.9.0.2:8428"},
            "channels": {
                "mail": {"kind": "email", "host": "10.9.0.3", "port": 25, "sender": "a@b.vn"},
                "chat": {"kind": "webhook", "url": "https://user:s3cret@10.9.0.4/hook?token=x"},
            },
        },
        tmp_path,
    )
    found = said(settings)
    assert [row[:5] for row in found] == [
        ("in", "10.2.0.0/24", OURSELVES, "tcp", "443"),
        ("out", OURSELVES, "10.9.0.1", "tcp", "5433"),
        ("out", OURSELVES, "10.9.0.2", "tcp", "8428"),
        ("out", OURSELVES, "10.9.0.4", "tcp", "443"),
        ("out", OURSELVES, "10.9.0.3", "tcp", "25"),
    ]
    assert "s3cret" not in repr(found)


def test_a_channel_of_a_known_provider_and_one_behind_a_relay_name_their_place() -> None:
    keys = {"key": "secret:key", "secret": "secret:more"}
    esms = {"kind": "http_gateway", "preset": "esms", "values": {"brand": "B"}, "secrets": keys}
    hook = {"kind": "webhook", "url": "https://a.example/hook"}
    settings = build(
        {
            "channels": {
                "sms": esms,
                "relayed": {**hook, "proxy": "http://u:s3cret@10.9.0.5:3128"},
                "hidden": {**hook, "proxy": "secret:relay"},
            }
        },
        Path("/"),
    )
    found = [row for row in said(settings) if row[0] == "out" and row[4] != "53"]
    assert [row[2:5] for row in found] == [
        ("10.9.0.5", "tcp", "3128"),
        ("rest.esms.vn", "tcp", "443"),
    ]
    assert "s3cret" not in repr(found)


def test_many_neighbours_are_told_as_their_network() -> None:
    hosts = [f"10.75.1.{n}" for n in range(1, 11)] + ["10.75.2.1", "10.75.10.1", "2001:db8::1"]
    assert gathered(hosts, exact=False) == [
        ("10.75.1.0/24", 10),
        ("10.75.2.1", 1),
        ("10.75.10.1", 1),
        ("2001:db8::1", 1),
    ]
    assert gathered(hosts, exact=True)[:4] == [
        ("10.75.1.1", 1),
        ("10.75.1.2/31", 2),
        ("10.75.1.4/30", 4),
        ("10.75.1.8/31", 2),
    ]


def test_our_own_address_is_the_one_that_a_peer_sees() -> None:
    assert own_address("127.0.0.9") == "127.0.0.1"
    assert own_address("127.0.0.0/24") == "127.0.0.1"
    assert own_address("10.1.0.1", "10.9.0.9") == "10.9.0.9"
    assert own_address("127.0.0.9", "0.0.0.0") == "127.0.0.1"
    assert own_address("users' machines") == own_address("192.0.2.1")


def test_it_prints_a_table_csv_and_json(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    cli = CliRunner(env={"THONGSUOT_LANG": "vi"})
    config = ["-c", str(folder / "thongsuot.toml")]
    assert cli.invoke(init.app, [str(folder)]).exit_code == 0
    devices = folder / "inventory/devices.csv"
    devices.write_bytes(devices.read_bytes().replace(b"127.0.0.1", b"10.75.1.1"))
    assert cli.invoke(import_.app, [str(folder / "inventory"), *config]).exit_code == 0
    table = cli.invoke(check_config.app, ["--firewall", *config])
    assert table.exit_code == 0
    assert "10.75.1.1" in table.stdout
    sheet = cli.invoke(check_config.app, ["--firewall", "--csv", *config]).stdout
    assert sheet.splitlines()[0] == "chiều,nguồn,đích,giao thức,cổng,số máy,lý do"
    assert {line.partition(",")[0] for line in sheet.splitlines()[1:]} == {"ra"}
    rows = json.loads(cli.invoke(check_config.app, ["--firewall", "--json", *config]).stdout)
    assert {"out"} == {row["direction"] for row in rows}


def test_services_that_are_walked_through_or_written_to_are_doors_too() -> None:
    found = said(
        Settings(),
        check("http_flow", "10.1.0.3", steps=[{"url": "https://vb.example.gov.vn:8443/"}]),
        check("mail_roundtrip", "10.1.0.5"),
        check("dns_zone", "10.1.0.6", zone="example.gov.vn"),
    )
    told = "\n".join(map(str, found))
    for place in ("vb.example.gov.vn", "8443", "587", "993", "10.1.0.6"):
        assert place in told


def test_every_reference_of_a_line_is_a_door() -> None:
    references = ["8.8.8.8", "1.1.1.1:53", "[2001:db8::1]:443"]
    found = said(Settings(), check("any_of", "8.8.8.8", references=references))
    told = "\n".join(map(str, found))
    for place in ("8.8.8.8", "icmp", "1.1.1.1", "53", "2001:db8::1"):
        assert place in told
