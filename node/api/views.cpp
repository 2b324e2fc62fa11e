#include "node/api/views.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "json/view.h"
#include "ledger/effective.h"
#include "ledger/node_rules.h"
#include "ledger/node_votes.h"
#include "ledger/views.h"

namespace datadeed::api {
namespace {

std::string reason_of(const ledger::Effectiveness& effect, bool own, const ledger::GrantRecord& cause) {
    const std::string whose = own ? "" : "a grant above it: ";
    switch (effect.status) {
        case ledger::GrantStatus::active:
            return "";
        case ledger::GrantStatus::not_yet:
            return whose + "its first moment is still to come";
        case ledger::GrantStatus::exhausted:
            return whose + "no use is left";
        case ledger::GrantStatus::expired:
            return whose + "its last moment has passed";
        case ledger::GrantStatus::revoked:
            return whose + (cause.revocation ? cause.revocation->reason : std::string{"revoked"});
    }
    return "";
}

std::string_view status_of(const ledger::ChangeRecord& change, const ledger::Epoch& present, TimeMs now) {
    const auto votable = ledger::must_be_votable(change, present.number, now);
    if (votable) return "open";
    if (change.outcome != ledger::ChangeOutcome::open) return ledger::name(change.outcome);
    return votable.error() == ledger::Refusal::change_stale ? "stale" : "expired";
}

// Those of the change's voters who haven't voted.
json::Value waiting_of(const ledger::ChangeRecord& change, const ledger::Epoch& voters) {
    json::Value waiting = json::Value::array();
    for (const ledger::Validator& validator : voters.nodes.validators) {
        const auto has = [&validator](const std::vector<ledger::MemberId>& votes) {
            return std::ranges::find(votes, validator.member) != votes.end();
        };
        if (!has(change.approvals) && !has(change.refusals)) waiting.push(validator.member.value);
    }
    return waiting;
}

}  // namespace

json::Value member_view(const ledger::MemberId& id, const ledger::MemberRecord& record) {
    json::Value view = json::Value::object({{"id", id.value}});
    json::detail::add_fields(view, record);
    return view;
}

json::Value data_view(const ledger::DatasetId& id, const ledger::DataRecord& record) {
    json::Value view = json::Value::object({{"id", id.value}});
    json::detail::add_fields(view, record);
    if (!record.commitment) view.set("commitment", nullptr);
    if (!record.manager) view.set("manager", nullptr);
    return view;
}

void add_offers(json::Value& data, const ledger::StateReader& state, const ledger::DatasetId& id) {
    // As many offers as there may be owners, and more would not fit an answer that a person reads.
    const auto page = ledger::list_offers(state, id, std::nullopt, 100);
    json::Value offers = json::Value::array();
    for (const auto& item : page.items) {
        json::Value offer = json::Value::object({{"to", item.id.value}});
        json::detail::add_fields(offer, item.record);
        offers.push(std::move(offer));
    }
    data.set("offers", std::move(offers));
    if (page.more) data.set("more_offers", true);
}

json::Value grant_view(const ledger::GrantId& id, const ledger::GrantRecord& record, TimeMs now,
                       const ledger::StateView& state) {
    const ledger::Lineage lineage = ledger::lineage_of(id, record, state);
    const ledger::Effectiveness effect = ledger::effective(lineage, now);
    const bool own = effect.cause == id;
    const auto cause = std::ranges::find(lineage, effect.cause, &ledger::HeldGrant::id);
    json::Value view = json::Value::object({{"id", to_hex(id.value)},
                                            {"data", record.data.value},
                                            {"grantor", record.grantor.value},
                                            {"grantee", record.grantee.value},
                                            {"parent", json::to_json(record.parent)},
                                            {"status", ledger::name(effect.status)},
                                            {"reason", reason_of(effect, own, cause->record)},
                                            {"cause", own ? json::Value{} : json::to_json(effect.cause)}});
    json::detail::add_fields(view, record.terms);
    view.set("used", record.used)
        .set("uses_left", ledger::uses_left(lineage))
        .set("revocation", json::to_json(record.revocation))
        .set("created_height", record.created.value)
        .set("created_ms", record.created_time.value);
    return view;
}

json::Value change_view(const ledger::ChangeId& id, const ledger::ChangeRecord& record, const ChangesAt& at) {
    std::optional<ledger::Epoch> past;
    if (record.epoch != at.present.number) past = ledger::find_epoch(at.state, record.epoch);
    const ledger::Epoch& voters = past ? *past : at.present;
    const std::string_view status = status_of(record, at.present, at.now);
    const auto after = ledger::nodes_after(record.change, at.present.nodes, at.state);
    const bool is_blocked = status == "open" && !after;
    json::Value view = json::Value::object(
        {{"id", to_hex(id.value)},
         {"kind", ledger::name(record.change.kind)},
         {"member", record.change.member.value},
         {"keys", json::to_json(record.change.keys)},
         {"ready_height", record.change.ready ? json::Value{record.change.ready->height.value} : json::Value{}}});
    return view.set("proposer", record.proposer.value)
        .set("proposed_height", record.proposed.value)
        .set("until_ms", record.until.value)
        .set("epoch", record.epoch.value)
        .set("voters", voters.nodes.validators.size())
        .set("needed", ledger::approvals_needed(voters.nodes.validators.size()))
        .set("approvals", json::to_json(record.approvals))
        .set("refusals", json::to_json(record.refusals))
        .set("waiting", waiting_of(record, voters))
        .set("status", status)
        .set("blocked_by", is_blocked ? json::Value{ledger::code(after.error())} : json::Value{})
        .set("decided_height", json::to_json(record.decided));
}

json::Value evidence_view(const ledger::EvidenceId& id, const ledger::EvidenceRecord& record) {
    json::Value view = json::to_json(record);
    return view.set("id", to_hex(id.value)).set("status", "recorded");
}

}  // namespace datadeed::api
