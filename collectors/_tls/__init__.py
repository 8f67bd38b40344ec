"""TLS as a client that reports: contexts, served chains, and why they are not trusted."""
