"""A pretend province that speaks real protocols: for tests, the demo, and users."""
