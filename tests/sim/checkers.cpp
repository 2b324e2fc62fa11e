#include "tests/sim/checkers.h"

#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/execute.h"
#include "node/replica/limits.h"
#include "node/replica/wire_codec.h"

namespace datadeed::sim {

std::optional<Bytes> MapTree::node(const ledger::NodeKey& key) const {
    const auto found = nodes_.find(key);
    if (found == nodes_.end()) return std::nullopt;
    return found->second;
}

void MapTree::apply(const ledger::TreeUpdate& update) {
    for (const ledger::TreeUpdate::Node& added : update.nodes) nodes_.insert_or_assign(added.key, added.bytes);
    for (const ledger::NodeKey& stale : update.stale) nodes_.erase(stale);
}

Checker::Checker(const World& world) : world_{&world} {
    const ledger::StateChanges changes = ledger::genesis_state(world.genesis);
    const Result<chain::Executed, ledger::Refusal> executed = chain::execute_genesis(changes, tree_);
    DATADEED_ASSERT(executed.has_value());
    state_.apply(changes);
    tree_.apply(executed->tree);
    tip_ = {.height = {}, .hash = world.chain().value, .time = world.genesis.time, .log_size = 0, .cert_hash = {}};
    hashes_.push_back(tip_.hash);
}

void Checker::violate(std::string what) {
    if (!violation_) violation_ = std::move(what);
}

void Checker::note_vote(const Node& node, consensus::MessageKind kind, consensus::View view, Height height,
                        const Digest& hash) {
    highest_view_ = std::max(highest_view_, view.value);
    if (excused_ == node.name()) {
        if (kind == consensus::MessageKind::commit) excused_commits_.insert(height);
        return;
    }
    const std::string where = node.name().value + " in view " + std::to_string(view.value) + " at height " +
                              std::to_string(height.value) + ": " + std::string{consensus::name(kind)};
    const auto [slot, is_new] = votes_.emplace(Slot{node.name().value, kind, view, height}, hash);
    if (!is_new && slot->second != hash) return violate("double vote of " + where);
    const auto changed = changed_to_.find(node.name().value);
    // Sending an old vote again, byte for byte, is no vote in the past; a new one is.
    if (is_new && changed != changed_to_.end() && view < changed->second) {
        violate("vote in a view that was left, of " + where);
    }
}

void Checker::on_send(const Node& node, const replica::SendTo& send) {
    const Bytes& bytes = *send.bytes;
    if (bytes.size() > replica::wire_size_max) violate("a message is larger than the limit");
    if (bytes.size() < 2 || bytes[1] != static_cast<std::uint8_t>(replica::WireKind::votes)) return;
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(bytes);
    if (!decoded) return violate(node.name().value + " sends what doesn't decode");
    std::visit(
        [&]<class M>(const consensus::Signed<M>& said) {
            // What others said may be passed on.
            if (validator_name(said.signer.value) != node.name()) return;
            if constexpr (requires { said.message.hash; }) {
                note_vote(node, M::kind, said.message.view, said.message.height, said.message.hash);
            } else if constexpr (std::is_same_v<M, consensus::ViewChange>) {
                consensus::View& highest = changed_to_[node.name().value];
                highest = std::max(highest, said.message.new_view);
            }
        },
        std::get<replica::Votes>(*decoded).message);
}

void Checker::check_certificate(const Node& node, const consensus::CommitCertificate& certificate, const Digest& hash,
                                Height height) {
    const Result<void, consensus::Error> holds =
        consensus::verify(certificate, world_->context->validators, world_->chain(), *world_->context->signatures);
    if (!holds || certificate.hash != hash || certificate.height != height) {
        violate(node.name().value + " holds a bad certificate of block " + std::to_string(height.value));
    }
}

void Checker::on_committed(const Node& node, const replica::BlockCommitted& committed) {
    const std::string where = node.name().value + " at height " + std::to_string(committed.height.value);
    if (committed.height.value < hashes_.size()) {
        if (hashes_[committed.height.value] != committed.hash) violate("disagreement: " + where);
        return;
    }
    // A node that crashed between writing a block and saying so goes on from it: read what nobody has announced, too.
    while (hashes_.size() <= committed.height.value && !violation_) {
        const Height height{hashes_.size()};
        const Result<std::optional<chain::StoredBlock>, chain::Error> stored =
            chain::ChainView{node.chain_store()}.block(height);
        if (!stored || !*stored) return violate("a committed block isn't in the store: " + where);
        check_first(node, **stored);
    }
    if (!violation_ && hashes_[committed.height.value] != committed.hash) violate("disagreement: " + where);
}

void Checker::check_first(const Node& node, const chain::StoredBlock& stored) {
    const ledger::BlockHeader& header = stored.block.header;
    const std::string at = " at height " + std::to_string(header.height.value);
    check_certificate(node, stored.certificate, stored.hash, header.height);
    if (header.prev != tip_.hash) return violate("the hash chain is broken" + at);
    if (header.time <= tip_.time) violate("time doesn't rise" + at);
    // No honest clock is further off than its window, and no run began earlier.
    const std::uint64_t earliest = epoch_ms - replica::block_behind_max_ms - clock_off_max_ms;
    if (header.time.value < earliest) violate("a block is dated back" + at);
    if (ledger::hash(header) != stored.hash) violate("a hash isn't that of its header" + at);
    execute(node, stored.block);
    tip_ = {.height = header.height,
            .hash = stored.hash,
            .time = header.time,
            .log_size = header.log_size,
            .cert_hash = {}};
    hashes_.push_back(stored.hash);
}

void Checker::execute(const Node& /*node*/, const ledger::Block& block) {
    const std::string at = " at height " + std::to_string(block.header.height.value);
    ledger::BlockExecution execution{state_, {.height = block.header.height, .time = block.header.time}};
    std::vector<Digest> leaves;
    for (const ledger::RawTransaction& raw : block.transactions) {
        Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(world_->chain(), raw.bytes);
        if (!parsed) return violate("a malformed transaction was committed" + at);
        const Result<ledger::VerifiedTransaction, ledger::Refusal> verified = ledger::verify(std::move(*parsed));
        if (!verified) return violate("an unsigned transaction was committed" + at);
        if (!places_.emplace(verified->id(), std::pair{block.header.height, log_.size() + leaves.size()}).second) {
            violate("a transaction was committed twice" + at);
        }
        if (!execution.apply(*verified)) violate("a transaction that doesn't apply was committed" + at);
        leaves.push_back(crypto::leaf_hash(raw.bytes));
    }
    const chain::ExecutionBase base{.state = state_, .tree = tree_, .log = log_, .height = tip_.height};
    Result<chain::Executed, ledger::Refusal> executed =
        chain::conclude(base, execution.finish(), leaves, block.header.height);
    if (!executed || !ledger::check_roots(block.header, executed->roots)) return violate("roots are wrong" + at);
    state_.apply(executed->changes);
    tree_.apply(executed->tree);
    log_ = executed->log;
}

void Checker::on_answer(const Node& node, const replica::Committed& committed) {
    const auto place = places_.find(committed.tx);
    if (place == places_.end() || place->second != std::pair{committed.height, committed.log_index}) {
        violate(node.name().value + " tells a client of a place where its transaction isn't");
    }
}

void Checker::on_status(const Node& node, const replica::Status& status) {
    const bool bounded = status.pool_transactions <= replica::pool_transactions_max &&
                         status.pool_bytes <= replica::pool_bytes_max &&
                         status.waiting_clients <= replica::waiting_clients_max;
    if (!bounded) violate("the pool of " + node.name().value + " passes its bounds");
}

void Checker::check_disk(const Node& node) {
    const chain::ChainView view{node.chain_store()};
    const Result<ledger::Tip, chain::Error> tip = view.tip();
    if (!tip || tip->height != tip_.height || tip->hash != tip_.hash) {
        return violate(node.name().value + " isn't at the tip");
    }
    for (Height height{1}; height <= tip_.height; height = height.next()) {
        const Result<std::optional<chain::StoredBlock>, chain::Error> stored = view.block(height);
        if (!stored || !*stored) return violate(node.name().value + " misses block " + std::to_string(height.value));
        if ((*stored)->hash != hashes_[height.value]) return violate("disagreement on disk: " + node.name().value);
        check_certificate(node, (*stored)->certificate, (*stored)->hash, height);
        if (height == tip_.height) continue;
        const Result<std::optional<chain::StoredHeader>, chain::Error> next = view.header(height.next());
        const Digest named = next && *next ? (*next)->header.prev_cert_hash : Digest{};
        if (named != chain::certificate_hash((*stored)->certificate)) {
            return violate(node.name().value + " holds another certificate than the next header names");
        }
    }
}

}  // namespace datadeed::sim
