"""Exact uptime: the algebra, its tables and charts."""
