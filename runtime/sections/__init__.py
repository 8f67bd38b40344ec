"""The tables of the settings file: every key with its kind, its default and its sentence."""
