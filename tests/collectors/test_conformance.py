"""What every collector of the registry promises, whoever wrote it."""

import asyncio
import re
from collections.abc import Mapping

import pytest
import trustme

from core.clock import SystemClock
from core.collector import Collector
from core.reading import is_stale
from core.watching import Check
from runtime.kit import make_kit
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors.land import Land
from tests.factories import a_check

REGISTRY = collectors()
# A certificate that has issued itself.
BADGE = trustme.CA().cert_pem.bytes().decode()
# What a collector cannot do without, beside its defaults.
NEEDED: Mapping[str, Mapping[str, object]] = {
    "tcp": {"port": 80},
    "any_of": {"references": ["10.0.0.5", "10.0.0.6:443"]},
    "snmp_system": {"community": "public"},
    "snmp_health": {"community": "public"},
    "snmp_interfaces": {"community": "public"},
    "snmp_inventory": {"community": "public"},
    "snmp_neighbours": {"community": "public"},
    "snmp_probes": {"community": "public"},
    "http": {"url": "http://10.0.0.5/"},
    "tls": {"port": 443},
    "dns": {"name": "dongnai.gov.vn"},
    "ntp": {},
    "sip_options": {},
    "snmp_polycom": {"community": "public"},
    "snmp_rmx": {"community": "public"},
    "snmp_dma": {"community": "public"},
    "snmp_rprm": {"community": "public"},
    "snmp_map": {"community": "public"},
    "http_flow": {"steps": [{"url": "http://10.0.0.5/"}]},
    "dns_zone": {"zone": "dongnai.gov.vn", "servers": "10.0.0.5"},
    "mail_roundtrip": {"sender": "robot@dongnai.gov.vn", "recipient": "robot@dongnai.gov.vn"},
    "ocsp": {"url": "http://10.0.0.5/", "certificate": BADGE, "issuer": BADGE},
    "crl": {"url": "http://10.0.0.5/list.crl"},
    "timestamp": {"url": "http://10.0.0.5/"},
    "sql": {"engine": "postgresql"},
    "modbus": {"registers": "a = input:0 int16 celsius"},
    "backup_age": {"url": "sftp://10.0.0.5/backups"},
    "gateway_balance": {"url": "http://10.0.0.5/balance"},
}
BASE_UNITS = (
    *("seconds", "bytes", "ratio", "celsius", "volts", "amperes", "watts", "joules", "hertz"),
    # Of devices: units that have no base unit, and numbers without any.
    *("rpm", "dbm", "state", "status", "sessions", "pages", "packets"),
)
ASKS_NOBODY = {"vq_rtcpxr"}  # it tells what has come, and waits for nothing
LOGIN = {
    "poly_videoos",
    "bigbluebutton",
    "trueconf",
    "yealink_ymcs",
    "lifesize",
    "cli_config",
    "cli_facts",
    "mailbox",
    "mail_roundtrip",
    "redfish",
    "winrm",
    "sql",
    "backup_age",
}  # those that ask nothing without one
# Names of the ecosystem: their authors chose the units, public boards expect them as they are.
FOREIGN = re.compile(
    r"(if[A-Z]|sys[A-Z]|snmp_|hr[A-Z]|ent[A-Z]|ups[A-Z]).*|probe_(success|duration_seconds)|"
    r"probe_(http_(status_code|content_length|uncompressed_body_length|redirects|ssl|version)|"
    r"failed_due_to_regex|ssl_earliest_cert_expiry|dns_(answer|authority|additional)_rrs|dns_(serial|query_succeeded))|"
    # Numbers and levels that have no unit.
    r"probe_(dns_zone_serial|mailbox_(unseen_)?messages|mail_left_messages|(ldap|crl)_entries)|"
    r"probe_(stun_mapped|ras_accepted|dns_rcode|ntp_(stratum|leap)|sip_status_code)|"
    # Claims (0 or 1), numbers of things, and what the field counts per second or in pixels.
    r"vc_(media_packets_(received|lost)_total|registered|in_call|calls|standby|do_not_disturb|(microphone|video)_muted|faults|"
    r"peripheral_connected|temperature_alarm|clock_synchronised|reboot_needed|"
    r"registrations|path_calls|mapped_value|bridge_(conferences|legs)|conference_legs|"
    r"media_(estimated|reported)_mos|quality_reports_total|"
    r"[a-z_]+_(bits_per_second|frames_per_second|(width|height)_pixels))|"
    # Of exporters and of Prometheus' own scrapes.
    r"(node|windows)_.*|up|scrape_(samples_(scraped|post_metric_relabeling)|series_added)|"
    r"scrape_(duration_seconds|body_size_bytes)|probe_scrape_(dropped_series|truncated)|"
    # What a query, a gateway, a folder counts; claims.
    r"probe_(sql_value|gateway_balance|backup_(files|ended_well))|device_(powered|event_errors)|"
    r"probe_references_(answering|asked)|probe_reference_success|"
    # Objects of one MIB alone keep its name, which no one else's looks like.
    r"[a-z0-9]+[A-Z][A-Za-z0-9]*"
)
OURS = re.compile(r"(probe|link|vc|site|meeting|device)_[a-z0-9_]+|[a-z]+_info")


