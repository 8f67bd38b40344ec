"""Folders of backups, listed by SFTP or HTTP."""
