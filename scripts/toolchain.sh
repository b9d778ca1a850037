#!/usr/bin/env bash
# toolchain.sh [go] [node]: says in one line which of the two is missing or old.
set -euo pipefail
for tool in "$@"; do
  case $tool in
  go)
    command -v go >/dev/null || { echo "make: Go >= 1.21 is missing: install it from your system or go.dev/dl" >&2; exit 1; }
    ;;
  node)
    command -v node >/dev/null || { echo "make: Node.js >= 20 is missing: install it from your system or nodejs.org" >&2; exit 1; }
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 20 ] || { echo "make: Node.js >= 20 is needed, this is $(node --version)" >&2; exit 1; }
    command -v npm >/dev/null || { echo "make: npm is missing: install it beside Node.js" >&2; exit 1; }
    ;;
  esac
done
