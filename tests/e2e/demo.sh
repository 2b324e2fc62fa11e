#!/usr/bin/env bash
# What scripts/demo shows holds with the programs of this build, and it says how many of its steps passed.
. "$(dirname "$0")/lib.sh"

# The columns of somebody's own catalogue, found by its first line: a byte order mark is no part of a name, and a name
# keeps all of its bytes (a full-width letter begins with the byte that a mark begins with).
. "$root/scripts/demo-steps"
columns_of() { printf "$1" >"$dir/header.csv"; guess_columns "$dir/header.csv"; echo "$id_columns $title_column"; }
expect "$(columns_of '\357\273\277id,name\r\n')" "id name" "columns after a byte order mark"
expect "$(columns_of '\357\275\216\357\273\277o,t\n')" "$(printf '\357\275\216\357\273\277o t')" "columns with full-width letters"
expect "$(columns_of 'Kind,Package,Item,Title,Rows\n')" "Package,Item Title" "columns of a package catalogue"

BIN=$bin bash "$root/scripts/demo" --dir "$dir/demo" >"$dir/demo.txt" 2>&1 || { cat "$dir/demo.txt" >&2; exit 1; }
verdict=$(grep -E '^PASS ' "$dir/demo.txt")
expect "${verdict%% in *}" "PASS 15/15" "the demo's verdict"
expect "$(grep -c ' ok .* s$' "$dir/demo.txt")" 15 "lines of steps"
expect "$("$bin/datadeed" dev status --dir "$dir/demo" --json | jq -r '[.nodes[].state] | unique | join(" ")')" stopped "nodes left behind"
