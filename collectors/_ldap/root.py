"""What a directory tells of itself in its root entry (RFC 4512 §5.1, [MS-ADTS] 3.1.1.3.2)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from collectors._ldap.message import Entry

ATTRIBUTES = (
    "vendorName",
    "vendorVersion",
    "namingContexts",
    "defaultNamingContext",
    "dnsHostName",
    "currentTime",
    "isSynchronized",
    "isGlobalCatalogReady",
    "domainControllerFunctionality",
    "supportedLDAPVersion",
)
# [MS-ADTS] 6.1.4.2: msDS-Behavior-Version of a domain controller.
_LEVELS = {
    "0": "2000",
    "2": "2003",
    "3": "2008",
    "4": "2008 R2",
    "5": "2012",
    "6": "2012 R2",
    "7": "2016",
    "10": "2025",
}


@dataclass(frozen=True, slots=True)
class Root:
    """A directory's word on itself; None and empty: it does not say."""

    context: str = ""
    host: str = ""
    vendor: str = ""
    level: str = ""  # of a domain controller: the Windows Server that it behaves like
    time: datetime | None = None
    synchronised: bool | None = None
    catalogue_ready: bool | None = None


def root(entry: Entry) -> Root:
    """Read the root entry."""

    def first(name: str) -> str:
        return (*entry.values.get(name.lower(), ()), "")[0]

    level = first("domainControllerFunctionality")
    return Root(
        context=first("defaultNamingContext") or first("namingContexts"),
        host=first("dnsHostName"),
        vendor=" ".join(filter(None, (first("vendorName"), first("vendorVersion")))),
        level=_LEVELS.get(level, level),
        time=_instant(first("currentTime")),
        synchronised=_truth(first("isSynchronized")),
        catalogue_ready=_truth(first("isGlobalCatalogReady")),
    )


def _truth(said: str) -> bool | None:
    return {"TRUE": True, "FALSE": False}.get(said.upper())


def _instant(said: str) -> datetime | None:
    """Return the instant of a GeneralizedTime in UTC, like 20261105070000.0Z."""
    if not said.endswith("Z"):
        return None
    try:
        return datetime.strptime(said[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
