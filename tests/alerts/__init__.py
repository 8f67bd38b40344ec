"""Tests of judging and telling."""
