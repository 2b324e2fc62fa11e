#!/usr/bin/env bash
# What judges a tortured node in scripts/torture can fail: right ends pass, and each thing that may be wrong with one is told. Its
# choices are those of the seed.
. "$(dirname "$0")/lib.sh"
cd "$root"
all=$dir only="" run_status=0
for part in tests/torture/*.sh; do . "$part"; done

# accuses WORDS COMMAND...: the judge ends the run and says so.
accuses() {
    local words=$1 status; shift
    set +e  # not "|| status=$?", which would switch set -e off inside of the judge as well
    (set -euo pipefail; "$@") >"$dir/told" 2>&1
    status=$?
    set -e
    [[ $status -ne 0 && $(<"$dir/told") == *"$words"* ]] || { echo "'$words' isn't told by $* ($status): $(<"$dir/told")" >&2; exit 1; }
}

# One seed, one sequence, whatever its size; never chosen where the next choice would be the same.
sequence() { local i; for i in 1 2 3 4 5 6; do choose 1000; printf '%d ' "$choice"; done >"$dir/sequence-$1"; }
begin_choices 4000000000; sequence a
begin_choices 4000000000; sequence b
begin_choices 4000000001; sequence c
cmp "$dir/sequence-a" "$dir/sequence-b"
[[ $(<"$dir/sequence-a") != "$(<"$dir/sequence-c")" ]]
expect "$(tr -s ' ' '\n' <"$dir/sequence-a" | sort -u | wc -l)" 6 "different choices"
accuses "a choice within a subshell" choose 4
declare -A chosen=()
for ((i = 0; i < 60; ++i)); do choose_of one two three; chosen[$choice]=1; done
expect "${#chosen[@]}" 3 "words that are chosen"

# How a node with a failing disk ends.
mkdir -p "$dir/nodes/node-0" "$dir/nodes/node-0-copy" "$dir/nodes/node-1"
ends_with() {
    run_status=$1
    printf '{"event":"node.starting"}\n{"event":"node.fault","code":"%s","hint":"%s","exit":%d}\n' "$2" "$3" "$4" >"$(log_of node-0)"
}
ends_with 28 store.disk_full "Free some space." 28
ended_by_failure node-0 0 enospc
accuses SILENT ended_by_failure node-0 0 eio
accuses SILENT ended_by_failure node-0 2 enospc  # said by an earlier run of the node
ends_with 22 store.io "Look at the disk." 22
ended_by_failure node-0 0 eio
accuses SILENT ended_by_failure node-0 0 enospc
ends_with 1 store.io "Look at the disk." 22; accuses SILENT ended_by_failure node-0 0 eio
ends_with 22 store.io "Look at the disk." 5; accuses SILENT ended_by_failure node-0 0 eio
ends_with 22 store.io "" 22; accuses SILENT ended_by_failure node-0 0 eio
ends_with 22 store.damaged "Look at the disk." 22; accuses SILENT ended_by_failure node-0 0 eio
ends_with 28 storeXdisk_full "Free some space." 28; accuses SILENT ended_by_failure node-0 0 enospc
: >"$(log_of node-0)"; accuses SILENT ended_by_failure node-0 0 eio

# A copied key is noticed by one of the two, or by the others, of whom none may accuse anybody else.
name=node-0
: >"$(log_of node-0-copy)"; : >"$(log_of node-1)"
expect "$(noticed)" "" "what nobody noticed"
echo '{"event":"votes.silenced","why":"votes.lost: peers hold"}' >"$(log_of node-0-copy)"
expect "$(noticed)" "the copy: votes.lost" "what the copy noticed"
cp "$(log_of node-0-copy)" "$(log_of node-0)"
expect "$(noticed | head -n 1)" "the node: votes.lost" "what the node noticed"
echo '{"event":"validator.contradicted_itself","validator":"node-0"}' | tee "$dir/logs" >"$(log_of node-1)"
expect "$(noticed | tail -n 1)" "the others: validator.contradicted_itself" "what the others noticed"
expect "$(accusations) $(accusations node-0) $(accusations node-1)" "1 0 1" "accusations, and those of others than the liar"

# No backup of votes is a cure.
mkdir -p "$dir/kept/data" "$dir/nodes/node-0/data"
accuses "no hint cures" cure node-0 votes.lost data/votes

# A replay of each node must give a report, and all of them the same: one that gives none has verified nothing.
mkdir -p "$dir/bin"
cat >"$dir/bin/datadeed" <<'END'
#!/usr/bin/env bash
[[ $* == *node-2* && -e ${0%/*}/broken ]] && { echo "error: it can't be read" >&2; exit 1; }
echo '{"verdict": "verified", "height": 7, "state_root": "ab"}'
END
printf '#!/usr/bin/env bash\nprintf "two-stories\\ntwo-faces\\nslow\\n"\n' >"$dir/bin/datadeed-liar"
chmod +x "$dir/bin"/*
jq -n --arg dir "$dir" '{nodes: [range(4) | {name: "node-\(.)", data_dir: "\($dir)/nodes/node-\(.)/data"}]}' >"$dir/up.json"
nodes=(node-0 node-1 node-2 node-3) shipped=$bin bin=$dir/bin
replays >"$dir/replays"
replays_agree "$dir/replays"
expect "$(honest_ends node-3)" "verified 7 ab" "the end of honest nodes"
touch "$dir/bin/broken"
accuses "the replay of node-2 gives no report: error: it can't be read" replays
accuses "the replay of node-2 gives no report" honest_ends node-3
expect "$(honest_ends node-2)" "verified 7 ab" "the end of honest nodes, when only the liar's folder can't be read"
printf 'verified 7 ab\n%.0s' 1 2 3 >"$dir/replays"; accuses "nodes that a replay was made of" replays_agree "$dir/replays"
echo "verified 6 ab" >>"$dir/replays"; accuses "ends that the replays come to" replays_agree "$dir/replays"
printf 'violated 7 ab\n%.0s' 1 2 3 4 >"$dir/replays"; accuses "what the replays say" replays_agree "$dir/replays"

# Lies are told, but those that wait for an occasion, and cost no more than they may.
expect "$(lies_that_begin two | tr '\n' ' ')" "two-stories two-faces " "lies that begin so"
accuses "no lie begins with 'tow'; there are: two-stories two-faces slow" lies_that_begin tow
bin=$shipped
lies() { printf '%s\n' "two-stories backup $1 20 0" "two-stories primary $2 $3 $4" "poisons backup 90 20 0" "poisons primary 90 20 0" >"$dir/lies"; }
lies 60 10 10000 1; judge_lies "$dir/lies" 100 >"$dir/told"
[[ $(<"$dir/told") == *"without an occasion: poisons "* ]]
lies 60 10 10000 0; accuses "never told, so nothing was tested: two-stories" judge_lies "$dir/lies" 100
lies 59 10 10000 1; accuses "costs more" judge_lies "$dir/lies" 100
lies 60 10 10001 1; accuses "costs more" judge_lies "$dir/lies" 100
sed -i 's/poisons primary 90/poisons primary 60/' "$dir/lies"; accuses "costs more" judge_lies "$dir/lies" 100
# What is behind that many lines counts, not what the process before said.
: >"$(log_of node-1)"; echo '{"event":"node.ready"}' >>"$(log_of node-1)"
expect "$(logged node-1 0 node.ready) $(logged node-1 1 node.ready || echo no)" "yes no" "what a log has"

# Behind ||, &&, if or ! a function goes on after a command that fails in it, so what does things isn't called there: single
# commands and questions may be.
questions='as|dev|installed|wait_end|near_tip|is_of_a_peer|build'
functions=$(sed -nE 's/^([a-z_]+)\(\) .*/\1/p' scripts/* tests/*/*.sh | sort -u | grep -vxE "$questions" | paste -sd '|')
switched_off() {
    sed -E 's/\$\([^()]*\)|"[^"]*"/x/g' "$1" | grep -nE "^ *($functions)( .*)? (\|\||&&) |^ *(if|while|until|!) (! )?($functions)( |;|$)" | sed "s|^|$1:|" || true
}
printf 'up_network || return 1\nif ! up_network 1; then\nup_network && true\n! up_network || true\n' >"$dir/wrong.sh"
expect "$(switched_off "$dir/wrong.sh" | wc -l)" 4 "lines that switch set -e off"
expect "$(for file in scripts/* tests/*/*.sh; do switched_off "$file"; done)" "" "lines that switch set -e off in a function"
