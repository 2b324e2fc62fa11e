#!/usr/bin/env bash
# Whatever floods four nodes (a validator gone mad, strangers, members who submit without end): transactions become final
# meanwhile, no node ends or votes twice, and afterwards all have the same chain. What it costs is for scripts/flood.
. "$(dirname "$0")/lib.sh"
[[ -x $bin/datadeed-bench ]] || skip "datadeed-bench isn't built"

running() { dev status --json | jq '[.nodes[] | select(.state == "running")] | length'; }
register() { as owner data register --id "floods/$1" --title "Under $1" --type table --timeout 60 | jq -r .height; }

# under ATTACK [RATE]: a data set is registered while the attack goes on.
under() {
    local attacker
    "$bin/datadeed-bench" flood --dir "$dir" --attack "$1" --seconds 2 ${2:+--rate "$2"} >"$dir/report" &
    attacker=$!
    sleep 0.5
    register "$1" >/dev/null
    wait "$attacker"
    expect "$(running)" "$nodes" "nodes that run after $1"
}

up --nodes 4 --observers 0
nodes=4
for attack in connections slowloris handshakes; do under "$attack"; done
under spam 5000
under identities 5000
under proposals 200
under uses 200

# Its keys are the attacker's now. The flood that convicts whoever makes it comes first: those after it get it shunned.
dev kill node-3 --json >/dev/null
nodes=3
for attack in contradictions garbage bad-signatures useless-votes useless-gossip questions reconnect oversized; do under "$attack"; done
grep -qs '"net.peer_shunned"' "$dir"/nodes/node-0/node.log || { echo "nobody was shunned" >&2; exit 1; }

last=$(register last)
for node in node-0 node-1 node-2; do eventually 60 caught-up lag_of "$node"; done
! grep -hE '"node.fault"|"votes.silenced"' "$dir"/nodes/node-[012]/node.log || exit 1
accused=$(grep -h '"validator.contradicted_itself"' "$dir"/nodes/node-[012]/node.log | jq -r .validator | sort -u)
expect "$accused" node-3 "who contradicted itself"
copy_all "$dir/copies"
rm -rf "$dir/copies/node-3"
for node in node-0 node-1 node-2; do replay "$dir/copies/$node" | cut -d' ' -f1,2; done | sort -u >"$dir/verdicts"
expect "$(cut -d' ' -f1 "$dir/verdicts" | sort -u)" "verified" "verdicts of the replays"
[[ $(head -n 1 "$dir/verdicts" | cut -d' ' -f2) -ge $last ]] || { echo "a node's chain is too short" >&2; exit 1; }
