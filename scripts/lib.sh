# What the demo and the tests with real processes have in common. Sourced, not run. Needs bin (where the programs are) and
# dir (the folder of the nodes).

# Within $(...) too a command that fails ends it; without this, set -e holds outside of them only.
shopt -s inherit_errexit

now_ms() { date +%s%3N; }
seconds_since() { printf '%d.%02d' $((($(now_ms) - $1) / 1000)) $((($(now_ms) - $1) % 1000 / 10)); }

# as ROLE COMMAND...: the command line as that user.
as() { local role=$1; shift; "$bin/datadeed" --profile "$dir/profiles/$role.toml" "$@" --json; }
member() { as "$1" member show --self | jq -r .member.id; }
dev() { "$bin/datadeed" dev "$@" --dir "$dir"; }

# expect ACTUAL WANTED WHAT
expect() { [[ $1 == "$2" ]] || { echo "$3: expected '$2', got '$1'" >&2; return 1; }; }

# refused CODE COMMAND...: the command must fail with that code.
refused() {
    local code=$1 problem; shift
    if problem=$("$@" 2>&1 >/dev/null); then echo "not refused: $*" >&2; return 1; fi
    expect "$(jq -r .code <<<"$problem")" "$code" "refusal of $*"
}

# eventually SECONDS WANTED COMMAND...: until its output is as wanted.
eventually() {
    local deadline=$(($(now_ms) + $1 * 1000)) wanted=$2 got=""; shift 2
    while [[ $(now_ms) -lt $deadline ]]; do
        got=$("$@" 2>/dev/null) || got=""
        [[ $got == "$wanted" ]] && return 0
        sleep 0.1
    done
    echo "waited in vain for '$wanted' from $*; last was '$got'" >&2
    return 1
}

node_height() { dev status --json | jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .height'; }
data_dir() { jq -r --arg name "$1" '.nodes[] | select(.name == $name) | .data_dir' "$dir/up.json"; }

# Whether a node is at the tip of those that run.
lag_of() {
    local heights; heights=$(dev status --json)
    jq -r --arg name "$1" '([.nodes[].height // 0] | max) as $tip | .nodes[] | select(.name == $name) |
        if .height == $tip then "caught-up" else "behind" end' <<<"$heights"
}

# A line of a table of figures.
row() { printf '%-58s %s\n' "$1" "$2"; }

# The most memory that any running node has had resident so far.
peak_mib() {
    local pid
    for pid in $(dev status --json | jq -r '.nodes[] | select(.state == "running") | .pid'); do
        awk '/^VmHWM/ {printf "%d\n", $2 / 1024}' "/proc/$pid/status"
    done | sort -n | tail -n 1
}

# flip_byte FILE OFFSET: changes the lowest bit of one byte.
flip_byte() {
    local file=$1 offset=$2 byte
    byte=$(od -An -tu1 -j "$offset" -N 1 "$file" | tr -d ' ')
    printf "$(printf '\\x%02x' $((byte ^ 1)))" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}
