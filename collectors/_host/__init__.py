"""A server as its own system sees it: how full, how busy, which services run."""
