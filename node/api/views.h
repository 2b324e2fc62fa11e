#pragma once

#include <vector>

#include "json/value.h"
#include "ledger/epoch.h"
#include "ledger/grant_record.h"
#include "ledger/lookup.h"
#include "ledger/node_change.h"
#include "ledger/records.h"
#include "ledger/state.h"
#include "ledger/types.h"

// Records of the ledger as JSON for people and programs: ids, digests in hexadecimal, times in milliseconds. Pure.

namespace datadeed::api {

// {"id","organisation","roles":[..],"keys":[hex],"admitted_height"}
[[nodiscard]] json::Value member_view(const ledger::MemberId& id, const ledger::MemberRecord& record);

// {"id","title","type","commitment","registrant","registered_height","owners":[{"member","share_bp"}],"manager"}; with
// the open offers when `offers` is given: "offers":[{"to","from","share_bp","offered_height"}]
[[nodiscard]] json::Value data_view(const ledger::DatasetId& id, const ledger::DataRecord& record);
// Sets `offers`, and `more_offers` where these aren't all.
void add_offers(json::Value& data, const ledger::StateReader& state, const ledger::DatasetId& id);

// The grant, its terms, and its effectiveness at `now` in this state:
// {"id","data","grantor","grantee","parent","status",
// "reason","cause","purposes","operations","from_ms","until_ms","uses","used","uses_left","depth","revocation",
// "created_height","created_ms"}
[[nodiscard]] json::Value grant_view(const ledger::GrantId& id, const ledger::GrantRecord& record, TimeMs now,
                                     const ledger::StateView& state);

// The tip that changes are looked at from. Borrows.
struct ChangesAt {
    const ledger::Epoch& present;
    TimeMs now{};
    const ledger::StateView& state;
};

// A proposal to change who runs nodes, and how the votes stand there: {"id","kind","member","keys",
// "ready_height","proposer","proposed_height","until_ms","epoch","voters","needed","approvals":[..],"refusals":[..],
// "waiting":[..],"status":"open|adopted|refused|stale|expired","blocked_by","decided_height"}. `waiting` haven't voted;
// `blocked_by` is the rule that would refuse the last vote of an open one.
[[nodiscard]] json::Value change_view(const ledger::ChangeId& id, const ledger::ChangeRecord& record,
                                      const ChangesAt& at);

// {"id","offence","accused","epoch","view","height","reporter","reported_height","tx","evidence_sha256"}
[[nodiscard]] json::Value evidence_view(const ledger::EvidenceId& id, const ledger::EvidenceRecord& record);

}  // namespace datadeed::api
