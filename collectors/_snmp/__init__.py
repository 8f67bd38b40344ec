"""Our own SNMP engine, v2c and v3: one socket for the fleet, strict decoding."""
