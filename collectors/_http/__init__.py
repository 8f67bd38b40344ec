"""HTTP as a client that reports: where the time went, what came, what was wanted of it."""
