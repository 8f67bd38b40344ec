"""The ledger (SQL) and the series (time series). The only package that speaks SQL or PromQL."""
