#!/usr/bin/env bash
# Whether every patch of this folder applies exactly to the code as it is.
set -euo pipefail
failed=0
for patch in tests/mutants/*.patch; do
    patch --strip=1 --fuzz=0 --dry-run --input="$patch" >/dev/null || { echo "$patch doesn't fit any more" >&2; failed=1; }
done
exit "$failed"
