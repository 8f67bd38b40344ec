"""Ratios measured in one run; JSON out."""
