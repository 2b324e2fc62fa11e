#!/usr/bin/env bash
# Every command with --json, against real nodes: its result stands alone on standard output, with the fields that docs/commands.md and
# docs/api.md name; an error is one problem object on standard error. tests/cli/table_test.cpp sees to it that no command is left out.
. "$(dirname "$0")/lib.sh"

# shows FILTER COMMAND...: it succeeds, says nothing on standard error, and the filter is true of its one JSON value. It stays in $dir/out.
shows() {
    local filter=$1; shift
    "$@" >"$dir/out" 2>"$dir/err" || { echo "failed: $*: $(cat "$dir/err")" >&2; return 1; }
    expect "$(cat "$dir/err")" "" "standard error of $*"
    expect "$(jq -s length "$dir/out")" 1 "JSON values from $*"
    jq -e "$filter" "$dir/out" >/dev/null || { echo "$*: '$filter' is not true of $(cat "$dir/out")" >&2; return 1; }
}
# fails EXIT CODE COMMAND...: it ends with this status, says nothing on standard output, and one whole problem object on standard error.
fails() {
    local status=0 wanted=$1 code=$2; shift 2
    "$@" >"$dir/out" 2>"$dir/err" || status=$?
    expect "$(jq -r .code "$dir/err")" "$code" "code of $*"
    expect "$status" "$wanted" "exit status of $*"
    expect "$(cat "$dir/out")" "" "standard output of $*"
    jq -es 'length == 1 and (.[0] | (.type | startswith("urn:datadeed:")) and (.title | length > 0)
        and (.status | type == "number") and has("detail") and (.hint | type == "array"))' "$dir/err" >/dev/null ||
        { echo "$*: not a problem object: $(cat "$dir/err")" >&2; return 1; }
}
out() { jq -r "$1" "$dir/out"; }
is_hex='test("^[0-9a-f]{64}$")'
is_final="(.tx | $is_hex) and (.height | . > 0) and (.index | . >= 0)"

# The network.
shows '(.chain | '"$is_hex"') and (.nodes | length == 5) and all(.nodes[]; has("name") and has("role") and has("api") and
    has("data_dir") and (.pid | . > 0)) and ([.profiles | keys[]] == (["operator", "owner", "manager", "user", "repository",
    "verifier", "regulator", "node-0", "node-1", "node-2", "node-3"] | sort))' dev up --nodes 4 --observers 1 --log-window 4 --json
cp "$dir/out" "$dir/up.json"
chain=$(out .chain) user=$(member user) repository=$(member repository) manager=$(member manager)
shows '[.nodes[] | .state] == ["running", "running", "running", "running", "running"]' dev status --json
shows '.name == "node-3" and .state == "stopped"' dev kill node-3 --json
shows '[.nodes[] | select(.name == "node-3") | .state] == ["stopped"]' dev status --json
shows '.name == "node-3" and .state == "running" and .pid > 0' dev start node-3 --json
shows '.state == "paused"' dev pause node-2 --json
shows '.state == "running"' dev resume node-2 --json
fails 3 dev.no_such_node dev kill node-9 --json
shows '(.height | . >= 0) and (.primary | startswith("node-")) and .state == "ready" and (.nodes | length == 5)' as operator node status

# What needs no node.
shows '(.version | length > 0) and (.transaction | length > 0)' "$bin/datadeed" version --json
shows '(.text | length > 0)' "$bin/datadeed" help grant --json
shows '([.exit_codes[].exit] | index(5)) != null' "$bin/datadeed" help exit-codes --json
shows ".chain == \"$chain\" and (.genesis.members | length > 7)" "$bin/datadeed" genesis show --file "$dir/genesis.cbor" --json
shows ".chain == \"$chain\"" as owner genesis show
keys=()
for number in 0 1; do
    shows ".key | $is_hex" "$bin/datadeed" key new "$dir/clinic-$number.key" --passphrase-file "$dir/passphrase" --json
    keys+=("$(out .key)")
    shows ".key == \"$(out .key)\"" "$bin/datadeed" key show "$dir/clinic-$number.key" --json
