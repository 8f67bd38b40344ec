"""The Network Time Protocol as a client asks it once."""
