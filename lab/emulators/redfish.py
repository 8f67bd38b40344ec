"""A pretend management controller: Redfish resources of one server, sessions that run out.

Written from DMTF's public mockup of a rack server (DSP2043, public-rackmount1) and DSP0266:
sessions, X-Auth-Token, links by @odata.id, Thermal and Power as most controllers have them;
`modern` has ThermalSubsystem and PowerSubsystem instead.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import ClassVar

from lab.emulators.answering import PASSWORD, UNAUTHORISED, USER, About, Ask, Reply, shown_login

_ROOT = "/redfish/v1"
_SESSIONS = f"{_ROOT}/SessionService/Sessions"
_SYSTEM, _CHASSIS, _MANAGER = f"{_ROOT}/Systems/1", f"{_ROOT}/Chassis/1U", f"{_ROOT}/Managers/BMC"
_STORAGE = f"{_SYSTEM}/Storage/1"
_THERMAL, _POWER = f"{_CHASSIS}/ThermalSubsystem", f"{_CHASSIS}/PowerSubsystem"
_ABOUT = About(
    family="redfish",
    source="DMTF DSP2043 public-rackmount1 mockup, DSP0266 1.x (sessions)",
    guessed={
        "session limit": "the POST of one session too many answers 503",
        "expired token": "answers 401 without a challenge",
    },
)
Tree = dict[str, dict[str, object]]


@dataclass(slots=True)
class Redfish:
    """One controller and the state of its server."""

    about: ClassVar[About] = _ABOUT
    user: str = USER
    password: str = PASSWORD
    most_sessions: int = 4
    modern: bool = False
    whole_addresses: bool = False  # Location bears scheme and host, as some controllers have it
    powered: bool = True
    inlet: float = 24.0  # °C
    fans: dict[str, tuple[float, str]] = field(
        default_factory=lambda: {"Fan 1": (2100.0, "OK"), "Fan 2": (2050.0, "OK")}
    )
    supplies: dict[str, str] = field(default_factory=lambda: {"PSU 1": "OK", "PSU 2": "OK"})
    drives: dict[str, str] = field(default_factory=lambda: {"Drive 0": "OK", "Drive 1": "OK"})
    predicted: set[str] = field(default_factory=set)  # drives that say that they will fail
    sessions: dict[str, str] = field(default_factory=dict)  # number → token
    ended: int = 0
    _begun: int = 0

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        path = ask.path.rstrip("/")
        if ask.method == "POST" and path == _SESSIONS:
            return self._begin(ask)
        if ask.method == "GET" and path == _ROOT:
            return _json(self._tree()[_ROOT])
        if not self._is_known(ask):
            return UNAUTHORISED
        if ask.method == "DELETE" and path.startswith(_SESSIONS + "/"):
            gone = self.sessions.pop(path.rpartition("/")[2], None)
            self.ended += gone is not None
            return Reply(204) if gone else Reply(404)
        if ask.method != "GET":
            return Reply(405)
        found = self._tree().get(path)
        return _json(found) if found is not None else Reply(404, b"{}", "application/json")

    def _begin(self, ask: Ask) -> Reply:
        try:
            said = json.loads(ask.body)
        except ValueError:
            return Reply(400)
        if (said.get("UserName"), said.get("Password")) != (self.user, self.password):
            return Reply(401, b"{}", "application/json")
        if len(self.sessions) >= self.most_sessions:
            return Reply(503, b'{"error": {"code": "Base.1.8.SessionLimitExceeded"}}')
        self._begun += 1
        number, token = str(self._begun), secrets.token_hex(16)
        self.sessions[number] = token
        place = f"{_SESSIONS}/{number}"
        host = "https://" + ask.headers.get("host", "") if self.whole_addresses else ""
        body = {"@odata.id": place, "Id": number, "Name": "Session", "UserName": self.user}
        headers = (("X-Auth-Token", token), ("Location", host + place))
        return Reply(201, json.dumps(body).encode(), "application/json", headers)

    def _is_known(self, ask: Ask) -> bool:
        token = ask.headers.get("x-auth-token")
        if token is not None:
            return token in self.sessions.values()
        return shown_login(ask) == (self.user, self.password)

    def _tree(self) -> Tree:
        """Return every resource by its path."""
        tree: Tree = {
            _ROOT: {
                "RedfishVersion": "1.15.0",
                "Vendor": "Contoso",
                "Systems": _link(f"{_ROOT}/Systems"),
                "Chassis": _link(f"{_ROOT}/Chassis"),
                "Managers": _link(f"{_ROOT}/Managers"),
                "Links": {"Sessions": _link(_SESSIONS)},
            },
            f"{_ROOT}/Systems": _members(_SYSTEM),
            f"{_ROOT}/Chassis": _members(_CHASSIS),
            f"{_ROOT}/Managers": _members(_MANAGER),
            _SYSTEM: self._system(),
            f"{_SYSTEM}/Storage": _members(_STORAGE),
            _MANAGER: {
                "Id": "BMC",
                "Name": "Manager",
                "ManagerType": "BMC",
                "Model": "Joo Janta 200",
                "FirmwareVersion": "1.45.455b66-rev4",
                "Status": _status("OK"),
            },
            _CHASSIS: self._chassis(),
        }
        tree |= self._storage()
        tree |= self._subsystems() if self.modern else self._classic()
        return {path: {"@odata.id": path, **resource} for path, resource in tree.items()}

    def _system(self) -> dict[str, object]:
        worst = "Critical" if "Critical" in self.drives.values() else "OK"
        return {
            "Id": "1",
            "Name": "WebFrontEnd483",
            "SystemType": "Physical",
            "Manufacturer": "Contoso",
            "Model": "3500",
            "SerialNumber": "437XR1138R2",
            "BiosVersion": "P79 v1.45 (12/06/2017)",
            "PowerState": "On" if self.powered else "Off",
            "Status": {"State": "Enabled", "Health": "OK", "HealthRollup": worst},
            "ProcessorSummary": {"Count": 2, "Status": _status("OK")},
            "MemorySummary": {"TotalSystemMemoryGiB": 64, "Status": _status("OK")},
            "Storage": _link(f"{_SYSTEM}/Storage"),
        }

    def _chassis(self) -> dict[str, object]:
        kept: dict[str, object] = {
            "Id": "1U",
            "Name": "Computer System Chassis",
            "ChassisType": "RackMount",
            "Model": "3500RX",
            "SerialNumber": "437XR1138R2",
            "Status": _status("OK"),
        }
        if self.modern:
            return {**kept, "ThermalSubsystem": _link(_THERMAL), "PowerSubsystem": _link(_POWER)}
        thermal, power = f"{_CHASSIS}/Thermal", f"{_CHASSIS}/Power"
        return {**kept, "Thermal": _link(thermal), "Power": _link(power)}

    def _storage(self) -> Tree:
        places = {name: f"{_STORAGE}/Drives/{number}" for number, name in enumerate(self.drives)}
        tree: Tree = {
            _STORAGE: {
                "Id": "1",
                "Name": "Local Storage Controller",
                "Status": _status("OK"),
                "StorageControllers": [
                    {
                        "MemberId": "0",
                        "Name": "Contoso Integrated RAID",
                        "Model": "12Gbs Integrated RAID",
                        "FirmwareVersion": "1.0.0.7",
                        "SerialNumber": "2M220100SL",
                        "Status": _status("OK"),
                    }
                ],
                "Drives": [_link(place) for place in places.values()],
                "Volumes": _link(f"{_STORAGE}/Volumes"),
            },
            f"{_STORAGE}/Volumes": _members(f"{_STORAGE}/Volumes/1"),
            f"{_STORAGE}/Volumes/1": {"Id": "1", "Name": "Virtual Disk 1", "Status": _status("OK")},
        }
        for number, (name, place) in enumerate(places.items()):
            tree[place] = {
                "Id": str(number),
                "Name": name,
                "Model": "C123",
                "Revision": "100A",
                "SerialNumber": f"123456{number}",
                "MediaType": "SSD",
                "PredictedMediaLifeLeftPercent": 96 - number,
                "FailurePredicted": name in self.predicted,
                "Status": _status(self.drives[name]),
            }
        return tree

    def _classic(self) -> Tree:
        temperatures: list[object] = [
            {
                "MemberId": "0",
                "Name": "Chassis Intake Temp",
                "ReadingCelsius": self.inlet,
                "UpperThresholdCritical": 40,
                "Status": _status("OK" if self.inlet < 40 else "Critical"),  # noqa: PLR2004
            },
            {"MemberId": "1", "Name": "CPU2 Temp", "Status": {"State": "Absent"}},
        ]
        fans = [
            {
                "MemberId": str(number),
                "Name": name,
                "Reading": speed,
                "ReadingUnits": "RPM",
                "Status": _status(health),
            }
            for number, (name, (speed, health)) in enumerate(self.fans.items())
        ]
        supplies = [
            {
                "MemberId": str(number),
                "Name": "Power Supply Bay",  # of one name, as in the mockup
                "Model": "499253-B21",
                "SerialNumber": f"1Z000000{number}",
                "FirmwareVersion": "1.00",
                "LastPowerOutputWatts": 160 + number,
                "Status": _status(health),
            }
            for number, health in enumerate(self.supplies.values())
        ]
        control = {"MemberId": "0", "Name": "System Input Power", "PowerConsumedWatts": 344}
        voltage = {
            "MemberId": "0",
            "Name": "VRM1 Voltage",
            "ReadingVolts": 12,
            "Status": _status("OK"),
        }
        return {
            f"{_CHASSIS}/Thermal": {"Name": "Thermal", "Temperatures": temperatures, "Fans": fans},
            f"{_CHASSIS}/Power": {
                "Name": "Power",
                "PowerControl": [control],
                "Voltages": [voltage],
                "PowerSupplies": supplies,
            },
        }

    def _subsystems(self) -> Tree:
        fans = {f"{_THERMAL}/Fans/{n}": name for n, name in enumerate(self.fans)}
        supplies = {f"{_POWER}/PowerSupplies/{n}": name for n, name in enumerate(self.supplies)}
        metrics = f"{_THERMAL}/ThermalMetrics"
        intake = {
            "Reading": self.inlet,
            "DeviceName": "Intake",
            "DataSourceUri": f"{_CHASSIS}/Sensors/IntakeTemp",
        }
        tree: Tree = {
            _THERMAL: {
                "Name": "Thermal Subsystem",
                "ThermalMetrics": _link(metrics),
                "Fans": _link(f"{_THERMAL}/Fans"),
            },
            metrics: {"Name": "Metrics", "TemperatureReadingsCelsius": [intake]},
            f"{_THERMAL}/Fans": _members(*fans),
            _POWER: {"Name": "Power", "PowerSupplies": _link(f"{_POWER}/PowerSupplies")},
            f"{_POWER}/PowerSupplies": _members(*supplies),
        }
        for place, name in fans.items():
            speed, health = self.fans[name]
            tree[place] = {
                "Name": name,
                "SpeedPercent": {"Reading": 45, "SpeedRPM": speed},
                "Status": _status(health),
            }
        for place, name in supplies.items():
            tree[place] = {
                "Name": name,
                "Model": "RKS-440DC",
                "FirmwareVersion": "1.00",
                "Status": _status(self.supplies[name]),
            }
        return tree


def _link(path: str) -> dict[str, object]:
    return {"@odata.id": path}


def _members(*paths: str) -> dict[str, object]:
    return {"Members@odata.count": len(paths), "Members": [_link(path) for path in paths]}


def _status(health: str) -> dict[str, object]:
    return {"State": "Enabled", "Health": health}


def _json(resource: dict[str, object]) -> Reply:
    return Reply(200, json.dumps(resource).encode(), "application/json")
