"""Maps of objects that an engineer fills from a vendor's MIB, where we know no OIDs ourselves."""
