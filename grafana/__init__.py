"""Grafana boards as code: a generator, what it wrote, and what a Grafana is provisioned with."""
