"""What is asked of a command line to learn what the device is, platform by platform: a table.

Answers are read by ntc-templates; where they have no template, by a pattern of ours, written from
the vendor's command reference and tried on no real equipment yet.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One command, and which fields of its answer say what.

    Without a `pattern` the fields are those of the ntc-template of the command; with one they are
    its named groups, each searched for in the whole answer; of ports each match
    is one. `idle`: the processor's field says how idle it is. `unit`: of memory, in bytes, where
    the answer has bare numbers.
    """

    command: str
    pattern: tuple[str, ...] = ()
    model: str = ""
    serial: str = ""
    software: str = ""
    uptime: str = ""
    cpu: str = ""
    idle: bool = False
    memory_size: str = ""
    memory_used: str = ""
    memory_free: str = ""
    unit: float = 1.0
    port: str = ""
    oper: str = ""
    admin: str = ""
    in_errors: str = ""
    out_errors: str = ""
    optional: bool = False  # a device that refuses it is no trouble


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "cisco_ios": (
        Question(
            "show version", model="hardware", serial="serial", software="version", uptime="uptime"
        ),
        Question(
            "show interfaces",
            port="interface",
            oper="protocol_status",
            admin="link_status",
            in_errors="input_errors",
            out_errors="output_errors",
        ),
        Question("show processes cpu", cpu="cpu_usage_1_min", optional=True),
        Question(
            "show processes memory sorted",
            memory_size="memory_total",
            memory_used="memory_used",
            optional=True,
        ),
    ),
    "cisco_nxos": (
        Question("show version", model="platform", serial="serial", software="os", uptime="uptime"),
        Question(
            "show interface",
            port="interface",
            oper="link_status",
            admin="admin_state",
            in_errors="input_errors",
            out_errors="output_errors",
        ),
    ),
    "huawei_vrp": (
        Question("display version", model="model", software="product_version", uptime="uptime"),
        Question(
            "display interface brief",
            port="interface",
            oper="phy",
            admin="phy",
            in_errors="inerrors",
            out_errors="outerrors",
        ),
        Question(
            "display cpu-usage",
            (r"(?:CPU Usage\s*:|System cpu use rate is\s*:)\s*(?P<cpu>\d+)%",),
            cpu="cpu",
            optional=True,
        ),
        Question(
            "display memory-usage",
            (
                r"System Total Memory Is:\s*(?P<size>\d+) bytes",
                r"Total Memory Used Is:\s*(?P<used>\d+) bytes",
            ),
            memory_size="size",
            memory_used="used",
            optional=True,
        ),
        Question(
            "display esn", (r"ESN[^:\n]*:\s*(?P<serial>\w+)",), serial="serial", optional=True
        ),
    ),
    "juniper_junos": (
        Question("show version", model="model", software="junos_version"),
        # The template knows no "Administratively down".
        Question(
            "show interfaces",
            (
                r"^Physical interface: (?P<port>\S+), (?P<admin>[^,]+), "
                r"Physical link is (?P<oper>\w+)",
            ),
            port="port",
            oper="oper",
            admin="admin",
        ),
        Question(
            "show system uptime",
            (r"System booted:.*\((?P<uptime>[^)]+) ago\)",),
            uptime="uptime",
            optional=True,
        ),
        Question(
            "show chassis hardware",
            (r"^Chassis\s+(?P<serial>\w+)\s",),
            serial="serial",
            optional=True,
        ),
        Question(
            "show chassis routing-engine",
            (r"\bIdle\s+(?P<idle>\d+) percent",),
            cpu="idle",
            idle=True,
            optional=True,
        ),
    ),
    "mikrotik_routeros": (
        Question(
            "system resource print",
            model="board_name",
            software="version",
            uptime="uptime",
            cpu="cpu_load",
            memory_size="total_memory",
            memory_free="free_memory",
        ),
        Question("system routerboard print", serial="serial_number", optional=True),
        Question("interface print detail", port="name", oper="status", admin="status"),
    ),
    "fortinet": (
        Question("get system status", serial="serial_number", software="version", model="version"),
        Question("get system interface physical", port="name", oper="status", optional=True),
        Question(
            "get system performance status",
            (
                r"^CPU states:.*?(?P<idle>\d+)% idle",
                r"^Memory:\s*(?P<size>\d+)k total",
                r"^Memory:.*?,\s*(?P<used>\d+)k used",
                r"^Uptime:\s*(?P<uptime>.+?)\s*$",
            ),
            cpu="idle",
            idle=True,
            memory_size="size",
            memory_used="used",
            unit=1024.0,
            uptime="uptime",
            optional=True,
        ),
    ),
}
