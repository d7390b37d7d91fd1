#!/usr/bin/env bash
# Every test, in two halves side by side: the one that coverage is measured in, and the one named in the arguments, which
# runs without that (browsers, kills, whole stories and walks take 1.7 times the time under it). What the second half says
# is shown when both are through.
set -euo pipefail
cd "$(dirname "$0")/.."
how=(-n 2 --dist loadfile --no-loadscope-reorder)
said=$(mktemp)
rest=""
trap '[ -z "$rest" ] || kill "$rest" 2>/dev/null || true; rm -f "$said"' EXIT
rm -f .coverage .coverage.*
pytest "${how[@]}" "$@" >"$said" 2>&1 &
rest=$!
measured=0; pytest "${how[@]}" --cov --cov-report= "${@/#/--ignore=}" || measured=$?
unmeasured=0; wait "$rest" || unmeasured=$?
rest=""
cat "$said"
[ "$measured" = 0 ] && [ "$unmeasured" = 0 ] || exit 1
python scripts/coverage_gate.py
