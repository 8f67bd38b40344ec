"""Reports of call quality that endpoints publish themselves (RFC 6035)."""
