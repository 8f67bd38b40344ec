"""Meters and controllers that speak Modbus TCP."""
