#include "tests/sim/checkers.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/execute.h"
#include "consensus/limits.h"
#include "consensus/quorum.h"
#include "ledger/cost.h"
#include "node/replica/limits.h"
#include "node/replica/wire_codec.h"

namespace datadeed::sim {
namespace {

// The view that a node stands in, as its votes name it.
consensus::View standing_in(const replica::Status& status) {
    return consensus::View{consensus::Epoch{.number = status.epoch, .base = {}}.first_view().value + status.view};
}

constexpr std::size_t lately_bytes = 2'048;

bool has_bytes(ByteView bytes, ByteView what) {
    return memmem(bytes.data(), bytes.size(), what.data(), what.size()) != nullptr;
}

}  // namespace

std::optional<Bytes> MapTree::node(const ledger::NodeKey& key) const {
    const auto found = nodes_.find(key);
    if (found == nodes_.end()) return std::nullopt;
    return found->second;
}

void MapTree::apply(const ledger::TreeUpdate& update) {
    for (const ledger::TreeUpdate::Node& added : update.nodes) nodes_.insert_or_assign(added.key, added.bytes);
    for (const ledger::NodeKey& stale : update.stale) nodes_.erase(stale);
}

Checker::Checker(const World& world, std::size_t faulty, bool clocks_go_back)
    : world_{&world}, faulty_{faulty}, clock_back_max_ms_{clock_off_max_ms + (clocks_go_back ? clock_step_max_ms : 0)} {
    const ledger::StateChanges changes = ledger::genesis_state(world.genesis);
    const Result<chain::Executed, ledger::Refusal> executed = chain::execute_genesis(changes, tree_);
    DATADEED_ASSERT(executed.has_value());
    state_.apply(changes);
    tree_.apply(executed->tree);
    tip_ = {.height = {}, .hash = world.chain().value, .time = world.genesis.time, .log_size = 0, .cert_hash = {}};
    hashes_.push_back(tip_.hash);
    epochs_.push_back(ledger::get_epoch(state_));
}

void Checker::violate(Invariant invariant, const std::string& what) {
    if (!violation_) violation_ = std::string{name(invariant)} + ": " + what;
}

void Checker::on_evidence(const Node& node, const std::string& accused, bool may_be_guilty) {
    if (!may_be_guilty) violate(Invariant::evidence, node.name().value + " accuses " + accused + ", who is honest");
}

// What it committed before counts as one of the faulty from here on, and only as that.
void Checker::excuse(const Node& node) {
    excused_ = node.name();
    promises_.forget(node.name().value);
    locks_.clear();
    for (auto& [slot, who] : committers_) {
        who.erase(node.name().value);
        const auto& [height, view, hash] = slot;
        if (may_be_decided(who, view)) locks_.try_emplace(height, Lock{.view = view, .hash = hash});
    }
}

bool Checker::may_be_decided(const std::set<std::string>& committers, consensus::View view) const {
    return committers.size() + faulty_ >= consensus::quorum(voters_in(view));
}

// An epoch that this executor hasn't come to is one that a node has just announced: the next check sees it.
std::size_t Checker::voters_in(consensus::View view) const {
    const std::uint32_t number = consensus::Epoch::of(view);
    return (number < epochs_.size() ? epochs_[number] : epochs_.back()).nodes.validators.size();
}

std::optional<ledger::MemberId> Checker::signer_of(consensus::View view, consensus::ValidatorIndex index) const {
    const std::uint32_t number = consensus::Epoch::of(view);
    if (number >= epochs_.size() || index.value >= epochs_[number].nodes.validators.size()) return std::nullopt;
    return epochs_[number].nodes.validators[index.value].member;
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
    if (!is_new && slot->second != hash) return violate(Invariant::vote_uniqueness, "double vote of " + where);
    const auto changed = changed_to_.find(node.name().value);
    // Sending an old vote again, byte for byte, is no vote in the past; a new one is.
    if (is_new && changed != changed_to_.end() && view < changed->second) {
        violate(Invariant::left_view, "vote in a view that was left, of " + where);
    }
    const std::uint32_t epoch = consensus::Epoch::of(view);
    const auto [voted, first] = voted_in_.emplace(std::pair{node.name().value, height}, epoch);
    if (!first && voted->second != epoch) violate(Invariant::epoch, "vote in a second epoch, of " + where);
    if (is_new) note_lock(node, kind, view, height, hash);
}

void Checker::note_lock(const Node& node, consensus::MessageKind kind, consensus::View view, Height height,
                        const Digest& hash) {
    if (kind == consensus::MessageKind::commit) {
        std::set<std::string>& who = committers_[{height, view, hash}];
        who.insert(node.name().value);
        if (may_be_decided(who, view)) locks_.try_emplace(height, Lock{.view = view, .hash = hash});
        return;
    }
    const auto lock = locks_.find(height);
    if (lock == locks_.end() || view <= lock->second.view || lock->second.hash == hash) return;
    violate(Invariant::prepared_carried, node.name().value + " votes in view " + std::to_string(view.value) +
                                             " for another block at height " + std::to_string(height.value) +
                                             " than view " + std::to_string(lock->second.view.value) +
                                             " may have decided");
}

// Views change while they must, and no longer: L3's bound is 4 n (f + 2).
void Checker::note_view_change(const Node& node, const consensus::Signed<consensus::ViewChange>& said) {
    const consensus::View to = said.message.new_view;
    if (const auto commit = promises_.broken_by(node.name().value, said)) {
        violate(Invariant::evidence, "the VIEW-CHANGE of " + node.name().value + " to view " +
                                         std::to_string(to.value) + " hides its COMMIT at height " +
                                         std::to_string(commit->height.value));
    }
    consensus::View& highest = changed_to_[node.name().value];
    if (to <= highest) return;
    highest = to;
    const std::size_t n = voters_in(to);
    if (++healed_views_[node.name().value] > 4 * n * (consensus::faults(n) + 2)) {
        violate(Invariant::livelock, node.name().value + " has come to view " + std::to_string(to.value));
    }
}

void Checker::on_heard(const Node& node, const consensus::Signed<consensus::ViewChange>& said) {
    if (signer_of(said.message.new_view, said.signer) == node.name()) return;
    consensus::View& highest = heard_[node.name().value][said.signer];
    highest = std::max(highest, said.message.new_view);
}

void Checker::check_joined(Node& node) {
    const auto heard = heard_.find(node.name().value);
    if (heard == heard_.end()) return;
    const replica::Status status = node.replica().status();
    if (status.duty != replica::Duty::voting) return;
    std::vector<consensus::View> asked;
    for (const auto& [signer, view] : heard->second) {
        if (consensus::Epoch::of(view) == status.epoch) asked.push_back(view);
    }
    const std::size_t f = consensus::faults(voters_in(standing_in(status)));
    if (asked.size() <= f) return;
    std::ranges::sort(asked, std::greater<>{});
    if (standing_in(status) >= asked[f]) return;
    violate(Invariant::joining, node.name().value + " stays in view " + std::to_string(status.view) +
                                    ", though f + 1 others ask for " +
                                    std::to_string(consensus::Epoch::place_of(asked[f])));
}

// Against the disk itself, not the node's belief.
void Checker::check_durable(const Node& node, consensus::MessageKind kind, const crypto::Signature& signature) {
    if (kind == consensus::MessageKind::status) return;
    const Bytes* votes = node.durable_votes();
    if (votes != nullptr) {
        // What is said now was mostly written just before.
        const ByteView all{*votes};
        if (has_bytes(all.last(std::min(all.size(), lately_bytes)), signature.value) ||
            has_bytes(all, signature.value)) {
            return;
        }
    }
    violate(Invariant::durable_votes,
            "a " + std::string{consensus::name(kind)} + " of " + node.name().value + " isn't on its disk");
}

void Checker::on_send(const Node& node, const replica::SendTo& send) {
    const Bytes& bytes = *send.bytes;
    if (bytes.size() > replica::wire_size_max) violate(Invariant::bounds, "a message is larger than the limit");
    if (bytes.size() < 2 || bytes[1] != static_cast<std::uint8_t>(replica::WireKind::votes)) return;
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(bytes);
    if (!decoded) return violate(Invariant::running, node.name().value + " sends what doesn't decode");
    std::visit(
        [&]<class M>(const consensus::Signed<M>& said) {
            // What others said may be passed on.
            if (signer_of(consensus::view_of(said), said.signer) != node.name()) return;
            check_durable(node, M::kind, said.signature);
            if (excused_ == node.name() && M::kind != consensus::MessageKind::status) excused_voted_ = true;
            if constexpr (requires { said.message.hash; }) {
                note_vote(node, M::kind, said.message.view, said.message.height, said.message.hash);
                if constexpr (std::is_same_v<M, consensus::Commit>) promises_.note(node.name().value, said);
            } else if constexpr (std::is_same_v<M, consensus::ViewChange>) {
                note_view_change(node, said);
            } else if constexpr (std::is_same_v<M, consensus::NewView>) {
                const std::optional<consensus::Carried>& carried = said.message.carried;
                carried_ += carried ? 1U : 0U;
                carried_far_ += carried && carried->view.value + 1 < said.message.new_view.value ? 1U : 0U;
            }
        },
        std::get<replica::Votes>(*decoded).message);
}

// Counted and checked here, by a rule written apart from the one under test.
void Checker::check_certificate(const Node& node, const consensus::CommitCertificate& certificate, const Digest& hash,
                                Height height) {
    const auto epoch_of_height = std::ranges::find_if(epochs_.rbegin(), epochs_.rend(),
                                                      [height](const auto& one) { return one.from <= height; });
    const ledger::Epoch& epoch = *epoch_of_height;
    if (consensus::Epoch::of(certificate.view) != epoch.number.value) {
        return violate(Invariant::certificate, node.name().value + " holds a certificate of block " +
                                                   std::to_string(height.value) + " from another epoch");
    }
    const std::vector<ledger::Validator>& validators = epoch.nodes.validators;
    const consensus::Commit commit{.view = certificate.view, .height = height, .hash = hash};
    const Bytes signed_bytes = consensus::statement(world_->chain(), commit);
    std::set<std::uint32_t> signers;
    for (const consensus::VoteSignature& vote : certificate.votes) {
        if (vote.signer.value >= validators.size()) continue;
        const crypto::PublicKey& key = validators[vote.signer.value].vote;
        if (world_->context->signatures->verify(key, signed_bytes, vote.signature)) signers.insert(vote.signer.value);
    }
    const std::size_t n = validators.size();
    const std::size_t f = (n - 1) / 3;
    if (2 * signers.size() >= n + f + 1 && signers.size() == certificate.votes.size()) return;
    violate(Invariant::certificate,
            node.name().value + " holds a bad certificate of block " + std::to_string(height.value));
}

void Checker::on_start(Node& node, bool lost) {
    Height& told = told_[node.name().value];
    const Height height = node.replica().status().height;
    if (lost) told = {};
    if (height >= told) return;
    violate(Invariant::reads, node.name().value + " is back at block " + std::to_string(height.value) +
                                  ", having told of " + std::to_string(told.value));
}

void Checker::on_committed(const Node& node, const replica::BlockCommitted& committed) {
    learn(node, committed.height);
    Height& told = told_[node.name().value];
    told = std::max(told, committed.height);
    if (node.durable_height() < committed.height) {
        violate(Invariant::durable_answers, node.name().value + " says that a block is final that isn't on its disk");
    }
    if (violation_ || hashes_[committed.height.value] == committed.hash) return;
    violate(Invariant::agreement,
            "disagreement: " + node.name().value + " at height " + std::to_string(committed.height.value));
}

// A node that crashed between writing a block and saying so goes on from it: read what nobody has announced, too.
void Checker::learn(const Node& node, Height upto) {
    while (hashes_.size() <= upto.value && !violation_) {
        const Height height{hashes_.size()};
        const Result<std::optional<chain::StoredBlock>, chain::Error> stored =
            chain::ChainView{node.chain_store()}.block(height);
        if (stored && *stored) {
            check_first(node, **stored);
        } else {
            violate(Invariant::durable_answers, node.name().value + " doesn't store block " +
                                                    std::to_string(height.value) + ", which it committed");
        }
    }
}

void Checker::check_first(const Node& node, const chain::StoredBlock& stored) {
    const ledger::BlockHeader& header = stored.block.header;
    const std::string at = " at height " + std::to_string(header.height.value);
    check_certificate(node, stored.certificate, stored.hash, header.height);
    if (header.prev != tip_.hash) return violate(Invariant::validity, "the hash chain is broken" + at);
    if (header.time <= tip_.time) violate(Invariant::validity, "time doesn't rise" + at);
    // No honest clock is further off than its window, and no run began earlier.
    const std::uint64_t earliest = epoch_ms - replica::block_behind_max_ms - clock_back_max_ms_;
    if (header.time.value < earliest) violate(Invariant::validity, "a block is dated back" + at);
    if (ledger::hash(header) != stored.hash) violate(Invariant::validity, "a hash isn't that of its header" + at);
    execute(stored.block);
    tip_ = {.height = header.height,
            .hash = stored.hash,
            .time = header.time,
            .log_size = header.log_size,
            .cert_hash = {}};
    hashes_.push_back(stored.hash);
    healed_views_.clear();
}

void Checker::execute(const ledger::Block& block) {
    const std::string at = " at height " + std::to_string(block.header.height.value);
    ledger::BlockExecution execution{
        state_, {.height = block.header.height, .time = block.header.time}, *world_->judge};
    ledger::BlockCost cost;
    std::vector<Digest> leaves;
    for (const ledger::RawTransaction& raw : block.transactions) {
        Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(world_->chain(), raw.bytes);
        if (!parsed) return violate(Invariant::validity, "a malformed transaction was committed" + at);
        const Result<ledger::VerifiedTransaction, ledger::Refusal> verified = ledger::verify(std::move(*parsed));
        if (!verified) return violate(Invariant::validity, "an unsigned transaction was committed" + at);
        if (!places_.emplace(verified->id(), std::pair{block.header.height, log_.size() + leaves.size()}).second) {
            violate(Invariant::exactly_once, "a transaction was committed twice" + at);
        }
        if (!nonces_.emplace(verified->signer(), verified->content().nonce).second) {
            violate(Invariant::exactly_once, "a nonce was used twice" + at);
        }
        if (!cost.add(verified->content())) violate(Invariant::validity, "a block of too much work was committed" + at);
        if (!execution.apply(*verified))
            violate(Invariant::validity, "a transaction that doesn't apply was committed" + at);
        leaves.push_back(crypto::leaf_hash(raw.bytes));
    }
    const chain::ExecutionBase base{.state = state_, .tree = tree_, .log = log_, .height = tip_.height};
    Result<chain::Executed, ledger::Refusal> executed =
        chain::conclude(base, execution.finish(), leaves, block.header.height);
    if (!executed || !ledger::check_roots(block.header, executed->roots))
        return violate(Invariant::state, "roots are wrong" + at);
    state_.apply(executed->changes);
    tree_.apply(executed->tree);
    log_ = executed->log;
    if (block.header.validators_hash != ledger::hash(epoch().nodes)) epochs_.push_back(ledger::get_epoch(state_));
}

void Checker::on_answer(const Node& node, const replica::Committed& committed) {
    learn(node, committed.height);
    if (violation_) return;
    const auto place = places_.find(committed.tx);
    if (place == places_.end() || place->second != std::pair{committed.height, committed.log_index}) {
        violate(Invariant::validity, node.name().value + " tells a client of a place where its transaction isn't");
    }
    if (node.durable_height() < committed.height) {
        violate(Invariant::durable_answers, node.name().value + " tells a client of a block that isn't on its disk");
    }
}

void Checker::on_status(const Node& node, const replica::Status& status) {
    const auto changed = changed_to_.find(node.name().value);
    const bool promised = changed != changed_to_.end() && excused_ != node.name();
    if (promised && status.duty == replica::Duty::voting && standing_in(status) < changed->second) {
        violate(Invariant::recovered, node.name().value + " is back in view " + std::to_string(status.view) +
                                          ", having left for " + std::to_string(changed->second.value));
    }
    const bool bounded = status.pool_transactions <= replica::pool_transactions_max &&
                         status.pool_bytes <= replica::pool_bytes_max &&
                         status.waiting_clients <= replica::waiting_clients_max;
    // Of each validator that the node knows, which may be behind by an epoch, at most one vote of each kind a height.
    const std::uint64_t ahead_max = consensus::heights_ahead_max * 3 * voters_in(standing_in(status));
    if (status.votes_ahead > ahead_max) {
        violate(Invariant::bounds, node.name().value + " keeps votes of heights far above");
    }
    if (!bounded) violate(Invariant::bounds, "the pool of " + node.name().value + " passes its bounds");
}

void Checker::on_taken_over(const Node& node, Height height) {
    const Result<std::optional<chain::StoredHeader>, chain::Error> stored =
        chain::ChainView{node.chain_store()}.header(height);
    const bool is_there = stored && *stored && height.value < hashes_.size();
    if (!is_there || (*stored)->hash != hashes_[height.value]) {
        return violate(Invariant::agreement, node.name().value + " goes on from a snapshot that isn't of the chain");
    }
    check_certificate(node, (*stored)->certificate, (*stored)->hash, height);
}

void Checker::check_archive(Node& node, Height first) {
    for (Height height{1}; height < first; height = height.next()) {
        const std::optional<chain::StoredBlock> block = node.archived(height);
        if (!block && node.has_skipped()) continue;
        if (!block) {
            return violate(Invariant::pruned, node.name().value + " has pruned block " + std::to_string(height.value) +
                                                  ", and hasn't archived it");
        }
        if (block->hash != hashes_[height.value]) {
            return violate(Invariant::agreement, "the archive of " + node.name().value + " isn't of the chain");
        }
        check_certificate(node, block->certificate, block->hash, height);
    }
}

void Checker::check_disk(Node& node) {
    const chain::ChainView view{node.chain_store()};
    const Result<ledger::Tip, chain::Error> tip = view.tip();
    if (!tip || tip->height != tip_.height || tip->hash != tip_.hash) {
        return violate(Invariant::progress, node.name().value + " isn't at the tip");
    }
    const Result<Height, chain::Error> first = view.first_block();
    if (!first) return violate(Invariant::state, node.name().value + " doesn't know which blocks it has");
    check_archive(node, *first);
    for (Height height = *first; height <= tip_.height; height = height.next()) {
        const Result<std::optional<chain::StoredBlock>, chain::Error> stored = view.block(height);
        if (!stored || !*stored)
            return violate(Invariant::state, node.name().value + " misses block " + std::to_string(height.value));
        if ((*stored)->hash != hashes_[height.value])
            return violate(Invariant::agreement, "disagreement on disk: " + node.name().value);
        check_certificate(node, (*stored)->certificate, (*stored)->hash, height);
        check_places(node, view, **stored);
        if (height == tip_.height) continue;
        const Result<std::optional<chain::StoredHeader>, chain::Error> next = view.header(height.next());
        const Digest named = next && *next ? (*next)->header.prev_cert_hash : Digest{};
        if (named != chain::certificate_hash((*stored)->certificate)) {
            return violate(Invariant::certificate,
                           node.name().value + " holds another certificate than the next header names");
        }
    }
}

// The index is what the blocks give: written with them or not at all.
void Checker::check_places(const Node& node, const chain::ChainView& view, const chain::StoredBlock& block) {
    for (const ledger::RawTransaction& raw : block.block.transactions) {
        const Result<ledger::ParsedTransaction, ledger::Refusal> parsed = ledger::parse(world_->chain(), raw.bytes);
        if (!parsed) return violate(Invariant::validity, "a malformed transaction is stored");
        const Result<std::optional<chain::TxPlace>, chain::Error> place = view.find(parsed->id);
        if (!place || !*place || std::pair{(*place)->height, (*place)->log_index} != places_.at(parsed->id)) {
            return violate(Invariant::state, node.name().value + " doesn't find a transaction of block " +
                                                 std::to_string(block.block.header.height.value));
        }
    }
}

}  // namespace datadeed::sim
