"""SIP OPTIONS (RFC 3261 §11): thousands of peers on one socket."""
