#!/usr/bin/env bash
# A validator gone mad votes for two blocks at a time, over real links. The others keep the proof, through a restart; a member puts it on
# the chain, where every node and every replay of every copy checks it, and anybody can check it without a node.
. "$(dirname "$0")/lib.sh"
[[ -x $bin/datadeed-bench ]] || skip "datadeed-bench isn't built"

# asked NODE COMMAND...: as the operator, from that node alone.
asked() { local node=$1; shift; as "only-$node" "$@"; }
api_of() { jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .api' "$dir/up.json"; }
only() {
    sed '/^\[\[nodes\]\]/,$d' "$dir/profiles/operator.toml"
    printf '[[nodes]]\nname = "%s"\napi = "%s"\n' "$1" "$(api_of "$1")"
}
asked_id() { as only-node-0 net evidence | jq -r ".held[0].id"; }
held_by() { asked "$1" net evidence | jq -r '.held | length > 0'; }
damaged_at() { grep '"evidence.damaged"' "$dir/nodes/$1/node.log" | tail -n 1 | jq -r '.file | split("/") | last'; }
convicted() { asked "$1" net evidence | jq -r '[.items[] | "\(.accused) \(.offence) \(.reporter)"] | join(",")'; }

up --nodes 4 --observers 0
for node in node-0 node-1 node-2; do only "$node" >"$dir/profiles/only-$node.toml"; done
as owner data register --id before --title "Before" --type table >/dev/null
dev kill node-3 --json >/dev/null
"$bin/datadeed-bench" flood --dir "$dir" --as node-3 --attack contradictions --seconds 2 >/dev/null
for node in node-0 node-1 node-2; do eventually 30 true held_by "$node"; done
grep -qh '"validator.contradicted_itself"' "$dir"/nodes/node-0/node.log

# What node-0 holds outlives its process, and proves it to anybody.
id=$(asked node-0 net evidence | jq -r '.held[0].id')
expect "$(asked node-0 net evidence | jq -r '.held[0] | "\(.accused) \(.offence)"')" "node-3 two_votes" "what node-0 holds"
dev kill node-0 --json >/dev/null
[[ -s $(data_dir node-0)/evidence/$id ]] || { echo "node-0 has no file with the evidence" >&2; exit 1; }
dev start node-0 --json >/dev/null
eventually 30 "$id" asked_id
asked node-0 net evidence "$id" --out "$dir/proof" >/dev/null
cmp "$dir/proof" "$(data_dir node-0)/evidence/$id"
offline() { "$bin/datadeed" audit evidence "$1" --genesis "$dir/genesis.cbor" --json; }
expect "$(offline "$dir/proof" | jq -r '"\(.verdict) \(.accused) \(.offence) \(.statements | length)"')" \
    "proved node-3 two_votes 2" "the proof offline"
cp "$dir/proof" "$dir/spoiled"
flip_byte "$dir/spoiled" 20
status=0; offline "$dir/spoiled" >"$dir/verdict" || status=$?
expect "$status $(jq -r .verdict "$dir/verdict")" "5 failed" "a changed proof offline"

# A file that doesn't prove what its name says is passed over, and the node says which.
damaged=$(asked node-1 net evidence | jq -r '.held[0].id')
dev kill node-1 --json >/dev/null
flip_byte "$(data_dir node-1)/evidence/$damaged" 20
dev start node-1 --json >/dev/null
eventually 30 "$damaged" damaged_at node-1
holds() { asked "$1" net evidence | jq -r --arg id "$2" 'any(.held[]; .id == $id)'; }
eventually 30 false holds node-1 "$damaged"

# On the chain: once, for all nodes, by whoever reports it; and nothing else.
refused evidence.not_proven as operator net report "$dir/spoiled"
head -c -1 "$dir/proof" >"$dir/cut"
refused usage.value as operator net report "$dir/cut"
as owner net report "$dir/proof" >/dev/null
for node in node-0 node-1 node-2; do eventually 30 "node-3 two_votes owner" convicted "$node"; done
refused evidence.known as operator net report "$dir/proof"
refused evidence.not_found as operator net report "$(printf 'a%.0s' {1..64})"
expect "$(asked node-1 net evidence "$id" --out "$dir/again" | jq -r .status)" recorded "status of the evidence"
cmp "$dir/proof" "$dir/again"

# And for every auditor.
chain=$(jq -r .chain "$dir/up.json")
copy_all "$dir/copies"
for node in node-0 node-1 node-2; do
    "$bin/datadeed" audit replay --data-dir "$dir/copies/$node" --write-epochs "$dir/$node.epochs" --json >"$dir/$node.replay"
    expect "$(jq -r '"\(.verdict) \([.convicted[] | "\(.accused) \(.offence) \(.reporter)"] | join(","))"' "$dir/$node.replay")" \
        "verified node-3 two_votes owner" "replay of $node"
done
expect "$("$bin/datadeed" audit evidence "$dir/proof" --epochs "$dir/node-1.epochs" --chain "$chain" --json | jq -r .verdict)" \
    proved "the proof by the file with epochs"
