"""What is red, and why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from petrel.ops.safeguards.declaring import match, runbook_of
from petrel.ops.safeguards.shapes import (
    Cause,
    Declared,
    Heard,
    Person,
    Proof,
    Proofs,
    Signal,
    Standing,
    View,
    Wrong,
)

LEAST = 2
AWAKE_DAYS = 30
"""Whoever has not used the site for longer is not counted on. functions.sql has the same."""

FAILED = Wrong("proof", "the last run of its drill failed", "Look at it: `petrel drill NAME` again, on a machine that "
               "can be spared. Until it passes nobody knows that this holds.")
HARMLESS = Wrong("proof", "its drill did not fail with the protection off", "The drill proves nothing: "
                 "`petrel drill NAME --sabotage`, and tell those who write Petrel.")
OLDER = Wrong("proof", "proven by another build only", "`petrel drill NAME`, then `petrel drill NAME --sabotage`, on a "
              "machine that can be spared.")
STALE = Wrong("proof", "proven too long ago", OLDER.cure)
OWNED = "Ask them to sign in, or name others: `petrel safeguards own NAME @one @two`; somebody new of the crew: " \
        "`petrel accounts set @name --role moderator`."


def of_proof(proof: Proof | None, build: str, now: datetime) -> list[Wrong]:
    """A proof that there was and that counts no longer. What nobody has proven yet is not red: it says *built*."""
    if proof is None or not proof.verdict:
        return []
    if proof.verdict in ("failed", "broken"):
        return [FAILED]
    if proof.sabotage in ("passed", "broken"):
        return [HARMLESS]
    if proof.verdict != "passed" or proof.sabotage != "failed":
        return []
    found = [OLDER] if proof.build != build or proof.state.endswith("older build") else []
    return found + ([STALE] if proof.until and now > datetime.fromisoformat(proof.until) else [])


def of_owners(owners: Sequence[Person]) -> list[Wrong]:
    """Two people have to be there who could come."""
    left = [f"@{one.handle}" for one in owners if not one.account]
    awake = [f"@{one.handle}" for one in owners if one.is_awake]
    found = [Wrong("owners", f"{', '.join(left)} is not of the crew any more", OWNED)] if left else []
    if len(awake) < LEAST:
        asleep = [f"@{one.handle}" for one in owners if one.account and not one.is_awake]
        said = "nobody who owns it is awake" if not awake else f"one owner alone is awake: {awake[0]}"
        unseen = f" ({', '.join(asleep)}: not seen for {AWAKE_DAYS} days)" if asleep else ""
        found.append(Wrong("owners", said + unseen, OWNED))
    return found


def of_signals(signals: Iterable[Signal], cures: Mapping[str, str]) -> list[Wrong]:
    """What speaks now. `cures`: of the rules."""
    return [Wrong("signal", f"the {one.kind} {one.name} says so since {one.since:%Y-%m-%d %H:%M} UTC",
                  cures.get(one.name, "") if one.kind == "alert" else "`petrel doctor` says what to do.")
            for one in signals if one.since is not None]


def judge(found: Declared, proofs: Proofs | None, heard: Heard | None, owners: Mapping[str, Sequence[Person]] | None,
          cures: Mapping[str, str], now: datetime) -> View:
    """All safeguards as they stand. What could not be asked is None. Errors: Invalid, where the declared ones are not
    the rows of the document."""
    by_name = {one.drill: one for one in proofs.rows if one.row} if proofs else {}
    if proofs:
        match(found, {name: one.row for name, one in by_name.items()})
    standings = []
    for name, safeguard in found.safeguards.items():
        proof, signals, wrong = by_name.get(name), _signals(found, name, heard), list[Wrong]()
        own = tuple(owners[name]) if owners is not None and safeguard.built else None
        if safeguard.built:
            wrong += of_signals(signals, cures)
            wrong += of_proof(proof, proofs.build, now) if proofs else []
            wrong += of_owners(own) if own is not None else []
        standings.append(Standing(
            name=name, safeguard=safeguard, proof=proof, signals=signals, keeps=tuple(found.kept_by(name)), owners=own,
            wrong=tuple(wrong), runbook=runbook_of(name) if safeguard.built else ""))
    return View(tuple(standings), causes(standings), proofs.build if proofs else "", proofs.at if proofs else None,
                heard.looked_at if heard else None, heard is not None)


def causes(standings: Iterable[Standing]) -> tuple[Cause, ...]:
    """What speaks now comes first, then who is lacking, then what was proven too long ago."""
    found: dict[Wrong, list[str]] = {}
    for one in standings:
        for wrong in one.wrong:
            found.setdefault(wrong, []).append(one.name)
    order = ("signal", "owners", "proof")
    return tuple(Cause(wrong, tuple(names)) for wrong, names in
                 sorted(found.items(), key=lambda cause: order.index(cause[0].kind)))


def overdue(found: Declared, proofs: Proofs, now: datetime) -> list[str]:
    """Those whose proof counts no longer."""
    return [one.drill for one in proofs.rows
            if one.drill in found.safeguards and of_proof(one, proofs.build, now)]


def _signals(found: Declared, name: str, heard: Heard | None) -> tuple[Signal, ...]:
    alerts, checks = (heard.alerts, heard.checks) if heard else ({}, {})
    return tuple(signal for component, one in found.kept_by(name).items()
                 for signal in (*(Signal("alert", rule, component, alerts.get(rule)) for rule in one.rules),
                                *(Signal("check", check, component, checks.get(check)) for check in one.checks)))
