"""What is remembered: the ledger (SQL) and the series (time series). Alone in speaking both."""
