# How long clients wait for the next block when the primary is gone. Sourced by scripts/torture.

log_everything() {
    local name
    dev down --json >/dev/null
    for name in "${nodes[@]}"; do printf '\n[log]\nlevel = "debug"\n' >>"$dir/nodes/$name/node.toml"; done
    restart "${nodes[@]}"
}

# first_block_after NAME LINES: when that node had its first block of a later view, in ms, of all that its log says behind those lines.
first_block_after() {
    tail -n "+$(($2 + 1))" "$(log_of "$1")" | grep -E '"(view.entered|block.committed)"' |
        awk '/"view.entered"/ { entered = 1 } entered && /"block.committed"/ && !n++' |  # to the end: no broken pipe
        jq -r '(.time[0:19] + "Z" | fromdate) * 1000 + (.time[20:23] | tonumber)'
}
answered() { [[ -n $(first_block_after "$1" "$2") ]] && echo yes; }

# Whom the nodes take for the primary: one that has just come up may know of an older view only.
primaries() { dev status --json | jq -r '[.nodes[].primary // "none"] | unique | join(" ")'; }
has_one_primary() { primaries >"$dir/primary" && grep -qE '^node-[0-9]+$' "$dir/primary" && echo yes; }

kill_primary() {
    local primary name others=() lines=() pid began i at last=0
    eventually 20 yes has_one_primary
    primary=$(<"$dir/primary")
    for name in "${nodes[@]}"; do
        [[ $name == "$primary" ]] || { others+=("$name"); lines+=("$(log_lines "$name")"); }
    done
    pid=$(dev status --json | jq -r --arg name "$primary" '.nodes[] | select(.name == $name) | .pid')
    # By its number, so that what is measured begins where the process ends.
    began=$(now_ms)
    kill -9 "$pid"
    for i in 0 1 2; do
        eventually 30 yes answered "${others[i]}" "${lines[i]}"
        at=$(first_block_after "${others[i]}" "${lines[i]}")
        last=$((at > last ? at : last))
    done
    echo $((last - began)) >>"$dir/waits"
    must_be_sound "$primary" "its kill"
}

# percentile P FILE: of numbers, one a line.
percentile() { sort -n "$2" | awk -v p="$1" '{all[NR] = $1} END {print all[int((NR * p + 99) / 100)]}'; }

primary_kills() {
    local i
    up_network
    log_everything
    start_clients
    sleep 3  # rounds are measured before timeouts follow them
    for ((i = 1; i <= $1; ++i)); do
        kill_primary
        pause_ms 1500
        if ((i % 20 == 0)); then echo "primaries $i of $1; median $(percentile 50 "$dir/waits") ms"; fi
    done
    echo "primary killed, ms until all others have the next block: median $(percentile 50 "$dir/waits"), p99 $(percentile 99 "$dir/waits"), max $(percentile 100 "$dir/waits")"
    end_network 0
}
