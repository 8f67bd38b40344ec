"""The ICMP engine: one socket for thousands of targets."""
