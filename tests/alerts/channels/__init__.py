"""Tests of ways of telling, against real servers."""
