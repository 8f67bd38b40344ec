"""Databases, asked like a reader who may change nothing."""
