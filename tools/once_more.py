"""What failed beside all other tests is run once more by itself (decision 0060).

    tools/once_more.py LOG...            the reports of pytest that say what failed

A test that passes then is unsteady: named as loudly as one that failed, and no reason to stop a landing. One that fails
again is broken. What guards people is never asked twice, nor are more than three: then something else is wrong.
Ends with 0 when all that failed passed now.
"""

import re
import subprocess
import sys
from pathlib import Path

MOST = 3
NEVER_TWICE = ("tests/visibility/", "tests/fences/", "tests/stories/test_no_oracle.py",
               "tests/stories/test_nothing_in_the_clear.py")


def failed_in(report: str) -> list[str]:
    """Ids of tests, in order, from pytest's short summary."""
    return list(dict.fromkeys(re.findall(r"^(?:FAILED|ERROR) (tests/\S+?\.py::.+?)(?: - .*)?$", report, re.MULTILINE)))


def main(logs: list[str]) -> int:
    failed = [one for log in logs for one in failed_in(Path(log).read_text(errors="replace"))]
    failed = list(dict.fromkeys(failed))
    if not failed:
        print("No test is named that could be run once more.")
        return 1
    if len(failed) > MOST or any(one.startswith(NEVER_TWICE) for one in failed):
        print(f"{len(failed)} tests failed, none is run once more: " + " ".join(failed))
        return 1
    print("Once more, by themselves:", *failed, sep="\n  ", flush=True)
    if subprocess.run([sys.executable, "-m", "pytest", *failed]).returncode:
        return 1
    for one in failed:
        print(f"UNSTEADY {one}: failed beside the other tests, passed by itself. Find out why.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
