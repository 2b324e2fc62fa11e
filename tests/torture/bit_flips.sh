# One bit turned, or a tail torn off, in every kind of file that a node keeps. Sourced by scripts/torture.

# A small chain with something of everything, evidence too, in databases that hold tables as well as logs, and two snapshots; its nodes are
# stopped.
make_small_chain() {
    local i name
    up_network 1
    dev down --json >/dev/null
    for name in "${nodes[@]}" observer-0; do # first: a table that follows the peers would be theirs
        sed -i '1i [storage]\nsnapshot_transactions = 4\n' "$dir/nodes/$name/node.toml"
    done
    restart "${nodes[@]}" observer-0
    for i in 1 2 3; do as owner data register --id "set-$i" --title "Data set $i" --type table >/dev/null; done
    as owner grant create --data set-1 --to user --purpose research --ops count,mean --until 2099-12-31 --uses 200 >/dev/null
    as owner grant create --data set-2 --to manager --purpose research --ops count --until 2099-12-31 --uses 3 >/dev/null
    printf '{"a":1}\n{"a":2}\n' >"$dir/queries"
    as user log anchor --with repository --epoch 1 --file "$dir/queries" >/dev/null
    as repository log anchor --with user --epoch 1 --file "$dir/queries" >/dev/null
    make_evidence
    change_epoch
    dev down --json >/dev/null
    restart "${nodes[@]}"
    for i in 4 5 6; do as owner data register --id "set-$i" --title "Data set $i" --type table >/dev/null; done
    eventually 20 cosigned tip_is_cosigned
    dev down --json >/dev/null
}

# One of them votes for two blocks; the others keep the proof. (The attack is one of the first epoch.)
make_evidence() {
    local name
    dev kill node-3 --json >/dev/null
    "$bin/datadeed-bench" flood --dir "$dir" --as node-3 --attack contradictions --seconds 1 >/dev/null
    for name in node-0 node-1 node-2; do eventually 30 yes holds_evidence "$name"; done
    restart node-3
}
holds_evidence() { compgen -G "$dir/nodes/$1/data/evidence/*" >/dev/null && echo yes; }

# The validators vote the observer out, so that a second epoch begins; another proposal stays open. Who cosigns stays the same:
# what judges checkpoints knows the cosigners of the genesis document.
change_epoch() {
    local change voter
    change=$(as operator net propose remove-observer observer-0 | jq -r .change)
    for voter in node-0 node-1 node-2; do as "$voter" net vote "$change" --approve >/dev/null; done
    expect "$(as operator net why "$change" | jq -r .change.status)" adopted "the change"
    as operator net propose remove-validator node-3 >/dev/null
}
tip_is_cosigned() { as operator node status | jq -r 'if .checkpoint_height == .height then "cosigned" else "" end'; }

# Each damage in a fresh copy of a stopped node's folder, looked at by an offline replay and by the node itself.
bit_flips() {
    local scratch
    make_small_chain
    scratch=$(mktemp -d /dev/shm/datadeed-damage.XXXXXX)
    scratches+=("$scratch")
    "$bin/datadeed-damage" --dir "$dir" --bin "$bin" --scratch "$scratch" --count "$1" --first "$seed" --jobs "$(nproc)" --only "$only"
}

# cure NAME CODE FILE: what the hint of that code says. A file that its operator has a copy of, or that all nodes have, is put
# back; that of votes never is.
cure() {
    local folder=$dir/nodes/$1
    case $2 in
        state.*) rm -rf "$folder/data/state" ;;
        chain.* | store.*) rm -rf "$folder/data/state" "$folder/data/chain" ;;
        *)
            case $3 in
                node.toml | keys/* | data/genesis.cbor | data/format) cp "$dir/kept/$3" "$folder/$3" ;;
                *) fail "SILENT: $1 says $2 of a damaged $3, which no hint cures" ;;
            esac
            ;;
    esac
}

# damage_node NAME SEED: `damage` becomes what was done to which of its files, and `known` what the node makes of it.
damage_node() {
    local begin done
    dev kill "$1" --json >/dev/null
    rm -rf "$dir/kept" && mkdir "$dir/kept"
    cp -r "$dir/nodes/$1/data" "$dir/nodes/$1/keys" "$dir/nodes/$1/node.toml" "$dir/kept/"
    done=$("$bin/datadeed-damage" --dir "$dir" --node "$1" --once --first "$2" --only "$only")
    damage=$(cut -f2 <<<"$done")
    begin=$(log_lines "$1")
    dev start "$1" --json >/dev/null 2>&1 || true  # some damages end it at once
    known=$(wait_settled "$1" "$begin")
    printf '%s\t%s\n' "$known" "$damage" >>"$all/flips"
    if [[ $done == *votes && $known != votes.* ]]; then fail "SILENT: $1 says '$known' of votes that its chain knows: $damage"; fi
    # A configuration that isn't read has no log.
    [[ $known == sound || $known == config.* ]] || silenced=$((silenced + 1))
}

# One damage of a node within a running network: it is sound again by itself, or says a code whose cure makes it so; or it never
# votes again, which `observers` counts.
flip_in_network() {
    local damage known
    choose_node
    damage_node "$name" "$1"
    case $known in
        sound) return ;;
        nothing) fail "SILENT: $name, $damage" ;;
        votes.*)
            must_observe "$name" "$known"
            silenced=$((silenced + 1))
            observers=$((observers + 1))
            return
            ;;
    esac
    dev kill "$name" --json >/dev/null 2>&1 || true  # it has ended by itself, mostly
    cure "$name" "$known" "${damage%% *}"
    must_be_sound "$name" "$damage and the cure of $known"
}

# A network bears one validator that votes no more: with that it ends, and the next one begins.
flips_in_network() {
    local i base=$dir silenced=0 observers=1
    : >"$all/flips"
    for ((i = 1; i <= $1; ++i)); do
        if [[ $observers -gt 0 ]]; then
            [[ $i == 1 ]] || end_network "$silenced"
            dir=$base/$i silenced=0 observers=0
            begin_network
            sleep 2
        fi
        pause_ms 200
        flip_in_network $((seed + i))
        if ((i % 50 == 0)); then echo "damages in the network $i of $1; acknowledged $(acknowledged)"; fi
    done
    end_network "$silenced"
    cut -f1 "$all/flips" | sort | uniq -c | awk '{print "  " $0}'
    dir=$base
}
