#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/hash.h"
#include "ledger/lookup.h"
#include "ledger/operations/report_evidence.h"
#include "ledger/transaction.h"
#include "ledger/views.h"
#include "node/api/api.h"
#include "node/api/handlers.h"
#include "node/api/views.h"

// Evidence against validators: what is on the chain, and what this node holds besides.

namespace datadeed::api {
namespace {

// Whether a report of it can still be taken by the chain.
bool is_reportable(const HeldEvidence& held, const ledger::StateView& state) {
    return held.bytes.size() <= ledger::evidence_size_max && check_new(held.charge, held.accused, state);
}

json::Value held_view(const HeldEvidence& held, const ledger::StateView& state) {
    return json::Value::object({{"id", to_hex(held.id.value)},
                                {"offence", ledger::name(held.charge.offence)},
                                {"accused", held.accused.value},
                                {"epoch", held.charge.epoch.value},
                                {"view", held.charge.view},
                                {"height", held.charge.height.value},
                                {"status", "held"},
                                {"reportable", is_reportable(held, state)}});
}

json::Value held_besides(const Backend& backend, const ledger::StateView& state) {
    json::Value list = json::Value::array();
    for (const auto& [id, held] : backend.held_evidence()) {
        if (!ledger::find_evidence(state, id)) list.push(held_view(held, state));
    }
    return list;
}

// The piece that the operation of this record's transaction carried.
Result<Bytes, Problem> reported_bytes(const Backend& backend, const ledger::EvidenceRecord& record) {
    const chain::ChainView chain = backend.chain();
    const auto place = chain.find(record.tx);
    if (!place) return problem(place.error());
    if (!*place) return problem(ApiError::transaction_must_exist);
    const auto leaf = chain.leaf((*place)->log_index);
    if (!leaf) return problem(leaf.error());
    if (!*leaf) return problem(ApiError::transaction_must_exist);
    auto parsed = ledger::parse(backend.facts().chain, **leaf);
    if (!parsed) return problem(parsed.error());
    for (ledger::Operation& operation : parsed->content.operations) {
        auto* const report = std::get_if<ledger::ReportEvidence>(&operation);
        if (report != nullptr && crypto::sha256(report->evidence) == record.digest) return std::move(report->evidence);
    }
    return problem(ApiError::evidence_must_exist);
}

Answer answer_with(json::Value view, ByteView bytes, const StateAt& at) {
    view.set("bytes", to_hex(bytes));
    return answer(json::Value::object({{"evidence", std::move(view)}, {"height", at.height.value}}), at);
}

}  // namespace

Answer list_evidence(const Reading& reading) {
    const auto page = page_asked_for(reading);
    if (!page) return fail(page.error());
    std::optional<ledger::EvidenceId> after;
    if (page->after) {
        const auto cursor = parse_digest(*page->after);
        if (!cursor) return problem(ApiError::cursor_must_be_well_formed);
        after = ledger::EvidenceId{*cursor};
    }
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const auto found = ledger::list_evidence(*at->state, after, page->limit);
    const ledger::Count total = ledger::count_evidence(*at->state, counted_max);
    List list{.items = json::Value::array(), .total = total, .next = {}};
    for (const auto& item : found.items) list.items.push(evidence_view(item.id, item.record));
    if (const auto next = found.next()) list.next = to_hex(next->value);
    json::Value body = list_view(std::move(list), *at);
    // What is held says nothing of the past, and is told once.
    if (!after && !reading.find("at_height")) {
        body.set("held", held_besides(reading.backend, *at->state)).set("seen_by", reading.backend.facts().name.value);
    }
    return answer(body, *at);
}

Answer get_evidence(const Reading& reading) {
    const auto digest = parse_digest(reading.request.path[2]);
    if (!digest) return fail(digest.error());
    const auto at = state_asked_for(reading);
    if (!at) return fail(at.error());
    const ledger::EvidenceId id{*digest};
    if (const auto record = ledger::find_evidence(*at->state, id)) {
        const auto bytes = reported_bytes(reading.backend, *record);
        if (!bytes) return fail(bytes.error());
        return answer_with(evidence_view(id, *record), *bytes, *at);
    }
    const auto held = reading.backend.held_evidence().find(id);
    if (reading.find("at_height") || held == reading.backend.held_evidence().end())
        return problem(ApiError::evidence_must_exist);
    return answer_with(held_view(held->second, *at->state), held->second.bytes, *at);
}

}  // namespace datadeed::api
