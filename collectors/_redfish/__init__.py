"""Management controllers of servers, by DMTF's Redfish."""
