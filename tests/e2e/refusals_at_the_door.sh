#!/usr/bin/env bash
# What stands in the way of starting or using a node is said with its code, and changes nothing.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0
refused dev.folder_not_empty dev up --nodes 4 --json

printf 'name,title\n"broken' >"$dir/broken.csv"
refused csv.quote_not_closed as owner data import "$dir/broken.csv" --id-columns name --title-column title
printf '\357\273\277name,title\r\nbom,"With a BOM, CRLF"\r\nempty,\r\nchinese,\346\225\260\346\215\256\r\n' >"$dir/odd.csv"
as owner data import "$dir/odd.csv" --id-columns name --title-column title >"$dir/odd.json" 2>/dev/null || expect "$?" 10 "exit status"
expect "$(jq .registered "$dir/odd.json")" 2 "rows registered"
expect "$(jq -r '.failed[0].line' "$dir/odd.json")" 3 "line of the empty title"
expect "$(jq -r '.failed[0].code' "$dir/odd.json")" data.title_empty "code of the empty title"

status=0
"$bin/datadeed" --profile "$dir/missing.toml" node status --json >"$dir/out" 2>"$dir/err" || status=$?
expect "$status" 3 "exit status for a missing profile"
expect "$(wc -c <"$dir/out" | tr -d ' ')" 0 "bytes on standard output"
