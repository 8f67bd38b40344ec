"""Tests of the web faces."""
