#!/usr/bin/env bash
# Prints a command of the README, so that what is run is what is written there: the fenced block below the line
# <!-- command: NAME -->.
#
#   verify/lib/readme-command.sh run|test
set -euo pipefail

name=${1:?name of a command, run or test}
readme=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/README.md

command=$(awk -v marker="<!-- command: $name -->" '
  inside && /^[ \t]*```/ { exit }
  inside { print }
  marked && /^[ \t]*```/ { inside = 1; next }
  marked && NF && !inside { exit }
  index($0, marker) { marked = 1 }
' "$readme")
if [ -z "$command" ]; then
  echo "README.md has no fenced block below <!-- command: $name -->" >&2
  exit 1
fi
printf '%s\n' "$command"
