#!/usr/bin/env bash
# Two of four validators, one more than is borne, run twice under the same keys, and each of their halves with one honest node makes a
# chain of its own. Once the honest two hear each other they stop, and whoever hears them; they name the two, and keep proofs that anybody
# can check.
. "$(dirname "$0")/lib.sh"

twins=()
before_finish() { [[ ${#twins[@]} -eq 0 ]] || kill -9 "${twins[@]}" 2>/dev/null || true; }

config_of() { printf '%s/nodes/%s/node.toml' "$dir" "$1"; }
port_of() { sed -nE 's/^peer = ".*:([0-9]+)"/\1/p' "$(config_of "$1")"; }
# reach NODE PEER PORT: where that node looks for its peer. Nobody listens at port 9.
reach() { sed -i "/^name = \"$2\"/{n;s/:[0-9]*\"/:$3\"/}" "$(config_of "$1")"; }
# A second process with a node's name, keys and data, on other ports.
make_twin() {
    local from=$dir/nodes/$1 to=$dir/nodes/$1-twin
    mkdir "$to" && cp -r "$from/data" "$from/keys" "$to/"
    sed -E 's/^((peer|api|ops) = ".*:)[0-9]+"/\10"/' "$from/node.toml" >"$to/node.toml"
    reach "$1-twin" node-2 9
}
run_twin() {
    "$bin/datadeed-node" --config "$(config_of "$1")" >"$dir/nodes/$1/node.log" 2>&1 &
    twins+=($!)
    eventually 20 yes is_serving "$1"
}
is_serving() { grep -q '"node.serving"' "$dir/nodes/$1/node.log" && echo yes; }
twin_port() { grep '"node.serving"' "$dir/nodes/$1/node.log" | jq -r .peer; }
field_of() { dev status --json | jq -r --arg name "$1" ".nodes[] | select(.name == \$name) | .$2"; }
at() { # NODE ROLE COMMAND...: as that role, from that node alone
    local node=$1 role=$2; shift 2
    at_node "$role" "$node"
    as "$role-$node" "$@"
}
fault_of() { grep '"node.fault"' "$dir/nodes/$1/node.log" | tail -n 1 | jq -r '"\(.code) \(.exit)"'; }

up --nodes 4 --observers 0
as owner data register --id before --title "Before" --type table >/dev/null
# What both halves decide in one view convicts who signed both, and the view's primary is of both.
expect "$(as operator node status | jq -r .primary)" node-0 "the primary"
for node in node-0 node-1 node-2 node-3; do eventually 20 caught-up lag_of "$node"; done
height=$(node_height node-2)
dev down --json >/dev/null

for node in node-0 node-1; do make_twin "$node"; done
for node in node-0 node-1 node-2; do
    reach "$node" node-3 9
    dev start "$node" --json >/dev/null
done
reach node-0-twin node-1 9
run_twin node-0-twin
reach node-1-twin node-0 "$(twin_port node-0-twin)"
run_twin node-1-twin
for node in node-0 node-1; do reach node-3 "$node" "$(twin_port "$node-twin")"; done
reach node-3 node-2 9
dev start node-3 --json >/dev/null
for node in node-2 node-3; do eventually 30 ready field_of "$node" health; done
hears() { grep -q "\"peer.up\",\"peer\":\"$2\"" "$dir/nodes/$1/node.log" && echo yes; }
eventually 30 yes hears node-0-twin node-1

at node-2 owner data register --id left --title "Left" --type table >/dev/null
at node-3 owner data register --id right --title "Right" --type table >/dev/null
block_of() { at "$1" regulator block show "$((height + 1))" | jq -r .hash; }
for node in node-2 node-3; do expect "$(field_of "$node" state)" running "$node, alone with its half"; done
[[ $(block_of node-2) != $(block_of node-3) ]] || { echo "no fork was made" >&2; exit 1; }

# The two honest ones hear each other.
dev kill node-3 --json >/dev/null
reach node-3 node-2 "$(port_of node-2)"
dev start node-3 --json >/dev/null
for node in node-0 node-1 node-2 node-3; do
    eventually 30 stopped field_of "$node" state
    expect "$(fault_of "$node")" "consensus.two_certificates 5" "how $node ended"
    grep -q "\"chain.forked\",\"height\":\"\?$((height + 1))\b" "$dir/nodes/$node/node.log" || { echo "$node doesn't say where" >&2; exit 1; }
done

# Who lied, for anybody to check without a node. Certificates of two views wouldn't tell.
views=$(cat "$dir"/nodes/node-[23]/node.log | grep '"view.entered"' | jq -r .view | sort -u | paste -sd ,)
convicted() {
    local file
    for file in "$(data_dir "$1")"/evidence/*; do
        "$bin/datadeed" audit evidence "$file" --genesis "$dir/genesis.cbor" --json | jq -r '"\(.verdict) \(.accused) \(.offence)"'
    done | sort -u | paste -sd ,
}
for node in node-2 node-3; do
    [[ $views != 0 ]] || expect "$(convicted "$node")" "proved node-0 two_votes,proved node-1 two_votes" "what $node proves"
done

# Neither half goes on as if nothing had been.
dev start node-2 --json >/dev/null
dev start node-3 --json >/dev/null
forks_of() { grep -c '"code":"consensus.two_certificates"' "$dir/nodes/$1/node.log"; }
for node in node-2 node-3; do
    eventually 30 stopped field_of "$node" state
    expect "$(forks_of "$node")" 2 "how often $node ended for the fork"
done
[[ $views == 0 ]] || skip "the proofs: the halves decided in the views $views, since this machine is busy"
