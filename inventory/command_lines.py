"""Which devices are asked over their command line, as what, and with whose login?"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from core.inventory import Device
from core.text import fold
from core.watching import Check, Confirm

CONFIG, FACTS = "cli_config", "cli_facts"
PROFILE = "network-cli"  # of devices without SNMP: the command line tells what they are
_KINDS = frozenset({"gateway", "router", "switch", "firewall"})
_INTERVALS = MappingProxyType({CONFIG: 4 * 3600.0, FACTS: 240.0})
_TIMEOUTS = MappingProxyType({CONFIG: 90.0, FACTS: 60.0})
# By vendor as the inventory writes it, folded; a word of the model may say more.
PLATFORMS: Mapping[str, str] = MappingProxyType(
    {
        "cisco": "cisco_ios",
        "huawei": "huawei_vrp",
        "h3c": "h3c_comware",
        "juniper": "juniper_junos",
        "mikrotik": "mikrotik_routeros",
        "fortinet": "fortinet",
        "frr": "frr",
        "frrouting": "frr",
    }
)
_BY_MODEL = (("nexus", "cisco_nxos"), ("n9k", "cisco_nxos"), ("n7k", "cisco_nxos"))


def platform_of(device: Device) -> str | None:
    """Return what a device's command line is, None where its vendor's is not known."""
    found = PLATFORMS.get(fold(device.vendor or ""))
    if found == "cisco_ios":
        model = fold(device.model or "")
        return next((name for word, name in _BY_MODEL if word in model), found)
    return found


def login_of(device: Device, default: str | None, own: Mapping[str, str]) -> str | None:
    """Return the name of the secret with a device's login; None: it is not asked.

    A device without SNMP needs no other secret than this one.
    """
    if device.slug in own:
        return own[device.slug]
    if device.profile == PROFILE and device.secret:
        return device.secret
    return default


def checks(
    device: Device,
    secret: str | None,
    vantage: str,
    intervals: Mapping[str, float],
    labels: tuple[tuple[str, str], ...],
) -> Iterator[Check]:
    """Yield the checks of a device's command line: none without a login or a known platform.

    A configuration that is not saved counts when it is seen twice: people save after they have
    changed.
    """
    platform = platform_of(device)
    if secret is None or platform is None or device.kind not in _KINDS:
        return
    for collector in (CONFIG, FACTS) if device.profile == PROFILE else (CONFIG,):
        yield Check(
            slug=f"{device.slug}/{collector}",
            target=device.slug,
            collector=collector,
            address=device.address,
            params={"platform": platform},
            vantage=vantage,
            interval=intervals.get(collector, _INTERVALS[collector]),
            timeout=_TIMEOUTS[collector],
            confirm=Confirm(failures=2, window=2) if collector == CONFIG else Confirm(),
            secret=secret,
            labels=labels,
        )
