"""Campus switches and wireless controllers: Extreme EXOS, Ruckus and Brocade ICX, Cisco WLC."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import CPU, FAN, MEMORY, STATE, TEMPERATURE

# EXTREME-SOFTWARE-MONITOR-MIB (numbers written as text, kilobytes), EXTREME-SYSTEM-MIB.
_EXTREME = "1.3.6.1.4.1.1916.1"
_FANS, _SUPPLIES = f"{_EXTREME}.1.1.9.1", f"{_EXTREME}.1.1.27.1"
EXOS = Family(
    "Extreme EXOS",
    "Extreme",
    objects=("1.3.6.1.4.1.1916",),
    health=(
        Measure(CPU, f"{_EXTREME}.32.1.2.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            (Words(form="slot {0}"),),
            free=f"{_EXTREME}.32.2.2.1.3",
            size=f"{_EXTREME}.32.2.2.1.2",
            unit=1024,
        ),
        Measure(TEMPERATURE, f"{_EXTREME}.1.1.8.0", once("system"), low=1, high=200),
        Measure(
            STATE,
            f"{_FANS}.2",
            (Words(form="fan {0}"),),
            kind="fan",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(FAN, f"{_FANS}.4", (Words(form="fan {0}"),), low=1),
        Measure(
            STATE,
            f"{_SUPPLIES}.2",
            (Words(form="power supply {0}"),),
            kind="power",
            where=(Where(f"{_SUPPLIES}.2", but=frozenset({1})),),  # not present
            meaning=states(ok=(2,), critical=(3,), warning=(4,)),
        ),
    ),
    facts=Facts(model=(r"^ExtremeXOS \((\S+)\)",), software=(r"version (\S+)",)),
)

# FOUNDRY-SN-AGENT-MIB: snAgentGbl, snChasPwrSupply2Table, snChasFan2Table, snAgentTempTable.
_FOUNDRY = "1.3.6.1.4.1.1991.1.1"
_AGENT, _CHASSIS, _HEAT = f"{_FOUNDRY}.2.1", f"{_FOUNDRY}.1", f"{_FOUNDRY}.2.13.1.1"
_SUPPLY, _FAN = f"{_CHASSIS}.2.2.1", f"{_CHASSIS}.3.2.1"
_NORMAL = states(ok=(2,), critical=(3,))
ICX = Family(
    "Ruckus, Brocade ICX",
    "Ruckus",
    objects=("1.3.6.1.4.1.1991",),
    health=(
        Measure(CPU, f"{_AGENT}.52.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            once("memory"),
            percent=f"{_AGENT}.53.0",
            free=f"{_AGENT}.55.0",
            size=f"{_AGENT}.54.0",
        ),
        Measure(
            TEMPERATURE,
            f"{_HEAT}.4",
            (Words(f"{_HEAT}.3"), *INDEX),
            factor=0.5,
            low=1,
            high=400,
        ),
        Measure(
            STATE, f"{_SUPPLY}.4", (Words(f"{_SUPPLY}.3"), *INDEX), kind="power", meaning=_NORMAL
        ),
        Measure(STATE, f"{_FAN}.4", (Words(f"{_FAN}.3"), *INDEX), kind="fan", meaning=_NORMAL),
    ),
    facts=Facts(
        serial=(Words(f"{_CHASSIS}.1.2.0"),),
        software=(r"IronWare Version (\S+)", r"Version (\S+)"),
    ),
)

# AIRESPACE-SWITCHING-MIB, AIRESPACE-WIRELESS-MIB.
_AIRESPACE = "1.3.6.1.4.1.14179"
WLC = Family(
    "Cisco wireless controllers (AireOS)",
    "Cisco",
    objects=(_AIRESPACE, "1.3.6.1.4.1.9.1"),
    described=r"^Cisco Controller",
    health=(
        Measure(CPU, f"{_AIRESPACE}.1.1.5.1.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            once("memory"),
            free=f"{_AIRESPACE}.1.1.5.3.0",
            size=f"{_AIRESPACE}.1.1.5.2.0",
            unit=1024,
        ),
        Measure(TEMPERATURE, f"{_AIRESPACE}.2.3.1.13.0", once("controller"), low=1, high=200),
    ),
    facts=Facts(
        model=(Words(f"{_AIRESPACE}.1.1.1.3.0"),),
        serial=(Words(f"{_AIRESPACE}.1.1.1.4.0"),),
        software=(Words(f"{_AIRESPACE}.1.1.1.14.0"),),
    ),
)

FAMILIES = (EXOS, ICX, WLC)
