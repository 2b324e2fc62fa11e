# A network under load, and what holds of it in the end. Sourced by scripts/torture, which gives bin, dir and workers.
nodes=(node-0 node-1 node-2 node-3)

# fail WORDS: ends the run. Judges are called as plain commands: behind `if`, `!`, `||` or `&&` a shell goes on after a
# command that fails, whatever set -e says.
fail() { echo "torture: $*" >&2; exit 1; }

# client NUMBER: registers one data set after the other and writes down what it is told: only what the ledger called
# final goes into its history. Anything may fail meanwhile, but nothing may be told in another way later.
client() {
    local number=0 told
    while [[ ! -e $dir/stop ]]; do
        number=$((number + 1))
        if told=$(as owner data register --id "client-$1-$number" --title "Torture" --type table --timeout 20 2>>"$dir/errors"); then
            printf '%s\n' "$told" >>"$dir/history-$1"
        fi
    done
}

# up_network [OBSERVERS]: on ports of this run's own: while a node is down nobody else that looks for some finds them free.
up_network() {
    mkdir -p "$dir"
    dev up --nodes 4 --observers "${1:-0}" --base-port $((9000 + $$ % 500 * 40)) --json >"$dir/up.json"
}

start_clients() {
    local worker
    clients=()
    for ((worker = 0; worker < workers; ++worker)); do client "$worker" & clients+=($!); done
}

begin_network() {
    up_network
    start_clients
}

stop_clients() {
    touch "$dir/stop"
    wait "${clients[@]}"
    clients=()
}

restart() {
    local name
    for name in "$@"; do dev start "$name" --json >/dev/null; done
}

# The processes of all nodes. One that isn't there has ended by itself, which is a finding.
pids() {
    dev status --json >"$dir/status"
    jq -e 'all(.nodes[]; .state == "running")' "$dir/status" >/dev/null || fail "a node has ended by itself"
    jq -r '.nodes[].pid' "$dir/status"
}
acknowledged() { cat "$dir"/history-* 2>/dev/null | wc -l; }
reads_at() { [[ $(as operator node status | jq -r .height) -gt $1 ]] && echo yes; }

# A profile that asks one node only.
profile_of() {
    local name=$1 file=$dir/profiles/only-$1.toml
    sed '/^\[\[nodes\]\]/,$d' "$dir/profiles/owner.toml" >"$file"
    jq -r --arg name "$name" '.nodes[] | select(.name == $name) | "[[nodes]]\nname = \"\(.name)\"\napi = \"\(.api)\""' "$dir/up.json" >>"$file"
}

# What clients were told, in the same form.
told() { cat "$dir"/history-* | jq -r '"\(.tx) \(.height) \(.index)"'; }

api_of() { jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .api' "$dir/up.json"; }
hash_at() { as "only-$1" block show "$2" | jq -r .hash; }

# count EVENT: lines of all nodes' logs with that event.
count() { grep -cE "\"($1)\"" "$dir/logs" || true; }

# replay_of NAME: what an offline replay of its folder says, in one line. One that ends without a report has shown nothing.
replay_of() {
    local report
    report=$("$bin/datadeed" audit replay --data-dir "$(data_dir "$1")" --json 2>>"$dir/errors") ||
        echo "the replay of $1 ended with status $?" >>"$dir/errors"
    [[ -n $report ]] || fail "the replay of $1 gives no report: $(tail -n 2 "$dir/errors" | tr '\n' ' ')"
    jq -r '"\(.verdict) \(.height) \(.state_root)"' <<<"$report"
}
replays() {
    local name
    for name in "${nodes[@]}"; do replay_of "$name"; done
}

# replays_agree FILE: whether it has a line of each node, all of them verified and the same.
replays_agree() {
    expect "$(wc -l <"$1")" "${#nodes[@]}" "nodes that a replay was made of"
    expect "$(cut -d' ' -f1 "$1" | sort -u)" verified "what the replays say"
    expect "$(sort -u "$1" | wc -l)" 1 "ends that the replays come to"
}

# How many nodes have another block at that height than the first one has.
differing() {
    local name wanted hash differ=0
    wanted=$(hash_at node-0 "$1")
    [[ -n $wanted ]] || fail "node-0 has no block $1"
    for name in "${nodes[@]}"; do
        hash=$(hash_at "$name" "$1")
        [[ $hash == "$wanted" ]] || differ=$((differ + 1))
    done
    echo "$differ"
}

# accusations [NAME]: lines that say that a validator has contradicted itself; of others than this one.
accusations() { grep '"validator.contradicted_itself"' "$dir/logs" | grep -cv "\"validator\":\"${1:--}\"" || true; }

# end_network SILENCED [LIAR]: holds what clients were told against what the nodes have. So many lines may say that a node fell
# silent or stopped; nobody but the liar may be told to have contradicted itself.
end_network() {
    local name api height acknowledged lost twice silenced contradictions differ
    stop_clients
    for name in "${nodes[@]}"; do profile_of "$name"; done
    as owner data register --id last --title "Last" --type table >"$dir/last"
    height=$(jq -r .height "$dir/last")
    for name in "${nodes[@]}"; do eventually 60 caught-up lag_of "$name"; done
    differ=$(differing "$height")
    api=$(api_of node-0)
    "$bin/datadeed-tell" "$dir" node-0 "$api" "$height" | sort >"$dir/chain"
    cat "$dir"/nodes/*/node.log* >"$dir/logs"
    dev down --json >/dev/null
    replays >"$dir/replays"
    told | sort >"$dir/told"
    acknowledged=$(wc -l <"$dir/told")
    lost=$(comm -23 "$dir/told" "$dir/chain" | wc -l)
    twice=$(cut -d' ' -f1 "$dir/chain" | uniq -d | wc -l)
    contradictions=$(accusations "${2:-}")
    silenced=$(count 'votes.silenced|node.fault')
    echo "acknowledged $acknowledged, transactions on the chain $(wc -l <"$dir/chain"), blocks $height, replays: $(sort -u "$dir/replays" | tr '\n' ';')"
    echo "lost $lost, contradictions $contradictions, twice $twice, nodes that differ $differ, silenced or halted $silenced of $1 expected"
    expect "$lost $contradictions $twice $differ" "0 0 0 0" "lost, contradictions, twice, nodes that differ"
    expect "$silenced" "$1" "lines that say that a node fell silent or halted"
    replays_agree "$dir/replays"
    [[ $acknowledged -gt 0 ]] || fail "no client was told anything"
    [[ $(count view.entered) -gt 0 ]] || fail "the logs don't say what they should"
}
