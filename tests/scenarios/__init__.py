"""The whole platform on a lab network: what its users would see and be told."""
