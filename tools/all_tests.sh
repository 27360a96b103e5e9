#!/usr/bin/env bash
# All tests, in two processes at once: those that start whole sites mostly wait for them. At the end: did every operation
# of the API give a good answer in one of them?
#
#     tools/all_tests.sh PYTHON
#
# The second one's report comes when the first has ended.
set -uo pipefail

whole=(tests/ops tests/stories)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
TESTS_ANSWERED_WELL=$folder/whole "$1" -m pytest "${whole[@]}" >"$folder/log" 2>&1 &
failed=0
TESTS_ANSWERED_WELL=$folder/rest "$1" -m pytest "${whole[@]/#/--ignore=}" || failed=$?
echo "Whole sites:"
wait $! || failed=$?
cat "$folder/log"
"$1" tools/api_coverage.py --answered "$folder/whole" "$folder/rest" || failed=1
exit "$failed"
