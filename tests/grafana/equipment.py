"""What equipment would say that the lab has not: lines of a week, light, servers, databases, mail.

Names and labels are the catalogue's (a test compares them); the values are made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.inventory import Inventory
from core.labels import Series
from core.meeting import DEVICES
from core.reading import Sample
from reports.capacity import SLOTS, Direction, LineUse, Way, Week, ended_by
from runtime.catalogue import catalogue
from runtime.line_use import use_samples
from runtime.optics_watch import TREND

HOUR, DAY = 3600.0, 86_400.0
EACH = 3  # devices of a kind that speak
Said = tuple[str, Mapping[str, str], float]  # metric, labels beside the target's, value

_LIGHT = {"sensor": "wan rx", "ifName": "wan", "direction": "rx"}
_ROUTER: tuple[Said, ...] = (
    ("device_optical_power_dbm", _LIGHT, -9.5),
    *(
        (
            f"device_probe_{name}",
            {"test": "line", "peer": "10.0.0.1", "direction": direction},
            0.004,
        )
        for direction in ("in", "out", "both")
        for name in ("rtt_seconds", "jitter_seconds", "lost_packets")
    ),
    ("device_component_status", {"kind": "bgp", "component": "10.0.0.2"}, 2.0),
    ("device_component_status", {"kind": "ospf", "component": "10.0.0.3"}, 0.0),
    ("device_component_status", {"kind": "fan", "component": "Fan 1"}, 1.0),
    ("device_fan_rpm", {"sensor": "Fan 1"}, 900.0),
    ("device_config_unsaved_state", {"collector": "cli_config"}, 1.0),
    ("device_config_age_seconds", {"config": "running"}, 2 * HOUR),
    ("device_config_unchanged_seconds", {"config": "running"}, 9 * DAY),
    ("dot1dStpTopChanges", {}, 3.0),
    ("device_sessions", {"sessions": "all"}, 1200.0),
    ("crasNumSessions", {}, 4.0),
    ("fgVpnSslStatsActiveTunnels", {"virtual_domain": "root"}, 7.0),
    ("fgVpnTunnelUpCount", {"type": "ipsec"}, 3.0),
    ("fgIpsIntrusionsBlocked", {"virtual_domain": "root"}, 12.0),
    ("fgVWLHealthCheckLinkPacketLoss", {"link_check": "wan1"}, 1.0),
)
_SERVER: tuple[Said, ...] = (
    ("device_cpu_ratio", {"cpu": "all"}, 0.4),
    ("device_memory_used_ratio", {"memory": "physical"}, 0.7),
    ("device_storage_used_ratio", {"storage": "/"}, 0.93),
    ("device_storage_used_ratio", {"storage": "/srv"}, 0.5),
    ("device_temperature_celsius", {"sensor": "Inlet"}, 24.0),
    ("device_component_status", {"kind": "drive", "component": "Drive 1"}, 1.0),
    ("device_component_status", {"kind": "power supply", "component": "PSU 1"}, 0.0),
    ("device_drive_life_ratio", {"drive": "Drive 1"}, 0.08),
    ("physicalDiskRemainingRatedWriteEndurance", {"disk": "0:1"}, 60.0),
    ("device_powered", {"system": "1"}, 1.0),
    ("device_power_watts", {"sensor": "PSU 1"}, 180.0),
    ("node_load1", {}, 1.5),
    ("node_boot_time_seconds", {}, 1.7e9),
    ("node_network_receive_bytes_total", {"device": "eth0"}, 4000.0),
    ("node_network_transmit_bytes_total", {"device": "eth0"}, 2000.0),
    (
        "node_systemd_unit_state",
        {"name": "nginx.service", "state": "failed", "type": "simple"},
        1.0,
    ),
    ("windows_service_state", {"name": "W32Time", "state": "running"}, 0.0),
    ("device_event_errors", {"log": "System"}, 2.0),
    ("probe_backup_age_seconds", {"collector": "backup_age"}, 30 * HOUR),
    ("probe_backup_size_bytes", {"collector": "backup_age"}, 4e9),
    ("probe_scrape_dropped_series", {"collector": "prometheus", "reason": "name"}, 40.0),
    ("device_supply_ratio", {"supply": "Black Toner"}, 0.04),
    ("device_pages_total", {"marker": "1"}, 0.2),
    ("probe_sql_value", {"collector": "sql", "query": "backlog_seconds"}, 420.0),
    ("probe_gateway_balance", {"collector": "gateway_balance", "unit": "VND"}, 5e5),
    ("probe_ldap_status", {"collector": "ldap", "aspect": "synchronised"}, 0.0),
    ("probe_ldap_clock_offset_seconds", {"collector": "ldap"}, -1.0),
    ("probe_ldap_duration_seconds", {"collector": "ldap", "phase": "bind"}, 0.01),
    ("probe_tsa_offset_seconds", {"collector": "timestamp"}, 0.2),
)
_SERVICE: tuple[Said, ...] = (
    ("probe_success", {"collector": "http_flow"}, 0.0),
    ("probe_http_step_duration_seconds", {"collector": "http_flow", "step": "login"}, 0.3),
    ("probe_http_content_age_seconds", {"collector": "http_flow"}, 2 * DAY),
    ("probe_smtp_duration_seconds", {"collector": "smtp", "phase": "starttls"}, 0.02),
    ("probe_mailbox_duration_seconds", {"collector": "mailbox", "phase": "login"}, 0.02),
    ("probe_mailbox_used_ratio", {"collector": "mailbox"}, 0.6),
    ("probe_mail_roundtrip_seconds", {"collector": "mail_roundtrip"}, 4.0),
    ("probe_mail_roundtrip_seconds_limit", {"collector": "mail_roundtrip"}, 300.0),
    ("probe_dns_zone_status", {"collector": "dns_zone", "aspect": "dmarc"}, 2.0),
    ("probe_ocsp_certificate_status", {"collector": "ocsp"}, 0.0),
    ("probe_crl_entries", {"collector": "crl"}, 18.0),
    # A program on a server that joins meetings, and tells of itself as a whole alone.
    ("vc_bridge_legs", {"collector": "jitsi"}, 12.0),
    ("vc_bridge_loss_ratio", {"collector": "jitsi", "direction": "rx"}, 0.02),
    ("vc_bridge_bits_per_second", {"collector": "jitsi", "media": "", "direction": "rx"}, 9e6),
)
_SUPPLY: tuple[Said, ...] = (
    ("device_room_temperature_celsius", {"sensor": "Probe 1"}, 28.5),
    ("device_room_humidity_ratio", {"sensor": "Probe 1"}, 0.55),
    ("device_temperature_celsius", {"collector": "modbus", "sensor": "Phòng máy"}, 24.5),
    ("device_humidity_ratio", {"collector": "modbus", "sensor": "Phòng máy"}, 0.6),
    ("device_level_ratio", {"collector": "modbus", "sensor": "Dầu"}, 0.7),
    ("device_running_seconds", {"collector": "modbus", "sensor": "Máy phát"}, 400 * HOUR),
    ("device_speed_rpm", {"collector": "modbus", "sensor": "Máy phát"}, 1500.0),
    ("device_component_state", {"collector": "modbus", "kind": "state", "component": "ATS"}, 1.0),
    ("device_component_status", {"collector": "modbus", "kind": "alarm", "component": "Rò"}, 0.0),
    ("device_frequency_hertz", {"sensor": "input"}, 50.0),
    ("device_current_amperes", {"sensor": "bank 1"}, 6.0),
)
_CODEC: tuple[Said, ...] = (
    ("probe_stun_round_trip_seconds", {"collector": "stun"}, 0.02),
    ("probe_ras_round_trip_seconds", {"collector": "h323_gatekeeper"}, 0.02),
    ("vc_path_loss_ratio", {"collector": "snmp_rprm", "kind": "site", "path": "A"}, 0.01),
    ("vc_registrations", {"collector": "snmp_dma"}, 40.0),
    ("vc_faults", {"collector": "pexip", "level": "warning"}, 1.0),
    ("vc_registered", {"collector": "pexip", "protocol": "sip"}, 0.0),
    ("vc_temperature_alarm", {"collector": "pexip"}, 0.0),
)
_COMPUTER: tuple[Said, ...] = (
    ("vc_client_up", {}, 1.0),
    ("vc_client_running", {}, 0.0),
    *(("vc_client_device_present", {"device": one}, float(one != "camera")) for one in DEVICES),
    ("vc_client_loss_ratio", {}, 0.01),
    ("vc_client_round_trip_seconds", {}, 0.02),
    ("vc_client_clock_offset_seconds", {}, -1.5),
)
_OF_KIND: Mapping[str, Sequence[Said]] = {
    "gateway": _ROUTER,
    "server": _SERVER,
    "ups": _SUPPLY,
    "bridge": _CODEC,
}


def said(inventory: Inventory, at: datetime, begun: datetime) -> list[Sample]:
    """Return the samples of an instant; at `begun` every counter stood at 0."""
    samples: list[Sample] = [*_of_lines(inventory, at)]
    since = (at - begun) / timedelta(seconds=1)
    for kind, facts in _OF_KIND.items():
        for device in [one for one in inventory.devices if one.kind == kind][:EACH]:
            samples += _told(device.slug, device.site, facts, since)
    for service in inventory.services[:EACH]:
        facts = [*_SERVICE, *_ends(at)]
        samples += _told(service.slug, service.site or "", facts, since)
    for room in inventory.rooms[:EACH]:
        for name, labels, value in _COMPUTER:
            samples.append((Series.of(name, (("room", room.slug),), **labels), value))
    return samples


def _told(target: str, site: str, facts: Sequence[Said], since: float) -> Iterator[Sample]:
    own = {"instance": target, "job": "thongsuot", "site": site, "vantage": "center"}
    for name, labels, value in facts:
        known = catalogue()[name].labels  # what we write ourselves knows no site
        base = tuple((label, text) for label, text in own.items() if label in known)
        counts = name.endswith("_total")
        yield Series.of(name, base, **labels), value * since if counts else value


def _ends(at: datetime) -> Iterator[Said]:
    """Yield what ends at a time."""
    for name, collector, days in (
        ("probe_ssl_earliest_cert_expiry", "tls", 20),
        ("probe_dns_zone_signature_expiry_timestamp_seconds", "dns_zone", 9),
        ("probe_crl_next_update_timestamp_seconds", "crl", 3),
        ("probe_ocsp_next_update_timestamp_seconds", "ocsp", 2),
        ("probe_tsa_certificate_expiry_timestamp_seconds", "timestamp", 400),
    ):
        yield name, {"collector": collector}, at.timestamp() + days * DAY


def _of_lines(inventory: Inventory, at: datetime) -> Iterator[Sample]:
    ways = dict.fromkeys(Direction, Way(SLOTS, 150, 45e6, 45e6, 50e6))
    lines = {one.slug: LineUse(one.slug, 49e6, ways) for one in inventory.links[:20]}
    yield from use_samples(Week(ended_by(at), lines))
    for device in [one for one in inventory.devices if one.kind == "gateway"][:EACH]:
        yield Series.of(TREND, (("instance", device.slug),), **_LIGHT), -0.7
