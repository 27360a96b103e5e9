"""Who is told and called in the drill `mystery`: each component is kept by one of three, and two others take turns."""

from petrel.ops import safeguards

KEEPERS, TURNS = ("anna", "ben", "carla"), ("dora", "emil")
WAIT_S = 30

RULES: dict[str, dict[str, float]] = {
    "follower": {"limit": 5, "for_s": 0}, "database": {"limit": 5}, "canary": {"limit": 20},
    "unanswered": {"limit": 10}, "transaction": {"limit": 5}, "connections": {"limit": 0.8, "for_s": 0},
    "jobs": {"limit": 20, "for_s": 0}, "jobs-silent": {"limit": 20}, "journal": {"limit": 45, "for_s": 0},
    "answers": {"limit": 0.02, "for_s": 0}, "certificate": {"severity": 2}, "clock": {"severity": 2},
    "dead-letters": {"severity": 2}}
"""Sooner than as shipped: what waits two minutes there fires with the next look. And what nobody is called about at
night is graver, so that the hour at which the drill runs changes nothing."""


def keeper(component: str) -> str:
    return KEEPERS[sorted(safeguards.components()).index(component) % len(KEEPERS)]


def alerts_toml(owners: str, free_bytes: int) -> str:
    """`free_bytes`: less room than this is too little."""
    own = {**RULES, "disk-soon-full": {"limit": free_bytes}}
    lines = [owners, f'[rota]\nturns = {list(TURNS)}\nwait_s = {WAIT_S}\n']
    for name, component in safeguards.components().items():
        for rule in component.rules:
            said = "".join(f"{key} = {value}\n" for key, value in own.get(rule, {}).items())
            lines.append(f'[rules.{rule}]\nowner = "{keeper(name)}"\n{said}')
    return "".join(lines)
