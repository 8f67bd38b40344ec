"""LDAP version 3 as a client that binds, searches and leaves (RFC 4511)."""