done
fails 2 file.unwritable "$bin/datadeed" key new "$dir/clinic-0.key" --passphrase-file "$dir/passphrase" --json
fails 2 usage.unknown_command as owner grnat list

# Members and their keys.
shows '(.member.id == "owner") and (.member.organisation | length > 0) and (.member.roles == ["owner"]) and
    (.member.keys | length == 1) and (.height | . >= 0)' as owner member show --self
fails 4 member.operator_required as owner member admit clinic --organisation "Clinic" --roles owner --keys "${keys[0]}"
shows "$is_final" as operator member admit clinic --organisation "Clinic" --roles owner --keys "${keys[0]}"
shows ".member.id == \"clinic\" and .member.roles == [\"owner\"] and .member.keys == [\"${keys[0]}\"]" as user member show clinic
shows '.more == false and .total == (.items | length) and ([.items[].id] | index("clinic")) != null' as user member list --all
shows "$is_final" as operator member set-roles clinic --roles owner,user
shows '.member.roles == ["owner", "user"]' as user member show clinic
fails 3 member.not_found as user member show nobody
profile_with() { sed "s#^member.*#member = 'clinic'#; s#^key_file.*#key_file = '../clinic-$1.key'#" "$dir/profiles/owner.toml"; }
profile_with 0 >"$dir/profiles/clinic-old.toml"
profile_with 1 >"$dir/profiles/clinic-new.toml"
shows "$is_final and .data == \"clinic/before\"" as clinic-old data register --id clinic/before --title "Before" --type table
shows "$is_final and .key == \"${keys[1]}\"" as clinic-old member rotate-key --new-key "$dir/clinic-1.key"
sed "s#^member.*#member = 'manager'#" "$dir/profiles/owner.toml" >"$dir/profiles/mixed-up.toml"
fails 4 profile.key_of_another as mixed-up data register --id clinic/mixed-up --title "In whose name?" --type table
fails 4 key.retired as clinic-old data register --id clinic/old --title "By the old key" --type table
shows "$is_final" as clinic-new data register --id clinic/new --title "By the new key" --type table
fails 4 auth.token_wrong_key as clinic-old member show --self
fails 3 data.not_found as owner data show clinic/old
shows ".member.keys == [\"${keys[1]}\"]" as clinic-new member show --self

# Who runs nodes, and votes on it.
shows '.epoch.number == 0 and .epoch.quorum == 3 and (.epoch.nodes | length == 5) and (.seen_by | startswith("node-")) and
    all(.epoch.nodes[]; .since_epoch == 0 and (.link | '"$is_hex"'))' as operator net members
fails 4 change.no_right_to_propose as user net propose remove-observer observer-0
fails 2 usage.value as operator net propose remove-everybody observer-0
fails 2 usage.value as operator net propose add-validator "$user"
shows "$is_final and (.change | $is_hex)" as operator net propose remove-observer observer-0
change=$(out .change)
shows ".total == 1 and .items[0].id == \"$change\" and .items[0].waiting == [\"node-0\", \"node-1\", \"node-2\", \"node-3\"]" \
    as user net changes --open
fails 2 usage.value as node-0 net vote "$change"
fails 4 change.not_a_voter as operator net vote "$change" --approve
shows "$is_final and .status == \"open\" and .change == \"$change\"" as node-0 net vote "$change" --refuse
fails 6 change.already_voted as node-0 net vote "$change" --refuse
shows '.prospect.safe and .prospect.quorum == 3 and .change.refusals == ["node-0"] and (.why | contains("0 of the 3 approvals"))' \
    as user net why "$change"
shows '.status == "refused"' as node-1 net vote "$change" --refuse
fails 6 change.decided as node-2 net vote "$change" --refuse
shows '.change.status == "refused" and has("prospect") == false' as user net why "$change"
shows '.total == 0' as user net changes --open
fails 3 change.not_found as user net why "$chain"

# Data sets and who owns them.
commitment=$(printf '%064d' 1)
shows "$is_final and .data == \"visits\"" as owner data register --id visits --title "Visits" --type table --commitment "$commitment"
registered=$(out .tx) index=$(out .index) height=$(out .height)
shows '.data.id == "visits" and .data.commitment == "'"$commitment"'" and .data.owners == [{"member": "owner", "share_bp": 10000}] and
    (.height | . > 0)' as regulator data show visits
