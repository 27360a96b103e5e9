"""The drills: one file for each row of docs/law/SCENARIOS.md, by its name. `petrel drill NAME` runs one.

A file has `DRILL`, its head, and `async def run(stage) -> Outcome`. What several need is in `petrel/ops/drills`.
"""
