#!/usr/bin/env bash
# Four validators become seven and five again, by votes on the chain, one goes on under new keys, and a founder that left comes
# back with an empty folder, while a client registers data without end: nothing that was acknowledged is lost, and every copy of
# the chain replays to the same end.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0
passphrase=$dir/passphrase
pids=()
stop_joined() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; }
before_finish() { touch "$dir/stop-load"; stop_joined; wait || true; }

new_key() { "$bin/datadeed" key new "$1" --passphrase-file "$passphrase" --json | jq -r .key; }
api_port() { jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .api' "$dir/up.json" | sed 's/.*://'; }
free_port=$(($(jq -r '.nodes[].api' "$dir/up.json" | sed 's/.*://' | sort -n | tail -n 1) + 10))
member_admitted() { as operator member admit "$1" --organisation "Joined $1" --roles validator --keys "$(new_key "$dir/keys/$1.key")" >/dev/null; }
profile_of() {
    sed -e "s/^member = .*/member = \"$1\"/" -e "s#^key_file = .*#key_file = \"../keys/$1.key\"#" \
        "$dir/profiles/node-0.toml" >"$dir/profiles/$1.toml"
}

# prepare NAME: member, keys and configuration of a node that is to join.
prepare() {
    local name=$1 folder=$dir/nodes/$1
    mkdir -p "$folder/keys"
    new_key "$folder/keys/link.key" >/dev/null
    new_key "$folder/keys/vote.key" >/dev/null
    new_key "$folder/keys/cosign.key" >/dev/null
    member_admitted "$name"
    profile_of "$name"
    {
        printf '[node]\nname = "%s"\njoins = true\ndata_dir = "data"\ngenesis = "../../genesis.cbor"\n' "$name"
        printf '[keys]\nlink = "keys/link.key"\nvote_next = "keys/vote.key"\ncosign_next = "keys/cosign.key"\n'
        printf 'passphrase_file = "../../passphrase"\n[listen]\npeer = "127.0.0.1:%d"\napi = "127.0.0.1:%d"\nops = "127.0.0.1:%d"\n' \
            "$((free_port + 1))" "$free_port" "$((free_port + 2))"
        sed -n '/^\[\[peers\]\]/,$p' "$dir/nodes/node-0/node.toml"
        printf '\n[[peers]]\nname = "node-0"\naddress = "%s"\n' "$(sed -n 's/^peer = "\(.*\)"/\1/p' "$dir/nodes/node-0/node.toml")"
    } >"$folder/node.toml"
    free_port=$((free_port + 3))
}

# adopt PROPOSER KIND ARGUMENT...: proposes it, and lets validators vote until it is adopted.
adopt() {
    local proposer=$1 change voter; shift
    change=$(as "$proposer" net propose "$@" | jq -r .change)
    for voter in $(as operator net members | jq -r '.epoch.nodes[] | select(.role == "validator") | .member'); do
        [[ $(as operator net why "$change" | jq -r .change.status) == adopted ]] && return 0
        [[ $voter == "$proposer" ]] || as "$voter" net vote "$change" --approve >/dev/null
    done
    expect "$(as operator net why "$change" | jq -r .change.status)" adopted "the change '$*'"
}
word() { "$bin/datadeed-node" ready --config "$dir/nodes/$1/node.toml" "${@:2}" >"$dir/$1.ready" 2>"$dir/$1.not-ready" && echo ready; }
validators() { as operator net members | jq '[.epoch.nodes[] | select(.role == "validator")] | length'; }

declare -A pid_of
run_node() {
    "$bin/datadeed-node" --config "$dir/nodes/$1/node.toml" 2>>"$dir/nodes/$1/node.log" &
    pid_of[$1]=$!
    pids+=($!)
}
# join NAME: from nothing to a validator.
join() {
    prepare "$1"
    word "$1" --observer >/dev/null
    adopt operator add-observer --ready "$dir/$1.ready"
    run_node "$1"
    eventually 120 ready word "$1"
}
become_validator() { adopt operator add-validator --ready "$dir/$1.ready"; }
role_of() { as operator net members | jq -r --arg name "$1" '.epoch.nodes[] | select(.member == $name) | "\(.role) \(.votes)"'; }
is_near() { as operator net members | jq --arg name "$1" '.height as $tip | .epoch.nodes[] | select(.member == $name) | .reachable and (.height // 0) + 200 >= $tip'; }
# signs NAME: whether a block of the last few has its COMMIT.
signs() {
    local tip height
    tip=$(as operator net members | jq .height)
    for ((height = tip; height > tip - 4 && height > 0; height--)); do
        if as operator block show "$height" | jq -e --arg name "$1" '.certificate.signers | index($name)' >/dev/null; then echo yes; return; fi
    done
    echo no
}

# The load: data sets one after the other, and what became of each.
load() {
    local i=0
    while [[ ! -e $dir/stop-load ]]; do
        i=$((i + 1))
        as owner data register --id "load-$i" --title "Load $i" --type table 2>/dev/null | jq -r '"\(.tx) \(.height)"' >>"$dir/acknowledged" || true
    done
}
load & load_pid=$!

# Whom the chain doesn't name needs to say that it joins.
sed '0,/^name = .*/s//name = "node-9"/' "$dir/nodes/node-0/node.toml" >"$dir/nodes/node-0/stranger.toml"
status=0; "$bin/datadeed-node" --config "$dir/nodes/node-0/stranger.toml" 2>"$dir/stranger.log" || status=$?
expect "$status" 20 "a node that the chain doesn't name, on another's folder"
sed -i 's#^data_dir = .*#data_dir = "stranger"#' "$dir/nodes/node-0/stranger.toml"
status=0; "$bin/datadeed-node" --config "$dir/nodes/node-0/stranger.toml" 2>"$dir/stranger.log" || status=$?
expect "$status $(grep -c '"keys.not_a_node"' "$dir/stranger.log")" "4 1" "a node that the chain doesn't name"
for name in node-4 node-5 node-6; do
    join "$name"
    if [[ $name == node-5 ]]; then  # its word outlives a crash
        kill -9 "${pid_of[$name]}"
        wait "${pid_of[$name]}" || true  # it holds its folder until it's gone
        run_node "$name"
        eventually 60 true is_near "$name"
    fi
    become_validator "$name"
done
expect "$(validators)" 7 "validators after three joined"
for name in node-4 node-5 node-6; do
    eventually 30 "validator true" role_of "$name"
    eventually 60 yes signs "$name"
done

# One goes on under new keys.
new_key "$dir/nodes/node-1/keys/vote-2.key" >/dev/null
new_key "$dir/nodes/node-1/keys/cosign-2.key" >/dev/null
sed -i 's#^cosign = .*#&\nvote_next = "keys/vote-2.key"\ncosign_next = "keys/cosign-2.key"#' "$dir/nodes/node-1/node.toml"
dev kill node-1 --json >/dev/null
dev start node-1 --json >/dev/null
eventually 120 ready word node-1
adopt node-1 replace-keys --ready "$dir/node-1.ready"
expect "$(as operator net members | jq -r '.epoch.nodes[] | select(.member == "node-1") | .vote')" \
    "$("$bin/datadeed" key show "$dir/nodes/node-1/keys/vote-2.key" --json | jq -r .key)" "the vote key of node-1"
eventually 60 yes signs node-1

# Two leave; they follow as observers.
adopt operator remove-validator node-2
adopt operator remove-validator node-5
expect "$(validators)" 5 "validators after two left"

# A founder that left and lost its folder comes back under new keys.
dev kill node-2 --json >/dev/null
rm -rf -- "$(data_dir node-2)"
new_key "$dir/nodes/node-2/keys/vote-2.key" >/dev/null
new_key "$dir/nodes/node-2/keys/cosign-2.key" >/dev/null
sed -i -e '/^vote = /d' -e '/^cosign = /d' -e '0,/^name = "node-2"/s//&\njoins = true/' \
    -e 's#^link = .*#&\nvote_next = "keys/vote-2.key"\ncosign_next = "keys/cosign-2.key"#' "$dir/nodes/node-2/node.toml"
dev start node-2 --json >/dev/null
eventually 120 ready word node-2
become_validator node-2
expect "$(validators)" 6 "validators after one came back"
eventually 60 yes signs node-2
as owner data register --id at-the-end --title "At the end" --type table >/dev/null

touch "$dir/stop-load"
wait "$load_pid"
acknowledged=$(wc -l <"$dir/acknowledged")
[[ $acknowledged -ge 10 ]] || { echo "only $acknowledged transactions were acknowledged" >&2; exit 1; }
while read -r tx height; do
    expect "$(as owner tx show "$tx" | jq .height)" "$height" "the height of $tx"
done <"$dir/acknowledged"

# All that run are at the same height, since nobody sends anything any more.
heights() { as operator net members | jq '[.height, (.epoch.nodes[] | select(.reachable) | .height)] | unique | length'; }
eventually 60 1 heights

# Each copy replays to the same end, the certificates of each epoch with its own keys.
stop_joined; wait "${pids[@]}" 2>/dev/null || true
mkdir "$dir/copies"
dev down --json >/dev/null
for name in node-0 node-1 node-2 node-3 node-4 node-5 node-6; do cp -r "$dir/nodes/$name/data" "$dir/copies/$name"; done
end=$(replay "$dir/copies/node-0")
expect "${end%% *}" verified "the replay of node-0"
for name in node-1 node-2 node-3 node-4 node-5 node-6; do expect "$(replay "$dir/copies/$name")" "$end" "the replay of $name"; done
echo "7 validators, 5, then 6: $acknowledged transactions were acknowledged meanwhile, none is lost; 7 replays verified"
