#!/usr/bin/env bash
# Nodes that archive old blocks and erase them: the disk shrinks, receipts of what went still hold, an auditor replays copy and archive to
# the same end as the copy of a node that keeps all, and a validator that is down keeps the blocks that it may need.
. "$(dirname "$0")/lib.sh"

up --nodes 4
dev down --json >/dev/null
for name in node-0 node-1 node-2; do # first: a table that follows the peers would be theirs
    sed -i "1i [storage]\nsnapshot_transactions = 400\nkeep_blocks = 20\narchive_dir = '$dir/disk-$name/archive'\n" "$dir/nodes/$name/node.toml"
done
sed -i '1i [storage]\nsnapshot_transactions = 400\nwhole_chain = true\n' "$dir/nodes/node-3/node.toml"
mkdir "$dir/disk-node-0" "$dir/disk-node-1"  # node-2's disk is away
dev start --json >/dev/null

log_of() { printf '%s' "$dir/nodes/$1/node.log"; }
logged() { grep -c "\"$2\"" "$(log_of "$1")" || true; }
field() { grep "\"$2\"" "$(log_of "$1")" | tail -n 1 | jq -r ".$3"; }
load() { "$bin/datadeed-bench" load --dir "$dir" --clients 32 --seconds "$1" --json "${@:2}" >"$dir/load.json"; }
has() { [[ $(logged "$1" "$2") -ge $3 ]] && echo yes; }
size_of() { du -sk "$(data_dir "$1")/chain" | cut -f1; }
for name in node-0 node-3; do at_node regulator "$name"; done

# A disk for old blocks that is away keeps no node from its work, and isn't missed once it is there.
expect "$(logged node-0 archive.away) $(logged node-2 archive.away)" "0 1" "warnings of node-0 and node-2 about their archives"
mkdir -p "$dir/disk-node-2/archive"

load 8
for name in node-0 node-1 node-2; do eventually 30 yes has "$name" chain.compacted 1; done
expect "$(logged node-3 blocks.archived)" 0 "files that node-3 archived"
# More may go while it's asked: of one moment it must hold.
is_half() { [[ $(size_of node-0) -lt $(($(size_of node-3) / 2)) ]] && echo yes; }
has_next() { pruned=$(field node-0 blocks.pruned up_to); as regulator-node-0 block show $((pruned + 1)) | jq ".height - $pruned"; }
eventually 30 yes is_half
eventually 10 1 has_next
pruned=$(field node-0 blocks.pruned up_to)
echo "node-0 has pruned blocks up to $pruned; its chain has $(size_of node-0) KiB, node-3's $(size_of node-3)"

# What went is told so.
refused chain.pruned as regulator-node-0 block show "$pruned"

# A receipt from a node that doesn't have the transaction any more, with the bytes that its owner kept.
tx=$(as regulator-node-3 block show 2 | jq -r '.transactions[0]')
expect "$(as regulator-node-0 tx show "$tx" | jq -c "[.height, .pruned, .operations]")" "[2,true,null]" "what node-0 shows of it"
as regulator-node-3 tx receipt "$tx" -o "$dir/whole.tlog-proof" >/dev/null
as regulator-node-0 tx receipt "$tx" -o "$dir/bare.tlog-proof" >/dev/null
expect "$(grep -c '^extra' "$dir/bare.tlog-proof" || true)" 0 "lines with the transaction in node-0's receipt"
sed -n 's/^extra //p' "$dir/whole.tlog-proof" | base64 -d >"$dir/tx.bytes"
expect "$("$bin/datadeed" audit receipt "$dir/bare.tlog-proof" --policy "$dir/policy.txt" --transaction "$dir/tx.bytes" --json | jq -r '"\(.verdict) \(.tx)"')" \
    "verified $tx" "the verdict on node-0's receipt"

# A validator that is down may need blocks: none go until it is back.
dev kill node-3 --json >/dev/null
load 6 --without node-3
eventually 30 node-3 field node-0 blocks.kept_for_others validators
files=$(logged node-0 blocks.archived)
load 3 --without node-3
expect "$(logged node-0 blocks.archived)" "$files" "files that node-0 has archived"
dev start node-3 --json >/dev/null
eventually 60 caught-up lag_of node-3
# With no new block and no new snapshot.
eventually 30 yes has node-0 blocks.archived $((files + 1))

# The archive is what it says, and with it the copy is the whole chain.
(cd "$dir/disk-node-0/archive" && sha256sum --quiet -c SHA256SUMS)
copy_all "$dir/copies"
end=$(replay "$dir/copies/node-3")
expect "${end%% *}" verified "the verdict on node-3's copy"
for name in node-0 node-1 node-2; do
    expect "$(replay "$dir/copies/$name" --archive "$dir/disk-$name/archive")" "$end" "the end of $name's chain"
done
expect "$(replay "$dir/copies/node-0" --archive "$dir/disk-node-1/archive")" "$end" "the end of node-0's chain with node-1's archive"
status=0; "$bin/datadeed" audit replay --data-dir "$dir/copies/node-0" --json >"$dir/replay.json" 2>/dev/null || status=$?
expect "$status $(jq -r .first_bad.code "$dir/replay.json")" "5 chain.pruned" "the verdict on node-0's copy alone"
