#include "node/api/views.h"

#include "json/view.h"
#include "ledger/effective.h"
#include "ledger/views.h"

namespace datadeed::api {
namespace {

std::string reason_of(const ledger::Effectiveness& effect, bool own, const std::optional<ledger::GrantRecord>& cause) {
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
            return whose + (cause && cause->revocation ? cause->revocation->reason : std::string{"revoked"});
    }
    return "";
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

json::Value offers_view(const ledger::StateReader& state, const ledger::DatasetId& id) {
    // As many offers as there may be owners, and more would not fit an answer that a person reads.
    const auto page = ledger::list_offers(state, id, std::nullopt, 100);
    json::Value offers = json::Value::array();
    for (const auto& item : page.items) {
        json::Value offer = json::Value::object({{"to", item.id.value}});
        json::detail::add_fields(offer, item.record);
        offers.push(std::move(offer));
    }
    return offers;
}

json::Value grant_view(const ledger::GrantId& id, const ledger::GrantRecord& record, TimeMs now,
                       const ledger::StateView& state) {
    const ledger::Effectiveness effect = ledger::effective(id, record, now, state);
    const bool own = effect.cause == id;
    const std::optional<ledger::GrantRecord> cause = own ? record : ledger::find_grant(state, effect.cause);
    json::Value view = json::Value::object({{"id", to_hex(id.value)},
                                            {"data", record.data.value},
                                            {"grantor", record.grantor.value},
                                            {"grantee", record.grantee.value},
                                            {"parent", json::to_json(record.parent)},
                                            {"status", ledger::name(effect.status)},
                                            {"reason", reason_of(effect, own, cause)},
                                            {"cause", own ? json::Value{} : json::to_json(effect.cause)}});
    json::detail::add_fields(view, record.terms);
    view.set("used", record.used)
        .set("uses_left", ledger::uses_left(record, state))
        .set("revocation", json::to_json(record.revocation))
        .set("created_height", record.created.value)
        .set("created_ms", record.created_time.value);
    return view;
}

}  // namespace datadeed::api
