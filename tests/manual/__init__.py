"""The manual's pictures, taken from real pages over a real ledger."""
