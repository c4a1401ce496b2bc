# Sourced by the lanes that need Wine, after lane.sh.

find_wine() {
  PYTHONPATH="$VERIFY/lib:$VERIFY/lanes/windows" python3 -c 'import sys, wine; sys.exit(wine.find_wine() is None)'
}

have_pip() {
  python3 -m pip --version >/dev/null 2>&1 || command -v pip3 pip >/dev/null
}

# A CI machine is fresh, and ours. A user's machine is left as it is.
install_wine_in_ci() {
  [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  local missing=()
  find_wine || missing+=(wine wine64)
  command -v x86_64-w64-mingw32-gcc >/dev/null || missing+=(gcc-mingw-w64-x86-64)
  have_pip || missing+=(python3-pip)
  [ ${#missing[@]} -gt 0 ] || return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Check what Wine, the stand-in and the Windows JDK need.
wine_needs() {
  lane_needs capture setpriv x86_64-w64-mingw32-gcc
  [ "$(id -u)" = 0 ] || cannot_run "it needs root, which may use the sockets of other processes"
  find_wine || cannot_run "Wine for 64 bits is not installed (on Debian: wine and wine64)"
  have_pip || cannot_run "pip, which brings the Windows JDK, is not installed"
}
