# Nodes that stand still for a while, and networks between them that misbehave. Sourced by scripts/torture.

# SIGSTOP of one node, often the primary, for a tenth of a second up to twenty, then SIGCONT.
pauses() {
    local i ms
    begin_network
    for ((i = 1; i <= $1; ++i)); do
        pause_ms 800
        choose_node
        choose_of one primary
        if [[ $choice == primary ]]; then name=$(as operator node status | jq -r .primary); fi
        choose 10
        choose $((choice == 0 ? 19900 : 1900))
        ms=$((100 + choice))
        dev pause "$name" --json >/dev/null
        sleep "$(seconds "$ms")"
        dev resume "$name" --json >/dev/null
        if ((i % 20 == 0)); then echo "pauses $i of $1; acknowledged $(acknowledged)"; fi
    done
    end_network 0
}

peer_port() { sed -n 's/^peer = ".*:\([0-9]*\)"/\1/p' "$dir/nodes/$1/node.toml"; }

# Leads every link of stopped nodes through datadeed-proxy, which does $1 faults.
lead_through_proxy() {
    local from to port
    for from in 0 1 2 3; do
        for to in 0 1 2 3; do
            [[ $from == "$to" ]] || echo "$from $to $(peer_port "node-$to")"
        done
    done >"$dir/links"
    "$bin/datadeed-proxy" 4 "$1" "$seed" <"$dir/links" >"$dir/faults" 2>&1 &
    proxy=$!
    eventually 10 "routes done" grep -x "routes done" "$dir/faults"
    grep '^route ' "$dir/faults" >"$dir/routes"
    expect "$(wc -l <"$dir/routes")" 12 "links that lead through the proxy"
    while read -r _ from to port; do
        # The line after the peer's name is its address.
        sed -i "/^name = \"node-$to\"/{n;s/^address = .*/address = \"127.0.0.1:$port\"/}" "$dir/nodes/node-$from/node.toml"
    done <"$dir/routes"
}

network() {
    up_network
    dev down --json >/dev/null
    lead_through_proxy "$1"
    restart "${nodes[@]}"
    start_clients
    eventually $((60 + $1 * 10)) healed grep -x healed "$dir/faults"
    sed -nE 's/^[0-9]+ (.*) of node .*/\1/p' "$dir/faults" | sort | uniq -c | awk '{print "  " $0}'
    end_network 0
    kill "$proxy"
    wait "$proxy" || true
}
