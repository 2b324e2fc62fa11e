#!/usr/bin/env bash
# Whether every patch of this folder applies exactly to the code as it is, and each survivor with a reason is one change
# that scripts/mutate makes.
set -euo pipefail
failed=0
for patch in tests/mutants/*.patch; do
    patch --strip=1 --fuzz=0 --dry-run --input="$patch" >/dev/null || { echo "$patch doesn't fit any more" >&2; failed=1; }
done
changes=$(mktemp)
trap 'rm -f "$changes"' EXIT
cut -f1 tests/mutants/survivors.tsv | grep -v '^#' | sort -u | while IFS= read -r file; do
    awk -f scripts/mutate.awk "$file" | awk -F'\t' -v file="$file" '
        NR == FNR { code[NR] = $0; next } { print file "\t" $1 "\t" ($3 == "" ? "without " code[$2] : $3) }' "$file" - | sed -E 's/ +/ /g'
done >"$changes"
while IFS=$'\t' read -r file kind code _; do
    [[ $file != '#'* ]] || continue
    count=$(grep -cxF "$file"$'\t'"$kind"$'\t'"$code" "$changes" || true)
    [[ $count == 1 ]] || { echo "tests/mutants/survivors.tsv: $count changes are '$kind' in $file: $code" >&2; failed=1; }
done <tests/mutants/survivors.tsv
exit "$failed"
