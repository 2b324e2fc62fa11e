#!/usr/bin/env bash
# The primary is killed: the chain goes on. All nodes are killed at once: nothing acknowledged is lost.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0
for i in 1 2 3; do as owner data register --id "before-$i" --title "Before $i" --type table >/dev/null; done
primary=$(as operator node status | jq -r .primary)
dev kill "$primary" --json >/dev/null
as owner data register --id after --title "After the kill" --type table >"$dir/after.json"
dev start "$primary" --json >/dev/null
eventually 20 caught-up lag_of "$primary"

for name in node-0 node-1 node-2 node-3; do dev kill "$name" --json >/dev/null; done
for name in node-0 node-1 node-2 node-3; do dev start "$name" --json >/dev/null; done
registered() { as owner data list --all | jq '.total'; }
eventually 20 4 registered
expect "$(as owner tx show "$(jq -r .tx "$dir/after.json")" | jq .height)" "$(jq .height "$dir/after.json")" "the height of the acknowledged transaction"
as owner data register --id last --title "After all came back" --type table >/dev/null