def black_hole(collector: Collector, address: str = "10.0.0.5") -> Check:
    return a_check(
        "a",
        collector.name,
        address=address,
        timeout=0.6,
        params=dict(NEEDED.get(collector.name, {})),
        secret="login" if collector.name in LOGIN else None,
    )


class Purse:
    """A login, whatever it is called."""

    def reveal(self, name: str) -> str | None:
        return "user:password"


@pytest.fixture(params=sorted(REGISTRY))
def collector(request: pytest.FixtureRequest) -> Collector:
    return REGISTRY[request.param]


def test_it_says_in_both_languages_what_it_answers(collector: Collector) -> None:
    assert collector.help.vi
    assert collector.help.en
    assert collector.help.vi != collector.help.en


def test_its_metrics_are_described_and_in_base_units(collector: Collector) -> None:
    names = [emit.name for emit in collector.emits]
    assert len(names) == len(set(names))
    for emit in collector.emits:
        assert emit.help.vi, emit.name
        assert emit.help.en, emit.name
        if FOREIGN.fullmatch(emit.name):
            continue
        assert OURS.fullmatch(emit.name), emit.name
        bare = emit.name.removesuffix("_total")
        assert bare.endswith((*BASE_UNITS, "_info", "_limit")), emit.name
        assert (emit.kind == "counter") == emit.name.endswith("_total"), emit.name


def test_every_parameter_is_described_in_both_languages(collector: Collector) -> None:
    for name, field in collector.params.model_fields.items():
        assert field.description, name
        extra = field.json_schema_extra
        assert isinstance(extra, dict), name
        assert extra.get("vi"), name


def test_an_unknown_parameter_is_refused(collector: Collector) -> None:
    params = {**NEEDED.get(collector.name, {}), "no_such_parameter": 1}
    with pytest.raises(ValueError, match="no_such_parameter"):
        collector.params.model_validate(params)


@pytest.mark.lab
async def test_a_black_hole_ends_in_a_reading_within_the_deadline(
    collector: Collector, world: Land
) -> None:
    world.answer = lambda address, asked: None
    kit = make_kit(SystemClock(), world, Purse())
    check = black_hole(collector)
    async with asyncio.timeout(check.timeout + 0.5):
        run, reading = await look_once(collector, check, kit)
    await kit.aclose()
    assert not reading.ok
    assert run.lines
    declared = {emit.name for emit in collector.emits}
    assert {series.name for series, _ in reading.samples} <= declared


@pytest.mark.lab
async def test_cancelling_leaves_no_task_and_no_socket(collector: Collector, world: Land) -> None:
    world.answer = lambda address, asked: None
    kit = make_kit(SystemClock(), world, Purse())
    task = asyncio.create_task(look_once(collector, black_hole(collector), kit))
    await asyncio.sleep(0.1)
    if collector.name in ASKS_NOBODY:
        assert task.done()
    else:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await kit.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert all(made.fileno() == -1 for made in world.opened)


@pytest.mark.lab
@pytest.mark.parametrize(
    ("name", "params"), [("icmp", {}), ("tcp", {"port": 80, "refusal_answers": True})]
)
async def test_what_a_good_look_emits_is_what_is_declared(
    name: str, params: Mapping[str, object], world: Land
) -> None:
    collector, kit = REGISTRY[name], make_kit(SystemClock(), world)
    check = a_check("a", name, address="10.0.0.1", params=dict(params))
    _, reading = await look_once(collector, check, kit)
    await kit.aclose()
    assert reading.ok
    declared = {emit.name: set(emit.labels) for emit in collector.emits}
    for series, value in reading.samples:
        assert not is_stale(value)
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]
