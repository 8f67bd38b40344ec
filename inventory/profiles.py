"""Which checks does a device of some kind and vendor get? A table, not branches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.text import fold

Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ProfileCheck:
    """One check of a profile. `interval` None: the settings' interval of that collector."""

    collector: str
    params: Params = field(default_factory=dict)
    interval: float | None = None  # seconds
    timeout: float | None = None  # seconds; None: the settings' timeout of that collector
    needs_secret: bool = False  # only for devices that name a credential


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of checks. The first is the reach check.

    Where ICMP is blocked the first `tcp` check is, or one on the settings' port.
    """

    name: str
    checks: tuple[ProfileCheck, ...]


def _tcp(port: int) -> ProfileCheck:
    return ProfileCheck("tcp", MappingProxyType({"port": port}))


MAPPED = "snmp_map"  # reads what an engineer mapped from a vendor's MIB
REACH = ("icmp", "tcp")  # collectors that can decide up and down

_ICMP = ProfileCheck("icmp")
_SYSTEM = ProfileCheck("snmp_system")
_INTERFACES = ProfileCheck("snmp_interfaces")
_HEALTH = ProfileCheck("snmp_health")
_NEIGHBOURS = ProfileCheck("snmp_neighbours")
_INVENTORY = ProfileCheck("snmp_inventory")
_PROBES = ProfileCheck("snmp_probes")
# Of devices that may have no SNMP: those that name a credential have it.
_BY_SECRET = tuple(
    ProfileCheck(collector, needs_secret=True)
    for collector in ("snmp_system", "snmp_health", "snmp_inventory")
)
_CISCO = ProfileCheck("cisco_codec", interval=30.0, timeout=10.0, needs_secret=True)
_POLY = ProfileCheck("poly_videoos", interval=30.0, timeout=10.0, needs_secret=True)
_CMS = ProfileCheck("cisco_meeting_server", interval=30.0, timeout=20.0, needs_secret=True)
_PEXIP = ProfileCheck("pexip", interval=30.0, timeout=20.0, needs_secret=True)
_BBB = ProfileCheck("bigbluebutton", interval=30.0, timeout=10.0, needs_secret=True)
_TRUECONF = ProfileCheck("trueconf", interval=30.0, timeout=10.0, needs_secret=True)
_JITSI = ProfileCheck("jitsi", interval=30.0, timeout=10.0)
_POLYCOM = ProfileCheck("snmp_polycom", needs_secret=True)
_POLYCOM_TEXT = ProfileCheck("polycom_text", interval=30.0, timeout=10.0, needs_secret=True)
_RMX = ProfileCheck("snmp_rmx", needs_secret=True)
_DMA = ProfileCheck("snmp_dma", timeout=15.0, needs_secret=True)
_RPRM = ProfileCheck("snmp_rprm", timeout=15.0, needs_secret=True)
_YEALINK = ProfileCheck("yealink_text", interval=30.0, timeout=10.0, needs_secret=True)
_YMCS = ProfileCheck("yealink_ymcs", timeout=15.0, needs_secret=True)
_LIFESIZE = ProfileCheck("lifesize", interval=30.0, timeout=10.0, needs_secret=True)
_EXPRESSWAY = ProfileCheck("expressway", timeout=15.0, needs_secret=True)
_JICOFO = ProfileCheck("jicofo", interval=30.0, timeout=10.0)
# Only where the settings name a folder of maps.
_MAP = ProfileCheck(MAPPED, timeout=15.0, needs_secret=True)

# Of every endpoint, where somebody listens for what rooms publish.
PUBLISHING = ProfileCheck("vq_rtcpxr", interval=60.0, timeout=2.0)
_NODE = ProfileCheck("prometheus", MappingProxyType({"port": 9100}), timeout=10.0)
_WINDOWS = ProfileCheck("prometheus", MappingProxyType({"port": 9182}), timeout=10.0)
_WINRM = ProfileCheck("winrm", interval=240.0, timeout=30.0, needs_secret=True)
_REDFISH = ProfileCheck("redfish", interval=120.0, timeout=30.0, needs_secret=True)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                "network",
                (_ICMP, _SYSTEM, _INTERFACES, _HEALTH, _NEIGHBOURS, _INVENTORY, _PROBES),
            ),
            Profile("network-cli", (_ICMP,)),  # and what inventory.command_lines adds
            Profile("endpoint-h323", (_ICMP, _tcp(1720), *_BY_SECRET, _MAP)),
            Profile("endpoint-sip", (_ICMP, _tcp(5060), *_BY_SECRET, _MAP)),
            Profile("bridge", (_ICMP, _tcp(1720), *_BY_SECRET, _MAP)),
            Profile("server", (_ICMP, *_BY_SECRET)),
            Profile("server-linux", (_ICMP, _tcp(9100), _NODE)),
            Profile("server-windows", (_ICMP, _tcp(9182), _WINDOWS)),
            Profile("server-winrm", (_ICMP, _tcp(5986), _WINRM)),
            Profile("server-redfish", (_ICMP, _tcp(443), _REDFISH)),
            Profile("ups", (_ICMP, _SYSTEM, _HEALTH, _INVENTORY)),
            Profile("other", (_ICMP, *_BY_SECRET)),
            Profile("endpoint-cisco", (_ICMP, _tcp(443), _CISCO)),
            Profile("endpoint-polycom", (_ICMP, _tcp(1720), _POLYCOM)),
            Profile("endpoint-polycom-text", (_ICMP, _tcp(1720), _POLYCOM_TEXT)),
            Profile("endpoint-poly", (_ICMP, _tcp(1720), _POLY)),
            Profile("bridge-cms", (_ICMP, _tcp(445), _CMS)),
            Profile("bridge-pexip", (_ICMP, _tcp(443), _PEXIP)),
            Profile("bridge-bigbluebutton", (_ICMP, _tcp(443), _BBB)),
            Profile("bridge-jitsi", (_ICMP, _JITSI)),
            Profile("bridge-rmx", (_ICMP, _tcp(1720), _RMX)),
            Profile("bridge-trueconf", (_ICMP, _tcp(443), _TRUECONF)),
            Profile("endpoint-yealink", (_ICMP, _tcp(5060), _YEALINK)),
            Profile("endpoint-lifesize", (_ICMP, _tcp(1720), _LIFESIZE)),
            Profile("bridge-jicofo", (_ICMP, _JICOFO)),
            Profile("bridge-expressway", (_ICMP, _tcp(443), _EXPRESSWAY)),
            Profile("bridge-dma", (_ICMP, _tcp(443), _DMA)),
            Profile("bridge-rprm", (_ICMP, _tcp(443), _RPRM)),
            Profile("bridge-ymcs", (_ICMP, _tcp(443), _YMCS)),
            Profile("icmp", (_ICMP,)),
            Profile("tcp-22", (_tcp(22),)),
            Profile("tcp-80", (_tcp(80),)),
            Profile("tcp-443", (_tcp(443),)),
            Profile("tcp-1720", (_tcp(1720),)),
            Profile("tcp-5060", (_tcp(5060),)),
        )
    }
)

# (kind, vendor folded; None = any other) → profile
BY_KIND: Mapping[tuple[str, str | None], str] = MappingProxyType(
    {
        ("gateway", None): "network",
        ("router", None): "network",
        ("switch", None): "network",
        ("firewall", None): "network",
        ("server", None): "server",
        ("endpoint", None): "endpoint-h323",
        ("endpoint", "cisco"): "endpoint-cisco",
        ("endpoint", "poly"): "endpoint-poly",
        ("endpoint", "polycom"): "endpoint-polycom",
        ("endpoint", "lifesize"): "endpoint-lifesize",
        ("endpoint", "yealink"): "endpoint-sip",
        ("endpoint", "grandstream"): "endpoint-sip",
        ("endpoint", "aver"): "endpoint-sip",
        ("endpoint", "maxhub"): "endpoint-sip",
        ("bridge", None): "bridge",
        ("bridge", "bigbluebutton"): "bridge-bigbluebutton",
        ("bridge", "pexip"): "bridge-pexip",
        ("bridge", "trueconf"): "bridge-trueconf",
        ("ups", None): "ups",
        ("other", None): "other",
    }
)


def profile_of(kind: str, vendor: str | None, name: str | None = None) -> Profile:
    """Return the profile a device gets; a known `name` overrides kind and vendor."""
    if name is not None and name in PROFILES:
        return PROFILES[name]
    by_vendor = BY_KIND.get((kind, fold(vendor))) if vendor else None
    return PROFILES[by_vendor or BY_KIND[kind, None]]
