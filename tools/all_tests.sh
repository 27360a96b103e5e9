#!/usr/bin/env bash
# All tests, in four processes at once: those that start whole sites mostly wait for them. At the end: did every operation
# of the API give a good answer in one of them? What failed is run once more by itself (tools/once_more.py).
#
#     tools/all_tests.sh PYTHON
#
# The reports of those in the background come when the one in front has ended.
set -uo pipefail

servers="tests/ops/backups tests/ops/databases tests/ops/upgrades"
parts=("tests/stories tests/visibility" "$servers" "tests/cli tests/ops ${servers//tests/--ignore=tests}")
elsewhere="--ignore=tests/stories --ignore=tests/visibility --ignore=tests/cli --ignore=tests/ops"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
processes=()
for part in "${parts[@]}"; do
  number=${#processes[@]}
  # shellcheck disable=SC2086
  TESTS_ANSWERED_WELL=$folder/well-$number "$1" -m pytest $part >"$folder/log-$number" 2>&1 &
  processes+=($!)
done
worst=0
ended() {                                 # 1: a test failed; more: pytest itself did
  if [ "$1" -gt "$worst" ]; then worst=$1; fi
}
# shellcheck disable=SC2086
TESTS_ANSWERED_WELL=$folder/well "$1" -m pytest $elsewhere 2>&1 | tee "$folder/log"
ended "${PIPESTATUS[0]}"
for number in "${!parts[@]}"; do
  echo "${parts[number]}:"
  wait "${processes[number]}"
  ended $?
  cat "$folder/log-$number"
done
if [ "$worst" = 1 ]; then
  TESTS_ANSWERED_WELL=$folder/well-again "$1" tools/once_more.py "$folder"/log* && worst=0
fi
"$1" tools/api_coverage.py --answered "$folder"/well* || worst=1
exit "$worst"
