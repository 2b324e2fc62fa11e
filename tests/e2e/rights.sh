#!/usr/bin/env bash
# A grant, a narrower sub-grant, a sale of the data, a revocation by the new owner: each has its effect from its height on,
# and the past is told as it was.
. "$(dirname "$0")/lib.sh"

up --nodes 4 --observers 0
status_of() { as regulator grant show "$@" | jq -r .grant.status; }
buyer=$(member repository)

as owner data register --id visits --title "Clinic visits" --type table >"$dir/register.json"
refused data.exists as owner data register --id visits --title "Once more" --type table
refused data.owner_role_required as user data register --id other --title "By a user" --type table
refused grant.no_right_to_grant as user grant create --data visits --to "$(member verifier)" --purpose research --ops count \
    --until 2099-12-31 --uses 5
as owner grant create --data visits --to "$(member user)" --purpose research --ops count,mean --until 2099-12-31 --uses 20 >"$dir/grant.json"
grant=$(jq -r .grant "$dir/grant.json") granted_at=$(jq .height "$dir/grant.json")
refused grant.operations_widened as user grant create --data visits --to "$(member verifier)" --purpose research --ops sum \
    --until 2099-12-31 --uses 5 --parent "$grant"
as user grant create --data visits --to "$(member verifier)" --purpose research --ops count --until 2099-06-30 --uses 5 \
    --parent "$grant" >"$dir/child.json"
child=$(jq -r .grant "$dir/child.json") child_at=$(jq .height "$dir/child.json")

as owner data transfer visits --to "$buyer" --share 10000 >/dev/null
expect "$(as owner data show visits | jq -r '.data.owners[0].share_bp')" 10000 "the owner's share before acceptance"
as repository data accept visits >"$dir/accept.json"
sold_at=$(jq .height "$dir/accept.json")
expect "$(as owner data show visits | jq -r '.data.owners[0].member')" "$buyer" "the owner after the sale"
expect "$(status_of "$grant")" active "the grant after the sale"
expect "$(status_of "$child")" active "the sub-grant after the sale"
refused grant.no_right_to_grant as owner grant create --data visits --to "$(member user)" --purpose research --ops count \
    --until 2099-12-31 --uses 5

as repository grant revoke "$grant" --reason "new policy" >"$dir/revoke.json"
revoked_at=$(jq .height "$dir/revoke.json")
expect "$(status_of "$grant")" revoked "the grant after its revocation"
expect "$(status_of "$child")" revoked "the sub-grant after its parent's revocation"
refused grant.already_revoked as repository grant revoke "$grant" --reason "again"

expect "$(status_of "$grant" --at-height "$granted_at")" active "the grant at its height"
expect "$(status_of "$child" --at-height "$child_at")" active "the sub-grant at its height"
expect "$(status_of "$grant" --at-height "$sold_at")" active "the grant at the sale"
expect "$(status_of "$grant" --at-height $((revoked_at - 1)))" active "the grant just before its revocation"
expect "$(status_of "$grant" --at-height "$revoked_at")" revoked "the grant at its revocation"
refused grant.not_found as regulator grant show "$child" --at-height "$granted_at"
