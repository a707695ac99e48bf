# shellcheck shell=bash
# Sourced by the scripts that need Python: .venv with exactly what a requirements file pins.

fail() {
  echo "$*" >&2
  exit 1
}

# Prints the first Python that will do, as a command; explains what to install when there is none.
find_python() {
  local candidate version old="" bare=""
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    version=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      old=${old:-$version}
    elif ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      bare=${bare:-$candidate}
    else
      echo "$candidate"
      return
    fi
  done
  if [[ -n $bare ]]; then
    fail "$bare has no venv module. Install it: apt-get install $bare-venv"
  elif [[ -n $old ]]; then
    fail "PhotoCloud needs Python 3.11 or newer and found only $old. Install it: apt-get install python3 python3-venv"
  fi
  fail "PhotoCloud needs Python 3.11 or newer. Install it: apt-get install python3 python3-venv"
}

# make_venv FILE: .venv has what FILE pins. Quick and without network when it has it already.
make_venv() {
  local file=$1 python
  if [[ -f .venv/stamp-$file && $(cat ".venv/stamp-$file") == "$(venv_stamp "$file")" ]]; then
    return
  fi
  # A .venv outlives its Python: an upgrade of the system leaves a dangling link behind.
  if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    python=$(find_python) || exit 1
    [[ -w . ]] || fail "$PWD is not writable, so .venv can't be made. Give the folder to $(id -un), or run as its owner."
    rm -rf .venv
    "$python" -m venv .venv || fail "$python -m venv .venv failed."
  fi
  echo "Installing Python packages from $file into .venv. This takes a minute, once."
  rm -f .venv/stamp-*
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$file" ||
    fail "Installing the Python packages failed; pip says why above. The first start needs the network."
  venv_stamp "$file" > ".venv/stamp-$file"
  # script/lock makes requirements-dev.txt a superset: after it, the server has all it needs.
  if [[ $file == requirements-dev.txt ]]; then
    venv_stamp requirements.txt > .venv/stamp-requirements.txt
  fi
}

venv_stamp() {
  sha256sum < "$1"
  .venv/bin/python -c 'import sys; print(sys.version)' 2>/dev/null || true
}
