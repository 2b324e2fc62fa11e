#!/usr/bin/env bash
# A node that has lost its folder comes back by a snapshot that the others wrote, from several of them, while the chain goes on;
# killed in between it goes on where it was. What it doesn't keep it says, to a replay too; what the others have replays to one end.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 1
dev down --json >/dev/null
for config in "$dir"/nodes/*/node.toml; do # first: a table that follows the peers would be theirs
    sed -i '1i [storage]\nsnapshot_transactions = 400\n' "$config"
done
dev start --json >/dev/null

log_of() { printf '%s' "$dir/nodes/$1/node.log"; }
logged() { grep -c "\"$2\"" "$(log_of "$1")" || true; }
field() { grep "\"$2\"" "$(log_of "$1")" | tail -n 1 | jq -r ".$3"; }
load() { "$bin/datadeed-bench" load --dir "$dir" --clients 32 --seconds "$1" --json "${@:2}" >"$dir/load.json"; }
has_written() { [[ $(logged "$1" snapshot.written) -ge $2 ]] && echo yes; }

load 6
for name in node-0 node-1 node-2 node-3; do eventually 30 yes has_written "$name" 2; done
for name in node-0 node-1; do expect "$(ls "$(data_dir "$name")/snapshots" | sort | tr '\n' ' ')" "0 1 " "snapshots of $name"; done

# From nothing.
dev kill observer-0 --json >/dev/null
rm -rf -- "$(data_dir observer-0)"
dev start observer-0 --json >/dev/null
eventually 60 caught-up lag_of observer-0
expect "$(logged observer-0 snapshot.taken_over)" 1 "snapshots that observer-0 went on from"
taken=$(field observer-0 snapshot.taken_over height)
# The snapshot may be of the last block that the load made.
as owner data register --id above/it --title "Above it" --type table >/dev/null
eventually 60 caught-up lag_of observer-0

# It says what it doesn't keep, and has the rest.
sed '/^\[\[nodes\]\]/,$d' "$dir/profiles/operator.toml" >"$dir/profiles/observer.toml"
grep -B 1 -A 1 "^name = 'observer-0'" "$dir/profiles/operator.toml" >>"$dir/profiles/observer.toml"
refused chain.pruned as observer block show "$taken"
expect "$(as observer block show $((taken + 1)) | jq .height)" $((taken + 1)) "the block above it"
load 2 --without observer-0
eventually 30 caught-up lag_of observer-0

# Again, and killed on its way, wherever that is.
for wait in 0.05 0.1 0.2 0.4; do
    dev kill observer-0 --json >/dev/null
    rm -rf -- "$(data_dir observer-0)"
    dev start observer-0 --json >/dev/null 2>&1 &
    sleep "$wait"
    dev kill observer-0 --json >/dev/null 2>&1 || true
    wait
    dev start observer-0 --json >/dev/null
    eventually 60 caught-up lag_of observer-0
done

copy_all "$dir/copies"
end=$(replay "$dir/copies/node-0")
expect "${end%% *}" verified "the verdict on node-0's copy"
for name in node-1 node-2 node-3; do expect "$(replay "$dir/copies/$name")" "$end" "the end of $name's chain"; done
status=0; "$bin/datadeed" audit replay --data-dir "$dir/copies/observer-0" --json >"$dir/replay.json" 2>/dev/null || status=$?
expect "$status $(jq -r .first_bad.code "$dir/replay.json")" "5 chain.pruned" "the verdict on observer-0's copy"
