"""What a Redfish service says of its machine: health, power, temperatures, fans, supplies, drives.

Schemas: ComputerSystem, Storage, Drive, Chassis, Thermal and Power (which controllers of today all
have), ThermalSubsystem and PowerSubsystem where those two are gone, Manager. FanName,
CurrentReading and Units are how the first controllers (iDRAC 8, iLO 4) wrote what is now Name,
Reading and ReadingUnits.
"""

from collections.abc import Callable

from collectors._net.attempt import Attempt
from collectors._net.trouble import printable
from collectors._redfish.session import Session
from collectors._snmp.vocabulary import (
    FAN,
    FAN_RATIO,
    HARDWARE,
    PART,
    POWER,
    STATUS,
    TEMPERATURE,
    VOLTAGE,
)
from collectors._vc.notation import Record, number, record, records, truth, words
from core.collector import Emit
from core.text import Text

POWERED = "device_powered"
LIFE = "device_drive_life_ratio"
EMITS = (
    *(
        Emit(q.metric, q.help, labels=("collector", *q.labels))
        for q in (FAN, FAN_RATIO, HARDWARE, PART, POWER, STATUS, TEMPERATURE, VOLTAGE)
    ),
    Emit(
        POWERED,
        Text("1 nếu máy đang bật nguồn", "1 if the machine is switched on"),
        labels=("collector", "system"),
    ),
    Emit(
        LIFE,
        Text("Tuổi thọ còn lại của ổ SSD, 0…1", "What is left of an SSD's life, 0…1"),
        labels=("collector", "drive"),
    ),
)
_HEALTH = {"OK": 0.0, "Warning": 1.0, "Critical": 2.0}
_ABSENT = {"Absent"}  # but UnavailableOffline is there: a power supply without its cord
_OFF = {"Off", "PoweringOff"}
_SYSTEMS, _LABEL = 8, 80


