#!/usr/bin/env bash
# Installs the libraries, in the versions that are pinned here, where the test looks for them.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=tests/interop
there="${CARGO_TARGET_DIR:-target}/interop"
mkdir -p "$there"
if command -v node >/dev/null; then
    cp "$here/package.json" "$here/package-lock.json" "$there"
    npm ci --prefix "$there" --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
    # More than half of it is for editors and debuggers.
    find "$there/node_modules" -name '*.map' -delete -o -name '*.[cm]ts' -delete -o -name '*.ts' -delete
fi
if command -v python3 >/dev/null; then
    python3 -m venv "$there/venv"
    "$there/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check -r "$here/requirements.txt"
fi
