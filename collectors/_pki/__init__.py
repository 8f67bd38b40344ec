"""Signature services: is a certificate still good, and who says what time it is?"""
