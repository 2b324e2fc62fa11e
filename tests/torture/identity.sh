# A node that is not alone with its keys, or forgot what it signed with them. Sourced by scripts/torture. Both must be noticed each
# time: they are led there, until a certificate that the node must read shows it a vote of its own that it doesn't know. What is
# noticed is never mended, so each time has a network of its own.

# A node's folder is replaced by a copy from before it signed what the chain has since.
old_backup_once() {
    local data begin known height
    begin_network
    sleep 1
    choose_node
    data=$dir/nodes/$name/data
    dev kill "$name" --json >/dev/null
    cp -r "$data" "$dir/backup"
    height=$(tip)
    must_be_sound "$name" "a copy was made"
    pause_ms 3000
    # The copy may know of its vote for the block after its tip.
    eventually 60 yes has_signed_above "$name" $((height + 1))
    dev kill "$name" --json >/dev/null
    rm -rf "$data" && cp -r "$dir/backup" "$data"
    begin=$(log_lines "$name")
    restart "$name"
    known=$(wait_settled "$name" "$begin")
    echo "$known" >>"$all/backups"
    [[ $known == votes.lost ]] || fail "SILENT: $name began with an old backup, the chain has votes of it since, and it says: $known"
    must_observe "$name" votes.lost
    end_network 2
}

old_backup() {
    local i base=$dir
    : >"$all/backups"
    for ((i = 1; i <= $1; ++i)); do
        dir=$base/$i
        old_backup_once
    done
    dir=$base
    echo "old backups, and what the node said:"
    sort "$all/backups" | uniq -c | awk '{print "  " $0}'
}

# A second process with the same name, keys and data folder's content as a node, on other ports.
start_copy() {
    local from=$dir/nodes/$1 copy=$dir/nodes/$1-copy
    mkdir "$copy" && cp -r "$from/data" "$from/keys" "$copy/"
    sed -E 's/^((peer|api|ops) = ".*:)[0-9]+"/\10"/' "$from/node.toml" >"$copy/node.toml"
    "$bin/datadeed-node" --config "$copy/node.toml" >"$copy/node.log" 2>&1 &
    copy_pid=$!
}

node_pid() { dev status --json | jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .pid'; }

# Who noticed, a line each: one of the two that a vote of the other's was shown to, or another node, to whom the two said
# different things.
noticed() {
    local one why
    for one in "$name" "$name-copy"; do
        why=$(sed -nE 's/.*"votes\.silenced","why":"([^:"]*).*/\1/p' "$dir/nodes/$one/node.log")
        [[ -z $why ]] || echo "the ${one/#$name-copy/copy}: $why" | sed "s/ $name:/ node:/"
    done
    if grep -q "\"validator.contradicted_itself\",\"validator\":\"$name\"" "$dir"/nodes/*/node.log; then
        echo "the others: validator.contradicted_itself"
    fi
}
has_noticed() { [[ -z $(noticed) ]] || echo yes; }

# wait_for_vote HEIGHT: `shown` becomes yes when a certificate above that height has a vote of the node, within 15 s.
wait_for_vote() {
    local deadline=$(($(now_ms) + 15000))
    shown=no
    while [[ $shown == no && $(now_ms) -lt $deadline ]]; do
        [[ $(has_signed_above "$name" "$1") != yes ]] || shown=yes
        sleep 0.2
    done
}

# One of the two stands still while the other's votes get into certificates, and goes on: `shown` says whether they did. A node
# that has asked for another view, alone since it missed messages that went to the other, votes once all change view.
let_stand_still() {
    local pid=$1 height primary
    height=$(($(tip) + 2))
    kill -STOP "$pid"
    wait_for_vote "$height"
    if [[ $shown == no ]]; then
        primary=$(as operator node status | jq -r .primary)
        if [[ $primary != "$name" ]]; then
            dev pause "$primary" --json >/dev/null
            sleep 3
            dev resume "$primary" --json >/dev/null
        fi
        wait_for_vote "$height"
    fi
    kill -CONT "$pid"
}

# Both run at once for some seconds. What both sign alike, since both have the same messages, is no harm and can't be noticed: so
# one misses something then, unless it was noticed before. That the two contradict each other nothing can prevent; but nobody else
# may be accused, and the chain must stay right.
copied_key_once() {
    local pid shown
    begin_network
    sleep 2
    choose_node
    dev kill "$name" --json >/dev/null
    start_copy "$name"
    restart "$name"
    pid=$(node_pid "$name")
    choose 5
    sleep $((3 + choice))
    if [[ $(has_noticed) != yes ]]; then
        let_stand_still "$copy_pid"
        [[ $shown == yes ]] || let_stand_still "$pid"
        [[ $shown == yes ]] || fail "with two processes under the key of $name none gets a vote in"
        eventually 30 yes has_noticed
    fi
    kill -9 "$copy_pid"
    wait "$copy_pid" 2>/dev/null || true
    copy_pid=""
    noticed >"$dir/noticed"
    tr '\n' ';' <"$dir/noticed" | sed 's/;$/\n/' >>"$all/noticed"
    if grep -vE ': (votes\.lost|validator\.contradicted_itself)$' "$dir/noticed"; then fail "SILENT: $name and its copy say another code"; fi
    end_network "$(grep -c 'votes\.lost$' "$dir/noticed")" "$name"
}

copied_key() {
    local i base=$dir
    : >"$all/noticed"
    for ((i = 1; i <= $1; ++i)); do
        dir=$base/$i
        copied_key_once
    done
    dir=$base
    echo "two processes with one key, and who noticed:"
    sort "$all/noticed" | uniq -c | awk '{print "  " $0}'
}
