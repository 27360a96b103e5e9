"""From what a drill found to its verdict: four endings, and no way to pass by not looking."""

from petrel.ops.drills.shapes import Drill, Outcome, Word


def judge(drill: Drill, outcome: Outcome, *, sabotage: bool) -> tuple[Word, str]:
    """(verdict, why). With the protection off only *failed* with the drill's own harm says that it can fail.

    source: docs/law/SCENARIOS.md: "a crash or an unknown option is a broken drill, not a failure".
    """
    if outcome.exercised <= 0:
        return "broken", "nothing was tried: an empty run proves nothing"
    if not sabotage:
        return ("failed", "") if outcome.harm else ("passed", "")
    if drill.harm in outcome.harm:
        return "failed", ""
    seen = ", ".join(outcome.harm) or "none at all"
    return "broken", f"{drill.sabotage} was switched off and the harm “{drill.harm}” was not seen, but {seen}"
