# One validator of four lies: what that costs the others. Sourced by scripts/torture.

# run_liar NAME LIE: as run_node, the program that tells this lie.
run_liar() {
    local node_program=datadeed-liar node_words=("$2")
    run_node "$1"
}

# load_for SECONDS LIAR: transactions a second at the nodes other than this one, and the longest time without any, in ms.
load_for() {
    "$bin/datadeed-bench" load --dir "$dir" --clients 16 --seconds "$1" --without "$2" --json 2>>"$dir/errors" >"$dir/load.json" || true
    jq -r '"\(.committed_per_s) \(.longest_gap_ms | floor)"' "$dir/load.json"
}

# A network of its own: what it does without a lie, in `rate` and `gap`.
honest_network() {
    up_network
    read -r rate gap <<<"$(load_for "$1" node-3)"
    dev down --json >/dev/null
}

# The ends that honest nodes come to, once they have: all the same, verified by a replay of each.
honest_ends() {
    local name
    for name in "${nodes[@]}"; do
        [[ $name == "$1" ]] || replay_of "$name"
    done | sort -u
}
honest_height() { dev status --json | jq -r --arg liar "$1" '[.nodes[] | select(.name != $liar) | .height] | unique | map(tostring) | join(" ")'; }
agree() { [[ $(honest_height "$1") != *" "* ]] && echo yes; }

# lying_network SECONDS LIAR LIE: `rate`, `gap`, and `told`, how many lies there were.
lying_network() {
    local ends begin
    up_network
    dev kill "$2" --json >/dev/null
    begin=$(log_lines "$2")
    run_liar "$2" "$3"
    # With links to the others, so that they don't go on without it; what the honest process before it said is no sign of that.
    eventually 20 yes logged "$2" "$begin" node.ready
    if [[ $2 == node-0 ]]; then expect "$(as operator node status | jq -r .primary)" node-0 "$3: the primary"; fi
    read -r rate gap <<<"$(load_for "$1" "$2")"
    eventually 30 yes agree "$2"
    kill "$run_pid"
    wait_end 10 || fail "$3: the liar doesn't end"
    expect "$run_status" 0 "$3: the liar's exit status"
    dev down --json >/dev/null
    told=$(grep '"liar.told"' "$(log_of "$2")" | tail -n 1 | jq -r .lies)
    [[ $told =~ ^[0-9]+$ ]] || fail "$3: the liar doesn't say how often it lied"
    ends=$(honest_ends "$2")
    [[ $(wc -l <<<"$ends") == 1 && $ends == verified* ]] || fail "$3: the honest nodes come to $(tr '\n' ';' <<<"$ends")"
    cat "$dir"/nodes/*/node.log >"$dir/logs"
    expect "$(accusations "$2")" 0 "$3: accusations of others than the liar"
}
# logged NAME LINES EVENT: whether it has, behind that many lines.
logged() { tail -n "+$(($2 + 1))" "$(log_of "$1")" | grep "\"$3\"" >/dev/null && echo yes; }

# Lies that wait for what may not happen while all others are well: that the liar leaves or opens a view, that a peer lacks a
# block, or wants a snapshot. Every other one must have been told, or its figures are those of an honest node.
occasional="hides-prepared forges opens-falsely opens-twice withholds stuffs trims other-chain poisons"

# lies_that_begin PREFIX: their names, a line each.
lies_that_begin() {
    local names
    names=$("$bin/datadeed-liar" --names)
    grep "^$1" <<<"$names" || fail "no lie begins with '$1'; there are: $(tr '\n' ' ' <<<"$names")"
}

# judge_lies FILE HONEST: of lines "LIE PLACE RATE GAP TOLD", where an honest node does so many a second.
judge_lies() {
    local waits never
    never=$(awk -v occasional="$occasional" '
        BEGIN { split(occasional, names); for (i in names) may[names[i]] = 1 }
        { all[$1] = 1; if ($5 > 0) told[$1] = 1 }
        END { for (lie in all) if (!(lie in told)) print ((lie in may) ? "may " : "must ") lie }' "$1" | sort)
    waits=$(sed -n 's/^may //p' <<<"$never" | tr '\n' ' ')
    never=$(sed -n 's/^must //p' <<<"$never" | tr '\n' ' ')
    awk -v honest="$2" -v waits="$waits" -v never="$never" '
        { share = $3 / honest; if ($4 > gap) gap = $4 }
        $2 == "backup" { if (least == "" || share < least) { least = share; who = $1 } }
        $2 == "primary" { sum += share; ++primaries }
        END {
            printf "least of a backup %.2f (%s), mean of primaries %.2f, longest gap %d ms, without an occasion: %snever told: %s\n", least, who, sum / primaries, gap, waits, never
            exit !(least >= 0.6 && sum / primaries >= 0.4 && gap <= 10000)
        }' "$1" || fail "a lie costs more than it may"
    [[ -z $never ]] || fail "never told, so nothing was tested: $never"
}

# byzantine SECONDS: of load for each lie, by a backup and by the primary.
byzantine() {
    local lie place rate gap told wanted base=$dir part honest
    : >"$all/honest"
    : >"$all/lies"
    lies_that_begin "$only" >"$all/names"
    while read -r lie; do
        part=$base/$lie
        if (($(wc -l <"$all/lies") % 16 == 0)); then
            dir=$part-honest && honest_network "$1"
            echo "$rate" >>"$all/honest"
        fi
        for place in backup primary; do
            dir=$part-$place
            if [[ $place == backup ]]; then wanted=node-3; else wanted=node-0; fi
            lying_network "$1" "$wanted" "$lie"
            printf '%s %s %s %s %s\n' "$lie" "$place" "$rate" "$gap" "$told" >>"$all/lies"
            rm -rf "$dir"
        done
    done <"$all/names"
    honest=$(percentile 50 "$all/honest")
    echo "without a lie: $(sort -n "$all/honest" | tr '\n' ' ')transactions a second, median $honest"
    awk -v honest="$honest" '{printf "%-18s %-8s %5d a second, %4.2f of that; longest gap %5d ms; %d lies\n", $1, $2, $3, $3 / honest, $4, $5}' "$all/lies"
    judge_lies "$all/lies" "$honest"
    dir=$base
}
