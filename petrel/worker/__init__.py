"""The door nobody walks through: runs journal followers, jobs and schedules. Knows no subject matter.

`followers.py` and `jobs.py` are the loops of the two processes, `hints.py` how other processes wake them,
`seals.py` the sealer's turn. What is run registers itself in `core.journal` and `core.jobs`.
"""
