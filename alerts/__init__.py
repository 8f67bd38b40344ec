"""Judging and telling: status, incidents, root cause, channels."""
