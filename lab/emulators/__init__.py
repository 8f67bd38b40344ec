"""Pretend conference equipment, family by family, written from the vendors' documents.

Each renders the lab's calls (`lab.calls`) as its vendor's protocol would, with the vendor's bad
habits. What no document says is guessed, and listed by every emulator at `/__emulator__`.
"""
