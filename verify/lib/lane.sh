# Sourced by every lane. Says when a lane cannot run, builds what it needs, and runs its Python part.
#
# Callers set LANE and LIMIT (the most seconds that the lane may take after building), and then call
# lane_options, lane_needs, lane_build and lane_run.

set -euo pipefail

VERIFY=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(dirname "$VERIFY")
BUILD=1
ARGUMENTS=()

# A skip on a user's machine. In CI every lane has to run.
cannot_run() {
  if [ "${CI:-}" = true ]; then
    echo "verify/$LANE: failed, since it cannot run here: $*" >&2
    exit 1
  fi
  echo "verify/$LANE: skipped: $*" >&2
  exit 77
}

lane_options() {
  local option
  for option in "$@"; do
    case $option in
      --no-build) BUILD=0 ;;
      -h | --help) BUILD=0; ARGUMENTS+=("$option") ;;
      *) ARGUMENTS+=("$option") ;;
    esac
  done
}

# Check what every lane needs, and what is named: "capture" is the right to capture packets.
lane_needs() {
  [ "$(uname -s)" = Linux ] || cannot_run "it needs Linux, this is $(uname -s)"
  command -v python3 >/dev/null || cannot_run "python3 is not installed"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || cannot_run "it needs Python 3.10 or later"
  # Byte code belongs with the other output.
  export PYTHONPYCACHEPREFIX="$VERIFY/build/python" PYTHONPATH="$VERIFY/lib" PYTHONUNBUFFERED=1
  local need reason
  for need in "$@"; do
    case $need in
      capture)
        reason=$(python3 -c 'import capture; print(capture.may_capture() or "")')
        [ -z "$reason" ] || cannot_run "$reason"
        ;;
      *)
        command -v "$need" >/dev/null || cannot_run "$need is not installed"
        ;;
    esac
  done
  JDKS=$(python3 "$VERIFY/lib/jdks.py")
  [ -n "$JDKS" ] || cannot_run "no JDK 17 or later in JAVA_HOME, JAVA17_HOME, JAVA25_HOME or /usr/lib/jvm"
}

lane_build() {
  [ "$BUILD" = 1 ] || return 0
  echo "verify/$LANE: building (--no-build skips this)"
  # The wrapper takes java from the PATH where JAVA_HOME is not set.
  if [ -z "${JAVA_HOME:-}" ] && ! command -v javac >/dev/null; then
    export JAVA_HOME
    JAVA_HOME=$(head -n 1 <<<"$JDKS" | cut -d ' ' -f 2-)
  fi
  (cd "$ROOT" && ./mvnw -q -DskipTests package)
}

# Run the Python part, bounded in time. Whatever it starts dies with it.
lane_run() {
  exec timeout --kill-after=15 "$LIMIT" python3 "$VERIFY/lanes/$LANE/$LANE.py" ${ARGUMENTS[@]+"${ARGUMENTS[@]}"}
}
