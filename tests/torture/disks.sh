# Disks that are full, and disks that fail. Sourced by scripts/torture.

# ended_rightly NAME LINES WANTED CODES: a node that has ended did so with that status, its log names the same one, one of the
# codes, and what to do.
ended_rightly() {
    local code="" hint="" exit=""
    said "$1" "$2" >"$dir/said"
    { read -r code; read -r hint; read -r exit; } <"$dir/said" || true  # fewer lines than that are judged below
    [[ $code =~ ^($4)$ && -n $hint && $run_status == "$3" && $exit == "$3" ]] ||
        fail "SILENT: $1 ended with status $run_status where $3 and $4 belong: code '$code', hint '$hint', exit '$exit'"
    printf '%s\t%s\n' "$code" "$run_status" >>"$dir/ends"
}

table_of_ends() { sort "$dir/ends" | uniq -c | awk '{print "  " $0}'; }

# mount_data NAME MIB: its data folder on a small file system of its own.
mount_data() {
    local data=$dir/nodes/$1/data
    mv "$data" "$data.disk" && mkdir -m 0700 "$data"
    mount -t tmpfs -o size=${2}m,mode=0700 tmpfs "$data"
    mounts+=("$data")
    cp -r "$data.disk/." "$data/"
}

# fill NAME KIB: leaves that much free.
fill() {
    local data=$dir/nodes/$1/data free
    free=$(df --output=avail -k "$data" | tail -n 1)
    # The node writes meanwhile, so the last byte may find no room.
    head -c "$((free > $2 ? free - $2 : 0))K" /dev/zero 2>/dev/null >>"$data/.filler" || true
}

# Full until the node ends: it may throw old files away and find room in their place.
fill_until_end() {
    local i
    for ((i = 0; i < 60; ++i)); do
        fill "$1" "$2"
        if wait_end 1; then return; fi
    done
    fail "SILENT: $1 goes on without space"
}

disk_full() {
    local i begin name=node-3
    [[ $(id -u) == 0 ]] || fail "--disk-full mounts file systems, which root alone may do"
    begin_network
    dev kill "$name" --json >/dev/null
    mount_data "$name" $((64 + 2 * $1))  # the chain grows meanwhile, as its other copies do
    : >"$dir/ends"
    for ((i = 1; i <= $1; ++i)); do
        begin=$(log_lines "$name")
        run_node "$name"
        # From the start itself to some seconds later, with room for some pages or for none.
        pause_ms 1500
        choose 3
        choose $((choice == 0 ? 1 : 256))
        fill_until_end "$name" "$choice"
        ended_rightly "$name" "$begin" 28 '(store|file)\.disk_full'
        rm "$dir/nodes/$name/data/.filler"
        must_be_sound "$name" "a full disk"
        dev kill "$name" --json >/dev/null
        if ((i % 50 == 0)); then echo "disk full $i of $1; acknowledged $(acknowledged)"; fi
    done
    restart "$name"
    table_of_ends
    echo "silent 0"
    end_network "$1"
}

# Which call fails, and how: `kind`, `at` and `how`. Within the start as well as under load.
choose_failure() {
    choose_of rename sync sync sync write write write write
    kind=$choice
    case $kind in
        rename) choose 3 ;;
        sync) choose 60 ;;
        write) choose 120 ;;
    esac
    at=$((1 + choice))
    if [[ $kind == write ]]; then choose_of eio eio eio enospc enospc enospc short short; else choose_of eio enospc; fi
    how=$choice
}

# What a node must end with whose call failed so, by docs/operations.md.
ended_by_failure() {
    case $3 in
        eio) ended_rightly "$1" "$2" 22 'store\.io|file\.io|file\.sync_failed' ;;
        enospc) ended_rightly "$1" "$2" 28 '(store|file)\.disk_full' ;;
        *) fail "no such failure: $3" ;;
    esac
}

fail_once() {
    local kind how at begin known
    choose_node
    choose_failure
    dev kill "$name" --json >/dev/null
    rm -f "$dir/io"
    begin=$(log_lines "$name")
    run_node "$name" LD_PRELOAD="$bin/libdatadeed_failing_io.so" DATADEED_IO_FOLDER="$dir/nodes/$name/data/" \
        DATADEED_IO_AT="$at" DATADEED_IO_KIND="$kind" DATADEED_IO_HOW="$how" DATADEED_IO_REPORT="$dir/io"
    if [[ $how == short ]]; then
        eventually 30 yes has_struck
        known=$(wait_settled "$name" "$begin")
        [[ $known == sound ]] || fail "SILENT: $name doesn't go on after a short write: $known"
        printf 'goes on\tshort write\n' >>"$dir/ends"
        return
    fi
    if ! wait_end 60; then fail "SILENT: $name goes on after $kind $at failed with $how: $(cat "$dir/io")"; fi
    ended_by_failure "$name" "$begin" "$how"
    printf '%s\t%s\t%s\n' "$how" "$(head -n 1 "$dir/io" | sed "s|$dir/nodes/$name/data/||")" "$(tail -n 1 "$dir/ends")" >>"$dir/failures"
    if grep '^again' "$dir/io"; then fail "SILENT: $name used a file again after $kind $at failed with $how"; fi
    must_be_sound "$name" "$kind $at failed with $how"
}
has_struck() { [[ ! -s $dir/io ]] || echo yes; }

failing_io() {
    local i
    begin_network
    : >"$dir/ends"
    for ((i = 1; i <= $1; ++i)); do
        fail_once
        if ((i % 50 == 0)); then echo "failing calls $i of $1; acknowledged $(acknowledged)"; fi
    done
    table_of_ends
    echo "silent 0"
    end_network "$(grep -cv '^goes on' "$dir/ends")"
}
