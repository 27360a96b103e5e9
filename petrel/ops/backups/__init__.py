"""Backups: copies of a running site, and going back to one without giving back what was taken away since.

Words: *data copy* (the main database, the journal's key, settings and witness), *keyring copy* (the keys of what is
sealed, which lives at most seven days), *manifest*, *restore*, *replay* (of restrictions, by the witness).
Invariants: data and keyring are two artefacts under two keys; nothing is plain on disk; a restore goes into an empty
place only, and nothing is served from it before it was replayed and checked.
"""
