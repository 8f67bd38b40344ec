"""Tests that devices run towards each other: DISMAN-PING-MIB (RFC 4560), which several makers keep.

Cisco's, Comware's and Juniper's own tables stand with their families.
"""

from collectors._snmp.descriptor import Family, Measure, Words
from collectors._snmp.vocabulary import PROBE_ANSWERED, PROBE_RTT, PROBE_SENT

# pingCtlTargetAddress; pingResultsEntry, by owner and name of the test, times in milliseconds.
_PING = "1.3.6.1.2.1.80.1"
PEER = (Words(f"{_PING}.2.1.4", address=True), Words(f"{_PING}.2.1.4"))
BOTH, OUT, IN = ((Words(form=way),) for way in ("both", "out", "in"))
NAMED = (Words(spelled=True),)

REMOTE_PING = Family(
    "DISMAN-PING-MIB",
    "",
    probes=(
        Measure(PROBE_RTT, f"{_PING}.3.1.6", NAMED, factor=1e-3, low=1, others=(PEER, BOTH)),
        Measure(PROBE_ANSWERED, f"{_PING}.3.1.7", NAMED, low=0, others=(PEER, BOTH)),
        Measure(PROBE_SENT, f"{_PING}.3.1.8", NAMED, low=0, others=(PEER, BOTH)),
    ),
)

FAMILIES = (REMOTE_PING,)
