"""Operating systems that say all by standards, and only their name by tables of their own."""

from collectors._snmp.descriptor import Facts, Family, Words

WINDOWS = Family(
    "Windows",
    "Microsoft",
    objects=("1.3.6.1.4.1.311.1.1.3.1",),
    facts=Facts(
        model=(r"^Hardware: (\S+)",),
        software=(r"Software: Windows (Version \S+(?: \(Build [^)]+\))?)",),
    ),
)

_VMWARE = "1.3.6.1.4.1.6876"  # VMWARE-SYSTEM-MIB
ESXI = Family(
    "VMware ESXi",
    "VMware",
    objects=(f"{_VMWARE}.4.1",),
    facts=Facts(software=(Words(f"{_VMWARE}.1.2.0"), r"ESXi (\S+)")),
)

FAMILIES = (WINDOWS, ESXI)
