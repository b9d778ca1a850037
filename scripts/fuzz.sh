#!/usr/bin/env bash
# fuzz.sh DURATION [PACKAGE]...: runs every fuzz target of the module, or those of
# the packages (./importers/dxf), for DURATION each.
#
# Only this module is instrumented: `go test -fuzz` would compile every dependency
# anew for it, which takes ten minutes for the Parquet library alone, and the paths
# that a mutation is led by are those of our own code.
set -euo pipefail
duration=${1:-20s}
shift || true
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cache=$(go env GOCACHE)/fuzz
module=$(go list -m)
failed=0
if [ $# -eq 0 ]; then
  mapfile -t packages < <(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u)
else
  packages=("$@")
fi
for dir in "${packages[@]}"; do
  binary=$scratch/$(echo "$dir" | tr / _).test
  go test -c -gcflags="$module/...=-d=libfuzzer" -o "$binary" "$dir"
  for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | sort -u); do
    echo "fuzz $dir $target"
    # What fails is kept in the package's testdata/fuzz, for the test to repeat.
    (cd "$dir" && "$binary" -test.run '^$' -test.fuzz "^${target}\$" -test.fuzztime "$duration" \
      -test.fuzzminimizetime 10s -test.fuzzcachedir "$cache/$module/${dir#./}" -test.parallel "$(nproc)") || failed=1
  done
  rm -f "$binary"
done
exit "$failed"
