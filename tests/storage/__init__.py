"""Is what we remember remembered exactly, on every database we speak?"""
