#!/usr/bin/env bash
# All tests, in three processes at once: those that start whole sites mostly wait for them. At the end: did every operation
# of the API give a good answer in one of them?
#
#     tools/all_tests.sh PYTHON
#
# The reports of those in the background come when the one in front has ended.
set -uo pipefail

parts=("tests/ops" "tests/stories tests/visibility tests/cli")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
processes=()
for part in "${parts[@]}"; do
  number=${#processes[@]}
  # shellcheck disable=SC2086
  TESTS_ANSWERED_WELL=$folder/well-$number "$1" -m pytest $part >"$folder/log-$number" 2>&1 &
  processes+=($!)
done
failed=0
elsewhere=(${parts[*]})
TESTS_ANSWERED_WELL=$folder/well "$1" -m pytest "${elsewhere[@]/#/--ignore=}" || failed=$?
for number in "${!parts[@]}"; do
  echo "${parts[number]}:"
  wait "${processes[number]}" || failed=$?
  cat "$folder/log-$number"
done
"$1" tools/api_coverage.py --answered "$folder"/well* || failed=1
exit "$failed"
