#!/usr/bin/env bash
# A real catalogue is imported while one node is killed and started again: every row registered, none twice, none lost;
# all copies of the data folders replay to one height, state root and log root.
. "$(dirname "$0")/lib.sh"
catalogue=$root/../shared/data/catalogue.csv
[[ -r $catalogue ]] || skip "$catalogue is not beside the project"
rows=3648

up --nodes 4 --observers 1
(sleep 1; dev kill node-1 --json >/dev/null; sleep 1; dev start node-1 --json >/dev/null) &
restarting=$!
as owner data import "$catalogue" --id-columns Package,Item --title-column Title >"$dir/import.json" 2>"$dir/import.err"
wait "$restarting"
expect "$(jq .registered "$dir/import.json")" "$rows" "rows registered"
expect "$(jq '.failed | length' "$dir/import.json")" 0 "rows failed"
expect "$(as owner data list --all | jq '[.items[].id] | unique | length')" "$rows" "data sets on the chain"

as owner data import "$catalogue" --id-columns Package,Item --title-column Title >"$dir/again.json" 2>/dev/null
expect "$(jq .registered "$dir/again.json")" 0 "rows registered a second time"
expect "$(jq .skipped "$dir/again.json")" "$rows" "rows skipped the second time"

eventually 20 caught-up lag_of node-1
eventually 20 caught-up lag_of observer-0
copy_all "$dir/copies"
wanted=$(replay "$dir/copies/node-0")
expect "${wanted%% *}" verified "the replay of node-0"
for name in node-1 node-2 node-3 observer-0; do expect "$(replay "$dir/copies/$name")" "$wanted" "the replay of $name"; done
