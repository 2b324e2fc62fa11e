# A node that the torture runs itself, so that it learns how it ends, and what is known of it. Sourced by scripts/torture.

ops_of() { jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .ops' "$dir/up.json"; }
log_of() { echo "$dir/nodes/$1/node.log"; }
log_lines() { wc -l <"$(log_of "$1")"; }

# run_node NAME [VARIABLE=VALUE]...: starts it as a child of this shell, known to `datadeed dev` as if it had started it.
# Its process is run_pid. node_program and node_words: another program, and what is said to it besides.
run_node() {
    local name=$1 ticks; shift
    env "$@" "$bin/${node_program:-datadeed-node}" --config "$dir/nodes/$name/node.toml" ${node_words[@]+"${node_words[@]}"} >>"$(log_of "$name")" 2>&1 &
    run_pid=$!
    # What `env` becomes keeps its number and its time of birth.
    ticks=$(sed 's/.*) //' "/proc/$run_pid/stat" 2>/dev/null | cut -d' ' -f20)  # none when it has ended already
    jq --arg name "$name" --argjson pid "$run_pid" --argjson ticks "${ticks:-0}" \
        '(.nodes[] | select(.name == $name)) |= (.pid = $pid | .start_ticks = $ticks)' "$dir/dev.json" >"$dir/dev.json.new"
    mv "$dir/dev.json.new" "$dir/dev.json"
}

# wait_end SECONDS: whether run_pid ended within that time; run_status is how.
wait_end() {
    local deadline=$(($(now_ms) + $1 * 1000))
    while [[ -e /proc/$run_pid && $(cut -d' ' -f3 "/proc/$run_pid/stat" 2>/dev/null) != Z ]]; do
        [[ $(now_ms) -lt $deadline ]] || return 1
        sleep 0.05
    done
    run_status=0
    wait "$run_pid" || run_status=$?
}

# said NAME LINES: the code, hint and exit status that a node's log names as its end, behind that many lines; one a line.
# Nothing when it names none.
said() { tail -n "+$(($2 + 1))" "$(log_of "$1")" | sed -n '/"node.fault"/p' | tail -n 1 | jq -r '.code, .hint, .exit'; }

# The code of a node that ended by itself or votes no more, of all that it said behind that many lines.
said_code() {
    tail -n "+$(($2 + 1))" "$(log_of "$1")" | sed -nE 's/.*"node\.fault","code":"([^"]*)".*/\1/p
        s/^.*error: .*\[([^]]*)\]$/\1/p
        s/.*"votes\.silenced","why":"([^:"]*).*/\1/p' | tail -n 1
}

# Whether it is at the tip, as far as that can be said of a tip that moves on while the nodes are asked.
near_tip() {
    dev status --json | jq -e --arg name "$1" '([.nodes[].height // 0] | max) as $tip |
        any(.nodes[]; .name == $name and .height != null and .height + 8 > $tip)' >/dev/null
}
# Whether it is there and votes: "open, voting".
votes_at_tip() { near_tip "$1" && curl -s "$(ops_of "$1")/readyz?verbose" | jq -r '.checks.store.why'; }

# What is known of it: "sound", or the code of what it said.
settled() {
    local code
    code=$(said_code "$1" "$2")
    if [[ -n $code ]]; then echo "$code"; return; fi
    [[ $(votes_at_tip "$1") != "open, voting" ]] || echo sound
}

# wait_settled NAME LINES: waits until something is known.
wait_settled() {
    local deadline=$(($(now_ms) + 60000)) known=""
    while [[ -z $known && $(now_ms) -lt $deadline ]]; do
        sleep 0.1
        known=$(settled "$1" "$2" 2>/dev/null) || true
    done
    [[ -n $known ]] || threads_of "$1" >&2
    echo "${known:-nothing}"
}

# What each thread of a node that says nothing is at: its name, state, where in the kernel, and how long it ran and waited for a
# processor, in ns.
threads_of() {
    local pid task
    pid=$(dev status --json | jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .pid')
    for task in /proc/"$pid"/task/*; do
        echo "$1 $(<"$task/comm") $(cut -d' ' -f3,19 <"$task/stat") $(<"$task/wchan") $(<"$task/schedstat")"
    done
}

# must_be_sound NAME WHY: it votes at the tip without having said anything since it was started again.
must_be_sound() {
    local begin known
    begin=$(log_lines "$1")
    restart "$1"
    known=$(wait_settled "$1" "$begin")
    [[ $known == sound ]] || fail "NOT SOUND: $1 after $2: $known"
}

tip() { as operator node status | jq -r .height; }
is_above() { [[ $(tip) -gt $1 ]] && echo yes; }
signers_of() { as operator block show "$1" | jq -r '.certificate.signers[]'; }
# Whether a certificate that will stay on the chain has a vote of that node, above that height, of the last 20.
has_signed_above() {
    local height top signers
    top=$(tip)
    for ((height = top - 1; height > $2 && height > top - 20; --height)); do
        signers=$(signers_of "$height")
        if grep -qx "$1" <<<"$signers"; then echo yes; return; fi
    done
}
follows() { if near_tip "$1"; then echo yes; fi; }

# must_observe NAME CODE: a node that said so does what its hint promises: it follows and votes no more, whoever starts it again.
must_observe() {
    local name=$1 begin known why
    eventually 60 yes follows "$name"
    dev kill "$name" --json >/dev/null
    begin=$(log_lines "$name")
    restart "$name"
    known=$(wait_settled "$name" "$begin")
    [[ $known == "$2" ]] || fail "NOT SILENCED: $name said $2, and after its next start: $known"
    eventually 60 yes follows "$name"
    why=$(curl -s "$(ops_of "$name")/readyz?verbose" | jq -r .checks.store.why)
    [[ $why == *"$2"* ]] || fail "NOT SILENCED: the store of $name is '$why' after $2"
    must_not_sign "$name"
    eventually 60 yes follows "$name"
}

# must_not_sign NAME: no certificate of the next blocks has its vote. What it had sent before may stand in the very next one.
must_not_sign() {
    local from height signers
    from=$(($(tip) + 2))
    eventually 60 yes is_above $((from + 5))
    for ((height = from; height <= from + 5; ++height)); do
        signers=$(signers_of "$height")
        [[ -n $signers ]] || fail "block $height has no signers"
        if grep -qx "$1" <<<"$signers"; then fail "NOT SILENCED: $1 signed block $height"; fi
    done
}