printf 'a,b,t\nx,1,One\nx,2,\nx,3,Three\n' >"$dir/table.csv"
status=0; as owner data import "$dir/table.csv" --id-columns a,b --title-column t --dry-run >"$dir/out" || status=$?
expect "$status $(out '"\(.dry_run) \(.rows) \(.failed_total) \(.first.id)"')" "10 true 3 1 x/1" "a dry run"
status=0; as owner data import "$dir/table.csv" --id-columns a,b --title-column t >"$dir/out" || status=$?
expect "$status" 10 "exit status of an import with a row that fails"
expect "$(out '[.registered, .skipped, (.failed | length), .failed[0].line, .failed[0].code, (.failed[0].detail | length > 0)] | join(" ")')" \
    "2 0 1 3 data.title_empty true" "the import"
shows '.more == false and .total == 5 and (.items | length) == 5' as user data list --all
shows '.more == true and .total == 5 and (.items | length) == 2 and (.next | length > 0)' as user data list --limit 2
shows "$is_final" as owner data transfer visits --to "$repository" --share 2500
shows '.data.offers | length == 1' as owner data show visits
shows "$is_final" as owner data withdraw visits --to "$repository"
shows '.data.offers == []' as owner data show visits
fails 3 transfer.not_offered as repository data accept visits
shows "$is_final" as owner data transfer visits --to "$repository" --share 2500
shows "$is_final" as repository data accept visits
shows '[.data.owners[] | .share_bp] | sort == [2500, 7500]' as owner data show visits

# Managers.
shows "$is_final" as owner manager appoint --data visits --to "$manager" --purpose research --uses 100
shows '.data.manager.member == "manager" and .data.manager.scope.uses == 100' as owner data show visits
shows "$is_final" as owner manager revoke --data visits
shows '.data.manager == null' as owner data show visits
fails 3 manager.not_appointed as owner manager revoke --data visits

# Grants, in each of the states that they end in.
grant() { as owner grant create --data visits --to "$user" --purpose research --ops count,mean "$@"; }
shows "$is_final and (.grant | $is_hex)" grant --until 2099-12-31 --uses 3
used_up=$(out .grant)
shows ".grant | $is_hex" as user grant create --data visits --to "$(member verifier)" --purpose research --ops count \
    --until 2099-06-30 --uses 2 --parent "$used_up"
shows ".grant.parent == \"$used_up\" and .grant.status == \"active\"" as user grant show "$(out .grant)"
shows ".grant | $is_hex" grant --until 2099-12-31 --uses 5
revoked=$(out .grant) granted_at=$(out .height)
soon=$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)
shows ".grant | $is_hex" grant --until "$soon" --uses 5
expiring=$(out .grant)
shows "$is_final" as repository grant use "$used_up" --count 3
shows '.grant.status == "exhausted" and .grant.used == 3 and .grant.uses_left == 0' as user grant show "$used_up"
fails 9 grant.exhausted as repository grant use "$used_up"
shows "$is_final" as owner grant revoke "$revoked" --reason "study ended"
shows '.grant.status == "revoked" and .grant.revocation.reason == "study ended"' as user grant show "$revoked"
shows '.grant.status == "active"' as user grant show "$revoked" --at-height "$granted_at"
status_of() { as user grant show "$1" | jq -r .grant.status; }
eventually 20 expired status_of "$expiring"
shows '.more == false and .total == 4 and (.items | length) == 4 and all(.items[]; has("id") and has("status"))' \
    as user grant list --member "$user" --all
fails 3 grant.not_found as user grant show "$commitment"

# Query logs.
seq 1 50 >"$dir/log.ndjson"
shows '.dry_run and (.root | '"$is_hex"') and .count == 50 and (has("tx") | not)' \
    "$bin/datadeed" log anchor --with "$repository" --epoch 1 --file "$dir/log.ndjson" --dry-run --json
