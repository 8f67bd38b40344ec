"""Asking a device over its command line by SSH, as a guest that changes nothing."""
