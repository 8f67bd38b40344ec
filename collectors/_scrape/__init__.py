"""Pages of metrics as Prometheus scrapes them."""