class Machine:
    """Reads one service, tells what it says and gathers what wants attention."""

    def __init__(self, attempt: Attempt, session: Session) -> None:
        self._attempt = attempt
        self._session = session
        self._named: set[tuple[str, str]] = set()
        self.findings: list[str] = []

    async def read(self, root: Record) -> None:
        """Read systems, chassis and managers."""
        count = 0
        async for system in self._session.members(root.get("Systems")):
            await self._system(system, words(root, "Vendor"))
            count += 1
            if count >= _SYSTEMS:
                break
        async for chassis in self._session.members(root.get("Chassis")):
            await self._chassis(chassis)
        async for manager in self._session.members(root.get("Managers")):
            self._part(manager, "manager", firmware=words(manager, "FirmwareVersion"))

    async def _system(self, system: Record, vendor: str) -> None:
        name = self._part(system, "system")
        state = words(system, "PowerState")
        if state:
            self._attempt.tell(POWERED, float(state not in _OFF), system=name)
            if state in _OFF:
                self.findings.append(f"{name} is switched off")
        labels = {
            "family": "Redfish",
            "vendor": words(system, "Manufacturer") or vendor,
            "model": words(system, "Model"),
            "serial": words(system, "SerialNumber"),
            "software": words(system, "BiosVersion"),
        }
        shown = {key: printable(value, _LABEL) for key, value in labels.items()}
        self._attempt.tell(HARDWARE.metric, 1.0, **shown)
        self._health(record(system, "ProcessorSummary"), "processors", "processor")
        self._health(record(system, "MemorySummary"), "memory", "memory")
        async for storage in self._session.members(system.get("Storage")):
            await self._storage(storage)

    async def _storage(self, storage: Record) -> None:
        self._part(storage, "storage")
        for controller in records(storage.get("StorageControllers")):
            self._part(controller, "controller", firmware=words(controller, "FirmwareVersion"))
        for link in records(storage.get("Drives")):
            self._drive(await self._session.get(link))
        async for volume in self._session.members(storage.get("Volumes")):
            self._part(volume, "volume")

    def _drive(self, drive: Record) -> None:
        if not drive:
            return
        name = self._part(drive, "drive", firmware=words(drive, "Revision"))
        life = number(drive, "PredictedMediaLifeLeftPercent")
        self._attempt.tell(LIFE, life / 100 if life is not None else None, drive=name)
        if truth(drive, "FailurePredicted"):
            self.findings.append(f"drive {name} says that it will fail")

    async def _chassis(self, chassis: Record) -> None:
        self._part(chassis, "chassis")
        if thermal := await self._session.get(chassis.get("Thermal")):
            self._sensors(thermal, "Temperatures", "temperature", self._temperature)
            self._sensors(thermal, "Fans", "fan", self._fan)
        else:
            await self._thermal_subsystem(await self._session.get(chassis.get("ThermalSubsystem")))
        if power := await self._session.get(chassis.get("Power")):
            self._sensors(power, "PowerControl", "power", self._power)
            self._sensors(power, "Voltages", "voltage", self._voltage)
            self._sensors(power, "PowerSupplies", "power supply", self._supply)
        else:
            subsystem = await self._session.get(chassis.get("PowerSubsystem"))
            async for supply in self._session.members(subsystem.get("PowerSupplies")):
                self._part(supply, "power supply", firmware=words(supply, "FirmwareVersion"))

    async def _thermal_subsystem(self, subsystem: Record) -> None:
        metrics = await self._session.get(subsystem.get("ThermalMetrics"))
        for reading in records(metrics.get("TemperatureReadingsCelsius")):
            sensor = printable(words(reading, "DeviceName") or words(reading, "DataSourceUri"), 60)
            self._attempt.tell(TEMPERATURE.metric, number(reading, "Reading"), sensor=sensor)
        async for fan in self._session.members(subsystem.get("Fans")):
            name, speed = self._part(fan, "fan"), record(fan, "SpeedPercent")
            share = number(speed, "Reading")
            self._attempt.tell(FAN.metric, number(speed, "SpeedRPM"), sensor=name)
            self._attempt.tell(FAN_RATIO.metric, share / 100 if share else share, sensor=name)

    def _sensors(
        self, holder: Record, key: str, kind: str, tell: Callable[[Record, str], None]
    ) -> None:
        for row in records(holder.get(key)):
            if words(record(row, "Status"), "State") in _ABSENT:
                continue
            name = self._name(row, kind)
            self._health(row, name, kind)
            tell(row, name)

    def _temperature(self, row: Record, name: str) -> None:
        reading = number(row, "ReadingCelsius")
        reading = reading if reading is not None else number(row, "CurrentReading")
        self._attempt.tell(TEMPERATURE.metric, reading, sensor=name)

    def _fan(self, row: Record, name: str) -> None:
        reading = number(row, "Reading")
        reading = reading if reading is not None else number(row, "CurrentReading")
        if (words(row, "ReadingUnits") or words(row, "Units")).lower() == "percent":
            share = reading / 100 if reading is not None else None
            self._attempt.tell(FAN_RATIO.metric, share, sensor=name)
        else:
            self._attempt.tell(FAN.metric, reading, sensor=name)

    def _power(self, row: Record, name: str) -> None:
        self._attempt.tell(POWER.metric, number(row, "PowerConsumedWatts"), sensor=name)

    def _voltage(self, row: Record, name: str) -> None:
        self._attempt.tell(VOLTAGE.metric, number(row, "ReadingVolts"), sensor=name)

    def _supply(self, row: Record, name: str) -> None:
        watts = number(row, "PowerOutputWatts")
        watts = watts if watts is not None else number(row, "LastPowerOutputWatts")
        self._attempt.tell(POWER.metric, watts, sensor=name)
        self._tell_part(row, name, "power supply", words(row, "FirmwareVersion"))

    def _part(self, row: Record, kind: str, *, firmware: str = "") -> str:
        """Tell a part's health and what it is; return its name, unlike any other of its kind."""
        if not row or words(record(row, "Status"), "State") in _ABSENT:
            return ""
        name = self._name(row, kind)
        self._health(row, name, kind)
        if kind not in {"system", "volume", "storage"}:
            self._tell_part(row, name, kind, firmware)
        return name

    def _tell_part(self, row: Record, name: str, kind: str, firmware: str) -> None:
        model, serial = words(row, "Model"), words(row, "SerialNumber")
        if model or serial or firmware:
            said = {"model": model, "serial": serial, "firmware": firmware}
            shown = {key: printable(value, _LABEL) for key, value in said.items()}
            empty = {"hardware": "", "software": ""}
            self._attempt.tell(PART.metric, 1.0, part=name, kind=kind, **shown, **empty)

    def _health(self, row: Record, name: str, kind: str) -> None:
        status = record(row, "Status")
        own, all_of_it = words(status, "Health"), words(status, "HealthRollup")
        # Not all that is in a system is read one by one: memory modules, network adapters.
        worse = kind == "system" and _HEALTH.get(all_of_it, 0.0) > _HEALTH.get(own, 0.0)
        health = all_of_it if worse or not own else own
        value = _HEALTH.get(health)
        if value is None or words(status, "State") in _ABSENT:
            return
        self._attempt.tell(STATUS.metric, value, component=name, kind=kind)
        if value:
            self.findings.append(f"{kind} {name}: {health}")

    def _name(self, row: Record, kind: str) -> str:
        """Return what a part is called; two of one name are told apart by their number."""
        called = (words(row, key) for key in ("Name", "FanName", "Id", "MemberId"))
        bare = printable(next(filter(None, called), kind), 60)
        name, number_of = bare, 2
        while (kind, name) in self._named:
            name, number_of = f"{bare} {number_of}", number_of + 1
        self._named.add((kind, name))
        return name
