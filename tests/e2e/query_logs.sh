#!/usr/bin/env bash
# Both sides of a pair anchor the same 100,000 log lines: MATCHED. One line changed on one side: MISMATCH. One side silent:
# UNMATCHED when the window closes, EXPIRED later, and then it is too late for the other side.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0 --log-window 3 --log-expiry 15
seq 1 100000 | sed 's/.*/{"seq":&,"op":"count","answer":"&0"}/' >"$dir/user.ndjson"
sed '77777s/count/mean/' "$dir/user.ndjson" >"$dir/changed.ndjson"
user=$(member user) repository=$(member repository)
state() { as regulator log show --pair "$user,$repository" --epoch "$1" | jq -r .state; }

as user log anchor --with "$repository" --epoch 1 --file "$dir/user.ndjson" >"$dir/a.json"
expect "$(jq .count "$dir/a.json")" 100000 "lines"
expect "$(state 1)" ANCHORED "one side within the window"
as repository log anchor --with "$user" --epoch 1 --file "$dir/user.ndjson" >"$dir/b.json"
expect "$(jq -r .state "$dir/b.json")" MATCHED "the answer to the second side"
expect "$(jq -r .root "$dir/b.json")" "$(jq -r .root "$dir/a.json")" "the roots"
expect "$(state 1)" MATCHED "epoch 1"

as user log anchor --with "$repository" --epoch 2 --file "$dir/user.ndjson" >/dev/null
as repository log anchor --with "$user" --epoch 2 --file "$dir/changed.ndjson" >/dev/null
expect "$(state 2)" MISMATCH "epoch 2"

as repository log anchor --with "$user" --epoch 3 --file "$dir/changed.ndjson" >/dev/null
eventually 12 UNMATCHED state 3
refused log.already_anchored as repository log anchor --with "$user" --epoch 3 --file "$dir/user.ndjson"
eventually 30 EXPIRED state 3
refused log.expired as user log anchor --with "$repository" --epoch 3 --file "$dir/changed.ndjson"
expect "$(state 1)" MATCHED "epoch 1, still"
expect "$(state 2)" MISMATCH "epoch 2, still"
refused usage.value dev up --log-window 10 --log-expiry 9 --json

# On a terminal, reading a large log shows how far it is, and standard output stays clean.
command -v script >/dev/null || skip "no script(1), so there is no terminal to try"
seen=$(script -qec "'$bin/datadeed' --profile '$dir/profiles/user.toml' log anchor --with '$repository' --epoch 4 \
    --file '$dir/user.ndjson' 2>&1 >'$dir/stdout'" /dev/null)
[[ $seen == *"reading the log, KiB  ["* ]] || { echo "no progress on the terminal: $seen" >&2; exit 1; }
expect "$(grep -c 'KiB' "$dir/stdout" || true)" 0 "lines of progress on standard output"
