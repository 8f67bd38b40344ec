"""Are the services of a Windows server running, and how full and busy is it?

WMI objects by WS-Management over TLS; nothing is installed or started there. Tested against an
emulator written from MS-WSMV with a real NTLM login; unconfirmed on real Windows. Where an agent
may be installed, windows_exporter tells more at less cost (docs/windows.md).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from collectors._host import facts as host
from collectors._host.facts import Disk, Facts
from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.trouble import printable
from collectors._vc.guest import FAREWELL, Guest
from collectors._vc.markup import as_number
from collectors._winrm.params import Params
from collectors._winrm.soap import Row
from collectors._winrm.talk import Talk
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

BOOT = "windows_system_boot_time_timestamp_seconds"
SERVICE = "windows_service_state"
ERRORS = "device_event_errors"
INFO = "windows_os_info"
_KIB = 1024
_PORTS = {"https": 5986, "http": 5985}
_SYSTEM = (
    "SELECT Caption,Version,LastBootUpTime,FreePhysicalMemory,TotalVisibleMemorySize "
    "FROM Win32_OperatingSystem"
)
_PROCESSOR = (
    "SELECT PercentProcessorTime FROM Win32_PerfFormattedData_PerfOS_Processor WHERE Name='_Total'"
)
_DISKS = "SELECT DeviceID,Size,FreeSpace FROM Win32_LogicalDisk WHERE DriveType=3"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Log in, ask, leave."""
    params = Params.model_validate(dict(check.params))

    async def visit(attempt: Attempt) -> None:
        guest = Guest(check, kit, transcript, params, _PORTS[params.scheme])
        facts = Facts()
        try:
            await guest.enter()
            talk = Talk(guest, params, check.address, check.timeout)
            await talk.enter()
            _system(attempt, facts, await talk.rows(_SYSTEM))
            _processor(facts, await talk.rows(_PROCESSOR))
            _disks(facts, await talk.rows(_DISKS))
            if params.services:
                _services(attempt, facts, await talk.rows(_services_query(params.services)))
            for log in params.event_logs:
                query = _errors_query(log, kit.clock.now(), params.event_minutes)
                attempt.tell(ERRORS, len(await talk.rows(query)), log=log)
        finally:
            await guest.leave(keep=False)
        host.tell(attempt, facts)
        unwanted(host.findings(facts, params))

    return await attempted(check, kit, transcript, visit, farewell=FAREWELL)


def _system(attempt: Attempt, facts: Facts, rows: list[Row]) -> None:
    for row in rows[:1]:
        size, free = _bytes(row, "TotalVisibleMemorySize"), _bytes(row, "FreePhysicalMemory")
        if size is not None and free is not None:
            facts.memory_size, facts.memory_used = size, max(0.0, size - free)
        attempt.tell(BOOT, _instant(row.get("LastBootUpTime", "")))
        product = printable(row.get("Caption", ""), 80)
        attempt.tell(INFO, 1.0, product=product, version=printable(row.get("Version", ""), 40))


def _processor(facts: Facts, rows: list[Row]) -> None:
    for row in rows[:1]:
        busy = as_number(row.get("PercentProcessorTime"))
        facts.cpu = min(1.0, busy / 100) if busy is not None else None


def _disks(facts: Facts, rows: list[Row]) -> None:
    for row in rows:
        size, free = as_number(row.get("Size")), as_number(row.get("FreeSpace"))
        if size and free is not None:
            name = printable(row.get("DeviceID", ""), 20)
            facts.disks.append(Disk(name, size, size - free, free))


def _services(attempt: Attempt, facts: Facts, rows: list[Row]) -> None:
    for row in rows:
        name, state = printable(row.get("Name", ""), 80), row.get("State", "").lower()
        facts.services[name] = state == "running"
        attempt.tell(SERVICE, float(state == "running"), name=name.lower(), state="running")


def _services_query(names: tuple[str, ...]) -> str:
    wanted = " OR ".join(f"Name='{_quoted(name)}'" for name in names)
    return f"SELECT Name,State FROM Win32_Service WHERE {wanted}"  # noqa: S608  (WQL only reads)


def _errors_query(log: str, now: datetime, minutes: int) -> str:
    """Return the query for the error events (type 1) of a log since some minutes ago."""
    since = (now.astimezone(UTC) - timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S.000000+000")
    return (
        f"SELECT RecordNumber FROM Win32_NTLogEvent WHERE Logfile='{_quoted(log)}' "  # noqa: S608
        f"AND EventType=1 AND TimeGenerated>='{since}'"
    )


def _quoted(text: str) -> str:
    """Return a text as it stands between quotes in WQL."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _bytes(row: Mapping[str, str], key: str) -> float | None:
    kibibytes = as_number(row.get(key))
    return kibibytes * _KIB if kibibytes is not None else None


def _instant(said: str) -> float | None:
    """Return the Unix time of an XML date, or of a CIM date (20261130071500.500000+420)."""
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        pass
    try:
        bare = datetime.strptime(said[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return (bare - timedelta(minutes=int(said[21:25]))).timestamp()
    except ValueError:
        return None


COLLECTOR = Collector(
    name="winrm",
    help=Text(
        vi="Các dịch vụ của máy chủ Windows có chạy không, máy đầy và bận đến đâu? "
        "Chưa kiểm chứng trên Windows thật",
        en="Are the services of a Windows server running, and how full and busy is it? "
        "Unconfirmed on real Windows",
    ),
    params=Params,
    emits=(
        *EMITS,
        *host.EMITS,
        Emit(BOOT, Text("Lúc khởi động (Unix)", "When it started (Unix time)"), labels=(OWN,)),
        Emit(
            INFO,
            Text("Hệ điều hành, luôn bằng 1", "The operating system, always 1"),
            labels=(OWN, "product", "version"),
        ),
        Emit(
            SERVICE,
            Text("1 nếu dịch vụ đang chạy", "1 if the service runs"),
            labels=(OWN, "name", "state"),
        ),
        Emit(
            ERRORS,
            Text("Số sự kiện lỗi gần đây trong nhật ký", "Recent error events of a log"),
            labels=(OWN, "log"),
        ),
    ),
    look=look,
    interval=240.0,  # what is seen more rarely has no value in between (Prometheus)
    timeout=30.0,
)
