"""Grafana boards as code: a generator, what it wrote, and what a Grafana is provisioned with.

`python -m grafana` writes `boards/` and `rules/`; it needs the SDK of the development
requirements. What is installed and mounted are the written files alone.
"""
