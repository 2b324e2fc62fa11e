#include "crypto/merkle.h"
#include "crypto/tlog_proof.h"
#include "json/view.h"
#include "ledger/lookup.h"
#include "ledger/transaction.h"
#include "node/api/handlers.h"

namespace datadeed::api {
namespace {

// The operations as JSON; one that creates a grant or proposes a change says its id too.
json::Value operations_view(const ledger::ParsedTransaction& transaction) {
    json::Value list = json::Value::array();
    std::uint32_t index = 0;
    for (const ledger::Operation& operation : transaction.content.operations) {
        json::Value view = json::to_json(operation);
        if (std::holds_alternative<ledger::CreateGrant>(operation)) {
            view.set("grant", to_hex(ledger::grant_id(transaction.id, index).value));
        }
        if (std::holds_alternative<ledger::ProposeChange>(operation)) {
            view.set("change_id", to_hex(ledger::change_id(transaction.id, index).value));
        }
        list.push(std::move(view));
        ++index;
    }
    return list;
}

// A node that must not vote is a validator all the same.
std::string_view role_of(const replica::Status& status) {
    return status.duty == replica::Duty::observing ? "observer" : "validator";
}

std::string_view state_of(const replica::Status& status) {
    if (status.duty == replica::Duty::silenced) return "silenced";
    if (status.catching_up) return "catching_up";
    if (!status.has_quorum) return "no_quorum";
    return status.changing_view ? "changing_view" : "ready";
}

json::Value certificate_view(const consensus::CommitCertificate& certificate, const ledger::ValidatorSet& nodes) {
    json::Value signers = json::Value::array();
    for (const consensus::VoteSignature& vote : certificate.votes) {
        if (vote.signer.value < nodes.validators.size()) {
            signers.push(nodes.validators[vote.signer.value].member.value);
        }
    }
    return json::Value::object({{"epoch", consensus::Epoch::of(certificate.view)},
                                {"view", consensus::Epoch::place_of(certificate.view)},
                                {"signers", std::move(signers)}});
}

// Where a transaction stands is known for ever, its content as long as its block is kept.
bool is_pruned(const Result<std::optional<Bytes>, chain::Error>& leaf) {
    return !leaf && leaf.error().fault == chain::Fault::chain_pruned;
}

}  // namespace

Answer get_transaction(const Reading& reading) {
    const auto digest = parse_digest(reading.request.path[2]);
    if (!digest) return fail(digest.error());
    const ledger::TxId id{*digest};
    const chain::ChainView chain = reading.backend.chain();
    const auto place = chain.find(id);
    if (!place) return problem(place.error());
    if (!*place) {
        if (!reading.backend.is_pending(id)) return problem(ApiError::transaction_must_exist);
        return answer(json::Value::object({{"tx", to_hex(id.value)}, {"status", "pending"}}));
    }
    const auto header = chain.header((*place)->height);
    if (!header) return problem(header.error());
    if (!*header) return problem(ApiError::transaction_must_exist);
    json::Value shown = json::Value::object({{"tx", to_hex(id.value)},
                                             {"status", "committed"},
                                             {"height", (*place)->height.value},
                                             {"index", (*place)->log_index},
                                             {"time_ms", (*header)->header.time.value}});
    const auto leaf = chain.leaf((*place)->log_index);
    if (is_pruned(leaf)) return answer(shown.set("pruned", true));
    if (!leaf) return problem(leaf.error());
    if (!*leaf) return problem(ApiError::transaction_must_exist);
    const auto parsed = ledger::parse(reading.backend.facts().chain, **leaf);
    if (!parsed) return problem(parsed.error());
    shown.set("signer", to_hex(parsed->signer.value))
        .set("nonce", parsed->content.nonce.value)
        .set("expires_ms", parsed->content.expires.value)
        .set("operations", operations_view(*parsed));
    return answer(shown);
}

Answer get_receipt(const Reading& reading) {
    const auto digest = parse_digest(reading.request.path[2]);
    if (!digest) return fail(digest.error());
    const ledger::TxId id{*digest};
    const chain::ChainView chain = reading.backend.chain();
    const auto place = chain.find(id);
    if (!place) return problem(place.error());
    if (!*place) {
        return problem(reading.backend.is_pending(id) ? ApiError::receipt_must_be_ready
                                                      : ApiError::transaction_must_exist);
    }
    const auto checkpoint = chain.latest_checkpoint();
    if (!checkpoint) return problem(checkpoint.error());
    const std::uint64_t index = (*place)->log_index;
    if (!*checkpoint || (*checkpoint)->size <= index) return problem(ApiError::receipt_must_be_ready);
    const auto path = chain.inclusion(crypto::LeafPlace{.index = index, .size = (*checkpoint)->size});
    if (!path) return problem(path.error());
    // The transaction itself goes along, so that the file can be checked without anything else at hand. One that was
    // pruned is proved all the same, to whoever has it.
    auto leaf = chain.leaf(index);
    if (!leaf && !is_pruned(leaf)) return problem(leaf.error());
    const crypto::TlogProof proof{.extra = leaf ? std::move(*leaf) : std::nullopt,
                                  .index = index,
                                  .path = *path,
                                  .checkpoint = (*checkpoint)->note};
    return answer_text(crypto::format_tlog_proof(proof));
}

Answer get_block(const Reading& reading) {
    const std::optional<std::uint64_t> height = parse_number(reading.request.path[2]);
    if (!height) return problem(ApiError::number_must_be_well_formed);
    const auto stored = reading.backend.chain().block(Height{*height});
    if (!stored) return problem(stored.error());
    if (!*stored) return problem(ApiError::block_must_exist);
    const ledger::BlockHeader& header = (*stored)->block.header;
    // Certificates name validators by their place among those of their height; the state says who they were.
    const auto state = reading.backend.state(std::nullopt);
    if (!state) return problem(state.error());
    const ledger::Epoch voters = ledger::epoch_at(**state, header.height);
    if (const auto& error = (*state)->error()) return problem(*error);
    json::Value ids = json::Value::array();
    for (const ledger::RawTransaction& raw : (*stored)->block.transactions) {
        const auto parsed = ledger::parse(reading.backend.facts().chain, raw.bytes);
        if (!parsed) return problem(parsed.error());
        ids.push(to_hex(parsed->id.value));
    }
    return answer(json::Value::object({{"height", header.height.value},
                                       {"hash", to_hex((*stored)->hash)},
                                       {"prev", to_hex(header.prev)},
                                       {"time_ms", header.time.value},
                                       {"proposer", header.proposer.value},
                                       {"transactions", std::move(ids)},
                                       {"log_size", header.log_size},
                                       {"log_root", to_hex(header.log_root)},
                                       {"state_root", to_hex(header.state_root)},
                                       {"certificate", certificate_view((*stored)->certificate, voters.nodes)}}));
}

Answer get_node(const Reading& reading) {
    const NodeFacts& facts = reading.backend.facts();
    const std::shared_ptr<const replica::Status> picture = reading.backend.status();
    const replica::Status& status = *picture;
    json::Value peers = json::Value::array();
    for (const replica::PeerStatus& peer : status.peers) {
        peers.push(json::Value::object({{"name", peer.member.value},
                                        {"connected", peer.connected},
                                        {"validator", peer.validator},
                                        {"height", peer.height.value}}));
    }
    json::Value pool = json::Value::object({{"transactions", status.pool_transactions},
                                            {"bytes", status.pool_bytes},
                                            {"waiting_clients", status.waiting_clients}});
    return answer(json::Value::object({{"name", facts.name.value},
                                       {"role", role_of(status)},
                                       {"state", state_of(status)},
                                       {"why", status.why},
                                       {"height", status.height.value},
                                       {"block_hash", to_hex(status.block_hash)},
                                       {"block_time_ms", status.block_time.value},
                                       {"log_size", status.log_size},
                                       {"checkpoint_height", status.cosigned.value},
                                       {"epoch", status.epoch},
                                       {"view", status.view},
                                       {"primary", status.primary.value},
                                       {"quorum", status.quorum},
                                       {"connected_validators", status.connected_validators},
                                       {"chain", to_hex(facts.chain.value)},
                                       {"chain_name", facts.chain_name},
                                       {"peers", std::move(peers)},
                                       {"pool", std::move(pool)},
                                       {"version", facts.version}}));
}

Answer get_genesis(const Reading& reading) {
    return answer_text(std::string{as_text(reading.backend.facts().genesis)}, "application/cbor");
}

}  // namespace datadeed::api
