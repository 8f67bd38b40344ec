"""The text interface of Polycom codecs."""
