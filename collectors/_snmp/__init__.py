"""Our own SNMP v2c engine: one socket for the fleet, requests encoded once, strict decoding."""
