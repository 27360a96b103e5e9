#!/usr/bin/env bash
# All tests, in four processes at once: those that start whole sites mostly wait for them. At the end: may what they say
# be believed (petrel gate judge; decision 0076), and did every operation of the API give a good answer in one of them?
#
#     [GATE_WHOLE=1] tools/all_tests.sh PYTHON
#
# What those in the background print comes when the one in front has ended. GATE_WHOLE: nothing is missing on this
# machine, so that counters may not have fallen. Reports stay in .gate, for `petrel gate`.
set -uo pipefail

servers="tests/ops/backups tests/ops/databases tests/ops/upgrades"
parts=("tests/stories tests/visibility" "$servers tests/storage"
       "tests/cli tests/core tests/ops ${servers//tests/--ignore=tests}")
elsewhere=$(printf ' --ignore=tests/%s' stories visibility cli core ops storage)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
processes=() reports=()
rm -f .gate/report*
for part in "${parts[@]}"; do
  number=${#processes[@]}
  reports+=(".gate/report-$number")
  # shellcheck disable=SC2086
  TESTS_ANSWERED_WELL=$folder/well-$number "$1" -m pytest $part --gate-report=".gate/report-$number" \
    >"$folder/log-$number" 2>&1 &
  processes+=($!)
done
# shellcheck disable=SC2086
TESTS_ANSWERED_WELL=$folder/well "$1" -m pytest $elsewhere --gate-report=.gate/report
for number in "${!parts[@]}"; do
  echo "${parts[number]}:"
  wait "${processes[number]}"
  cat "$folder/log-$number"
done
worst=0
TESTS_ANSWERED_WELL=$folder/well-again "$1" -m petrel gate judge ${GATE_WHOLE:+--whole} .gate/report "${reports[@]}" ||
  worst=1
"$1" tools/api_coverage.py --answered "$folder"/well* || worst=1
exit "$worst"
