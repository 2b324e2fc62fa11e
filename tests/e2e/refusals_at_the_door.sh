#!/usr/bin/env bash
# What stands in the way of starting or using a node is said with its code, and changes nothing. What needs a wrong clock is
# tried in tests/node/machine_test.cpp.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0
as owner data register --id first --title "The first" --type table >"$dir/first.json"
for name in node-0 node-1 node-2 node-3; do eventually 30 caught-up lag_of "$name"; done

# All that a member sees of the chain: where it stands, and what is in it.
seen() {
    as operator node status | jq -c '[.height, .block_hash, .log_size]'
    as regulator data list --all; as regulator member list --all; as regulator grant list --all
}
# unchanged COMMAND...: runs it, and the chain is as before.
unchanged() {
    local before after; before=$(seen)
    "$@"
    after=$(seen)
    expect "$after" "$before" "the chain after $*"
}
unchanged refused dev.folder_not_empty dev up --nodes 4 --json

# Bytes of all sorts, sent to a node as they are.
api=$(jq -r '.nodes[0].api' "$dir/up.json") port=${api##*:}
post() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /v1/transactions HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/cose\r\nPrefer: wait=10\r\n' "$port" >&3
    printf 'Connection: close\r\nContent-Length: %d\r\n\r\n' "$(stat -c %s "$1")" >&3
    cat "$1" >&3
    sed '1,/^\r$/d' <&3 >"$dir/answer"
    exec 3>&-
}
# turned_away CODE WORDS FILE: the node refuses these bytes with that code, and its detail has those words.
turned_away() {
    post "$3"
    expect "$(jq -r .code "$dir/answer")" "$1" "the answer to $3"
    [[ $(jq -r .detail "$dir/answer") == *"$2"* ]] || { echo "$3: '$2' isn't in $(cat "$dir/answer")" >&2; return 1; }
}
# sent_as ROLE TX: the bytes of a final transaction, out of its receipt.
sent_as() {
    rm -f "$dir/tx.tlog-proof"
    as "$1" tx receipt "$2" -o "$dir/tx.tlog-proof" >/dev/null || return 1
    sed -n 's/^extra //p' "$dir/tx.tlog-proof" | base64 -d
}
tx=$(jq -r .tx "$dir/first.json")
eventually 10 ok bash -c "'$bin/datadeed' --profile '$dir/profiles/owner.toml' tx receipt $tx -o '$dir/ready' >'$dir/ready.txt' 2>&1 && echo ok"
sent_as owner "$tx" >"$dir/good"
size=$(stat -c %s "$dir/good")

replay() { post "$dir/good"; }
unchanged replay
expect "$(jq -c '[.tx, .height, .index]' "$dir/answer")" "$(jq -c '[.tx, .height, .index]' "$dir/first.json")" "the answer to a replay"

head -c $((size - 1)) "$dir/good" >"$dir/truncated"
unchanged turned_away tx.malformed "the bytes end inside an item" "$dir/truncated"
{ cat "$dir/good"; printf 'x'; } >"$dir/trailing"
unchanged turned_away tx.malformed "At byte $size: bytes follow the item" "$dir/trailing"
printf '\x81%.0s' {1..40} >"$dir/nested"
unchanged turned_away tx.malformed "At byte 16: items nest too deeply" "$dir/nested"
{ printf '\xd2\x98\x04'; tail -c +3 "$dir/good"; } >"$dir/not-shortest"
unchanged turned_away tx.malformed "At byte 1: a number is not in its shortest form" "$dir/not-shortest"
head -c 65536 /dev/zero >"$dir/oversized"
unchanged turned_away tx.too_large "65,535" "$dir/oversized"
cp "$dir/good" "$dir/altered"; flip_byte "$dir/altered" $((size - 1))
unchanged turned_away tx.signature_wrong "named key" "$dir/altered"

# Another chain's transaction, whole and good there.
"$bin/datadeed" dev up --dir "$dir/other" --nodes 1 --observers 0 --json >"$dir/other.json"
other=$("$bin/datadeed" --profile "$dir/other/profiles/owner.toml" data register --id x --title X --type table --json | jq -r .tx)
eventually 10 ok bash -c "'$bin/datadeed' --profile '$dir/other/profiles/owner.toml' tx receipt $other -o '$dir/x.tlog-proof' >'$dir/ready.txt' 2>&1 && echo ok"
"$bin/datadeed" dev down --dir "$dir/other" --json >/dev/null
sed -n 's/^extra //p' "$dir/x.tlog-proof" | base64 -d >"$dir/foreign"
unchanged turned_away tx.signature_wrong "for this chain" "$dir/foreign"

# A key that no member has, and a passphrase that doesn't open the key.
"$bin/datadeed" key new "$dir/stranger.key" --passphrase-file "$dir/passphrase" --json >/dev/null
sed "s#^key_file.*#key_file = '../stranger.key'#" "$dir/profiles/owner.toml" >"$dir/profiles/stranger.toml"
unchanged refused key.not_found as stranger data register --id second --title "By a stranger" --type table
echo wrong >"$dir/wrong-passphrase"
unchanged refused key.passphrase_wrong "$bin/datadeed" --profile "$dir/profiles/owner.toml" --passphrase-file "$dir/wrong-passphrase" \
    data register --id second --title "With a wrong passphrase" --type table --json

# Tables.
printf 'name,title\n"broken' >"$dir/broken.csv"
unchanged refused csv.quote_not_closed as owner data import "$dir/broken.csv" --id-columns name --title-column title
printf '\357\273\277name,title\r\nbom,"With a BOM, CRLF"\r\nempty,\r\nchinese,\346\225\260\346\215\256\r\n' >"$dir/odd.csv"
status=0
as owner data import "$dir/odd.csv" --id-columns name --title-column title >"$dir/odd.json" 2>/dev/null || status=$?
expect "$status" 10 "exit status"
expect "$(jq .registered "$dir/odd.json")" 2 "rows registered"
expect "$(jq -r '.failed[0].line' "$dir/odd.json")" 3 "line of the empty title"
expect "$(jq -r '.failed[0].code' "$dir/odd.json")" data.title_empty "code of the empty title"

status=0
"$bin/datadeed" --profile "$dir/missing.toml" node status --json >"$dir/out" 2>"$dir/err" || status=$?
expect "$status" 3 "exit status for a missing profile"
expect "$(wc -c <"$dir/out" | tr -d ' ')" 0 "bytes on standard output"
