# kill -9 at random moments. Sourced by scripts/torture.

# Of one node, now and then of two: then the chain stands still until one is back.
kills() {
    local i first
    begin_network
    for ((i = 1; i <= $1; ++i)); do
        pause_ms 400
        choose_node
        first=$name
        dev kill "$first" --json >/dev/null
        choose_node
        choose 8
        if [[ $choice == 0 && $name != "$first" ]]; then
            dev kill "$name" --json >/dev/null
            pause_ms 300
            restart "$name"
        fi
        pause_ms 300
        restart "$first"
        if ((i % 100 == 0)); then echo "kills $i of $1; acknowledged $(acknowledged)"; fi
    done
    end_network 0
}

# The highest height that a client was told, 0 before that.
told_height() { cat "$dir"/history-* 2>/dev/null | jq -s 'map(.height) | max // 0' || true; }

all_ended() { dev status --json | jq -e 'all(.nodes[]; .state == "stopped")' >/dev/null && echo yes; }

# Of all nodes in one command: as close to one moment as a machine comes.
all_at_once() {
    local i all height
    begin_network
    for ((i = 1; i <= $1; ++i)); do
        pause_ms 900
        all=$(pids)
        kill -9 $all
        eventually 30 yes all_ended  # a sync that is under way keeps a process for a moment
        restart "${nodes[@]}"
        height=$(told_height)
        eventually 60 yes reads_at "$height"
        if ((i % 20 == 0)); then echo "all at once $i of $1; acknowledged $(acknowledged)"; fi
    done
    end_network 0
}
