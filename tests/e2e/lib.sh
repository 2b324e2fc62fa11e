# Sourced by each test with real processes: makes a folder of its own, starts nodes, stops them whatever happens.
# usage: . "$(dirname "$0")/lib.sh"      BIN is given by ctest, or is build/release/bin.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${BIN:-$root/build/release/bin}
. "$root/scripts/lib.sh"

dir=$(mktemp -d "${TMPDIR:-/tmp}/datadeed-e2e.XXXXXX")
finish() {
    local status=$? network
    if declare -F before_finish >/dev/null; then before_finish; fi  # what the test has started itself
    for network in "$dir"/dev.json "$dir"/*/dev.json; do
        [[ ! -e $network ]] || "$bin/datadeed" dev down --dir "${network%/*}" --json >/dev/null 2>&1 || true
    done
    if [[ $status -ne 0 ]]; then
        echo "FAILED with status $status; last lines of the nodes' logs:" >&2
        tail -n 5 "$dir"/nodes/*/node.log >&2 2>/dev/null || true
    fi
    rm -rf -- "$dir"
    exit "$status"
}
trap finish EXIT

# up ARGUMENT...: starts the nodes; up.json says where they are.
up() { dev up "$@" --json >"$dir/up.json"; }

# copy_all FOLDER: stops every node and copies its data folder to FOLDER/<name>.
copy_all() {
    local name
    mkdir -p "$1"
    dev down --json >/dev/null
    for name in $(jq -r '.nodes[].name' "$dir/up.json"); do cp -r "$(data_dir "$name")" "$1/$name"; done
}

# replay FOLDER OPTION...: the verdict line of an offline replay: "verdict height state_root log_root".
replay() {
    "$bin/datadeed" audit replay --data-dir "$1" "${@:2}" --json 2>/dev/null |
        jq -r '"\(.verdict) \(.height) \(.state_root) \(.log_root)"'
}

# at_node ROLE NODE: makes the profile ROLE-NODE, of that role, which knows that node alone.
at_node() {
    sed '/^\[\[nodes\]\]/,$d' "$dir/profiles/$1.toml" >"$dir/profiles/$1-$2.toml"
    grep -B 1 -A 1 "^name = '$2'" "$dir/profiles/$1.toml" >>"$dir/profiles/$1-$2.toml"
}

skip() { echo "skipped: $*"; exit 77; }