fails 3 log.not_found as regulator log show --pair "$repository,$user" --epoch 1
shows "$is_final"' and (.root | '"$is_hex"') and .count == 50 and .state == "ANCHORED"' \
    as user log anchor --with "$repository" --epoch 1 --file "$dir/log.ndjson"
shows '.count == 50 and .state == "MATCHED"' as repository log anchor --with "$user" --epoch 1 --file "$dir/log.ndjson"
shows '.state == "MATCHED" and (.anchors | length == 2) and all(.anchors[]; has("member") and has("root") and .count == 50)' \
    as regulator log show --pair "$repository,$user" --epoch 1
fails 3 log.not_found as regulator log show --pair "$repository,$user" --epoch 9

# Transactions and blocks: one place, whoever is asked.
shows ".tx == \"$registered\" and .status == \"committed\" and .height == $height and .index == $index and
    .operations[0].kind == \"register_data\"" as owner tx show "$registered"
shows ".tx == \"$registered\" and .height == $height and .index == $index" as owner tx wait "$registered"
[[ $index -gt 0 ]] || { echo "the tenth transaction can't be the first entry of the log" >&2; exit 1; }
shows ".height == $height and .transactions == [\"$registered\"] and has(\"hash\") and has(\"log_root\") and has(\"state_root\") and
    (.certificate.signers | length >= 3)" as regulator block show "$height"
fails 3 tx.not_found as owner tx show "$commitment"
fails 3 block.not_found as owner block show 1000000
receipt() { as owner tx receipt "$registered" -o "$dir/visits.tlog-proof"; }
eventually 10 "$registered" bash -c "'$bin/datadeed' --profile '$dir/profiles/owner.toml' tx receipt '$registered' -o '$dir/try.tlog-proof' --json | jq -r .tx"
shows ".tx == \"$registered\" and .bytes > 0 and .file == \"$dir/visits.tlog-proof\"" receipt

# Audit, without a node.
shows ".verdict == \"verified\" and .tx == \"$registered\" and .index == $index and (.cosigners | length >= 3)" \
    "$bin/datadeed" audit receipt "$dir/visits.tlog-proof" --policy "$dir/policy.txt" --json
sed 's/^origin .*/origin datadeed\/another/' "$dir/policy.txt" >"$dir/another.txt"
status=0; "$bin/datadeed" audit receipt "$dir/visits.tlog-proof" --policy "$dir/another.txt" --json >"$dir/out" || status=$?
expect "$status $(out .verdict)" "5 failed" "a receipt under a policy for another log"
sed '/^extra/d' "$dir/visits.tlog-proof" >"$dir/bare.tlog-proof"
fails 2 usage.value "$bin/datadeed" audit receipt "$dir/bare.tlog-proof" --policy "$dir/policy.txt" --json
sed '/^cosigner/d' "$dir/policy.txt" >"$dir/broken.txt"
fails 2 usage.value "$bin/datadeed" audit receipt "$dir/visits.tlog-proof" --policy "$dir/broken.txt" --json

# Whoever stops waiting is told which transaction is under way; it becomes final without them.
dev pause node-2 >/dev/null; dev pause node-3 >/dev/null
"$bin/datadeed" --profile "$dir/profiles/owner.toml" data register --id interrupted --title "Interrupted" --type table \
    >"$dir/out" 2>"$dir/err" & waiting=$!
printed() { grep -c '^tx ' "$dir/err" || true; }
eventually 20 1 printed
kill -TERM "$waiting"
status=0; wait "$waiting" || status=$?
under_way=$(sed -n 's/^tx //p' "$dir/err")
expect "$status $(grep -c "transaction $under_way .*process.interrupted" "$dir/err")" "130 1" "waiting that is interrupted"
fails 7 tx.pending as owner tx receipt "$under_way" -o "$dir/early.tlog-proof" --timeout 1
# Nor is a change taken that would leave fewer validators than a quorum, as far as the asked node sees.
reached() { as operator net members 2>/dev/null | jq '[.epoch.nodes[] | select(.role == "validator" and .reachable)] | length'; }
eventually 30 2 reached
fails 6 net.unsafe_change as operator net propose remove-validator node-1
"$bin/datadeed" --profile "$dir/profiles/owner.toml" tx wait "$under_way" >"$dir/out" 2>"$dir/err" & waiting=$!
dev resume node-2 >/dev/null; dev resume node-3 >/dev/null
wait "$waiting"
shows ".tx == \"$under_way\" and (.height | . > 0)" as owner tx wait "$under_way"

