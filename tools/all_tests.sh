#!/usr/bin/env bash
# All tests, in two processes at once: those that start whole sites mostly wait for them.
#
#     tools/all_tests.sh PYTHON
#
# The second one's report comes when the first has ended.
set -uo pipefail

whole=(tests/ops tests/stories)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$1" -m pytest "${whole[@]}" >"$log" 2>&1 &
failed=0
"$1" -m pytest "${whole[@]/#/--ignore=}" || failed=$?
echo "Whole sites:"
wait $! || failed=$?
cat "$log"
exit "$failed"
