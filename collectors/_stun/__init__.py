"""STUN and TURN, as far as asking whether they live."""