# Load, and what it leaves.
shows '(.committed_per_s | . > 0) and (.latency_ms.p50 | . > 0) and (.latency_ms.p99 | . > 0) and .failed == 0' \
    "$bin/datadeed-bench" load --dir "$dir" --clients 2 --seconds 1 --json
healths() { dev status --json | jq -c '[.nodes[] | .health]'; }  # those that were paused may be catching up yet
eventually 20 '["ready","ready","ready","ready","ready"]' healths
shows '.stopped | length == 5' dev down --json
shows '[.nodes[] | .state] | unique == ["stopped"]' dev status --json
fails 8 net.unreachable as owner data list --timeout 2
cp -r "$(data_dir observer-0)" "$dir/copy"
shows '.verdict == "verified" and (.height | . > 0) and (.transactions | . > 0) and (.state_root | '"$is_hex"') and
    (.log_root | '"$is_hex"') and .first_bad == null and .anchors == [] and .not_shown == ["chain", "end"]' \
    "$bin/datadeed" audit replay --data-dir "$dir/copy" --json

# A replay held against what the auditor kept from elsewhere; a receipt ends with the checkpoint that it rests on.
replay_with() { "$bin/datadeed" audit replay --data-dir "$dir/copy" "$@" --json; }
sed '1,/^$/d' "$dir/visits.tlog-proof" >"$dir/kept.checkpoint"
shows '.verdict == "verified" and .anchors == ["chain", "checkpoint", "receipt"] and .not_shown == []' \
    replay_with --chain "$chain" --checkpoint "$dir/kept.checkpoint" --receipt "$dir/visits.tlog-proof"
status=0; replay_with --chain "$commitment" >"$dir/out" || status=$?
expect "$status $(out '"\(.verdict) \(.first_bad.code)"') $(out '.anchors | length')" "5 failed audit.other_chain 0" "a replay of another chain"
sed '3s/^./!/' "$dir/kept.checkpoint" >"$dir/broken.checkpoint"
fails 2 usage.value replay_with --checkpoint "$dir/broken.checkpoint"
fails 2 usage.value replay_with --receipt "$dir/kept.checkpoint"
fails 2 usage.value replay_with --chain "short"

# The validators of all epochs as a file, and a receipt by it in place of a policy.
shows '.verdict == "verified" and .epochs_file == "'"$dir"'/chain.epochs" and .epoch.number == 0 and
    .epoch.from_height == 1 and (.epoch.validators | length == 4)' replay_with --write-epochs "$dir/chain.epochs"
fails 2 usage.value replay_with --write-epochs "$dir/chain.epochs"
fails 2 usage.value replay_with --write-epochs "$dir/nowhere/chain.epochs"
status=0; replay_with --write-epochs "$dir/$(printf 'x%.0s' {1..300})" >"$dir/out" || status=$?
expect "$status $(out '"\(.verdict) \(.epochs_file) \(.epochs_file_error)"')" "10 verified null file.unwritable" "a verdict whose file can't be made"
receipt_by() { "$bin/datadeed" audit receipt "$dir/visits.tlog-proof" "$@" --json; }
shows ".verdict == \"verified\" and .tx == \"$registered\"" receipt_by --epochs "$dir/chain.epochs" --chain "$chain"
status=0; receipt_by --epochs "$dir/chain.epochs" --chain "$commitment" >"$dir/out" || status=$?
expect "$status $(out '"\(.verdict) \(.code)"')" "5 failed audit.epochs_other_chain" "a receipt by another chain's epochs"
fails 2 usage.value receipt_by --epochs "$dir/chain.epochs"
fails 2 usage.value receipt_by --epochs "$dir/chain.epochs" --chain "$chain" --policy "$dir/policy.txt"
fails 3 dev.no_network "$bin/datadeed" dev status --dir "$dir/copy" --json
