#!/usr/bin/env bash
# fuzz.sh DURATION: runs every fuzz target of the module for DURATION each.
set -euo pipefail
duration=${1:-20s}
for dir in $(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do
  for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | sort -u); do
    echo "fuzz $dir $target"
    go test -run '^$' -fuzz "^${target}\$" -fuzztime "$duration" "$dir"
  done
done
