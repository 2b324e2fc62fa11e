#include "tests/consensus/sim_node.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/hash.h"

namespace datadeed::consensus::testing {

Proposal make_proposal(Height height, const Digest& parent, const std::string& text) {
    const Bytes payload = encode(Block{.height = height, .parent = parent, .text = text});
    return {.height = height, .hash = crypto::sha256(payload), .parent = parent, .payload = payload};
}

std::string text_of(const Bytes& payload) {
    const auto block = decode<Block>(payload);
    return block ? block->text : "?";
}

ChainId test_chain() {
    return ChainId{crypto::sha256(as_bytes("a chain for tests"))};
}

Node::Node(ValidatorSet validators, ValidatorIndex self, Timing timing, Observer observer)
    : validators_{validators},
      self_{self},
      timing_{timing},
      observer_{std::move(observer)},
      signer_{validators.at(self).vote_key},
      verifier_{test_chain(), std::move(validators), quick_} {}

void Node::start(std::uint64_t now_ms) {
    now_ = now_ms;
    Start start{.height = {}, .hash = {}, .certificate = {}, .last_record = disk_.last_record, .now_ms = now_ms};
    if (!disk_.chain.empty()) {
        start.height = disk_.chain.back().block.height;
        start.hash = disk_.chain.back().block.hash;
        start.certificate = disk_.chain.back().certificate;
    }
    core_.emplace(Config{.chain = test_chain(), .validators = validators_, .self = self_, .timing = timing_}, signer_,
                  start, recover(disk_.journal));
    give(Tick{now_ms});
    tell_work();
}

void Node::crash() {
    core_.reset();
    unsynced_.clear();
    answers_.clear();
    held_.clear();
    pool_.clear();
    actions_left_.reset();
}

void Node::tick(std::uint64_t now_ms) {
    now_ = now_ms;
    if (up()) give(Tick{now_ms});
}

void Node::submit(const std::string& text) {
    if (!up()) return;
    const bool known = std::any_of(disk_.chain.begin(), disk_.chain.end(),
                                   [&](const Final& final) { return text_of(final.block.payload) == text; });
    if (known || std::find(pool_.begin(), pool_.end(), text) != pool_.end()) return;
    pool_.push_back(text);
    tell_work();
}

void Node::deliver(const Packet& packet) {
    if (!up()) return;
    std::visit([&](const auto& wire) { receive(packet.from, wire); }, packet.wire);
    if (up()) release();
}

void Node::sync() {
    disk_.last_record += unsynced_.size();
    for (VoteRecord& record : unsynced_) {
        if (std::holds_alternative<Checkpoint>(record)) disk_.journal.clear();
        disk_.journal.push_back(std::move(record));
    }
    unsynced_.clear();
    release();
}

std::vector<Packet> Node::take_packets() {
    return std::exchange(left_, {});
}

// One event and all that follows from it inside this node.
void Node::give(Event event) {
    answers_.push_back(std::move(event));
    while (up() && !answers_.empty()) {
        Event next = std::move(answers_.front());
        answers_.pop_front();
        Actions actions = core_->step(std::move(next));
        for (Action& action : actions) {
            if (actions_left_ && (*actions_left_)-- == 0) crash();
            if (!up()) return;
            perform(action);
        }
    }
    if (auto_sync_) sync();
}

void Node::perform(Action& action) {
    if (observer_.on_action) observer_.on_action(*this, action);
    std::visit([this](auto& known) { perform_one(known); }, action);
}

void Node::perform_one(Persist& action) {
    unsynced_.push_back(std::move(action.record));
    if (action.number != disk_.last_record + unsynced_.size())
        throw std::logic_error{"record numbers must rise by one"};
}

void Node::perform_one(Send& action) {
    for (std::uint32_t i = 0; i < validators_.size(); ++i) {
        const ValidatorIndex to{i};
        if (to == self_ || (action.to && *action.to != to)) continue;
        leave(to, action.message, action.after);
    }
}

void Node::perform_one(Build& action) {
    Built built{.view = action.view, .height = action.height, .proposal = {}};
    if (!pool_.empty()) built.proposal = make_proposal(action.height, action.parent, pool_.front());
    answers_.push_back(std::move(built));
}

void Node::perform_one(Validate& action) {
    const Proposal& proposal = action.proposal;
    Validated answer{.view = action.view, .hash = proposal.hash, .ok = false, .reason = "", .subjective = false};
    const auto block = decode<Block>(proposal.payload);
    if (!block || crypto::sha256(proposal.payload) != proposal.hash) {
        answer.reason = "the hash doesn't bind the payload";
    } else if (block->height != proposal.height || block->parent != proposal.parent || block->text.starts_with("bad")) {
        answer.reason = "the block breaks a rule";
    } else if (action.fresh && clock_wrong_) {
        answer.reason = "the block's time is outside the window";
        answer.subjective = true;
    } else {
        answer.ok = true;
    }
    answers_.push_back(std::move(answer));
}

void Node::perform_one(Decide& action) {
    if (!disk_.chain.empty() && disk_.chain.back().block.hash != action.block.parent) {
        throw std::logic_error{"a block must follow its parent"};
    }
    sync();
    disk_.chain.push_back({.block = std::move(action.block), .certificate = std::move(action.certificate)});
    forget_committed();
    answers_.push_back(WorkPending{.pending = !pool_.empty(), .oldest_ms = 0, .oldest_blocks = 0});
}

void Node::perform_one(FetchBody& action) {
    for (const ValidatorIndex holder : action.holders) {
        leave(holder, BodyRequest{.height = action.height, .hash = action.hash}, 0);
    }
}

void Node::perform_one(FetchBlocks& action) {
    leave(action.peer, BlocksRequest{.from = action.from}, 0);
}

void Node::receive(ValidatorIndex from, const Message& message) {
    Result<VerifiedMessage, Error> verified = verifier_.verify(message);
    if (verified) give(MessageIn{.via = from, .message = std::move(*verified)});
}

void Node::receive(ValidatorIndex from, const BodyRequest& request) {
    if (const Bytes* bytes = core_->payload(request.hash)) {
        leave(from, BodyAnswer{.height = request.height, .hash = request.hash, .payload = *bytes}, 0);
        return;
    }
    for (const Final& final : disk_.chain) {
        if (final.block.hash != request.hash) continue;
        leave(from, BodyAnswer{.height = request.height, .hash = request.hash, .payload = final.block.payload}, 0);
    }
}

void Node::receive(ValidatorIndex, const BodyAnswer& answer) {
    if (crypto::sha256(answer.payload) != answer.hash) return;
    give(BodyAvailable{.height = answer.height, .hash = answer.hash, .payload = answer.payload});
}

void Node::receive(ValidatorIndex from, const BlocksRequest& request) {
    BlocksAnswer answer;
    for (const Final& final : disk_.chain) {
        if (final.block.height >= request.from && answer.blocks.size() < 16) answer.blocks.push_back(final);
    }
    if (!answer.blocks.empty()) leave(from, std::move(answer), 0);
}

void Node::receive(ValidatorIndex, const BlocksAnswer& answer) {
    for (const Final& final : answer.blocks) {
        if (!up() || final.block.height != core_->height().next()) continue;
        Result<Verified<CommitCertificate>, Error> certificate = verifier_.verify(final.certificate);
        const bool fits = certificate && final.certificate.hash == crypto::sha256(final.block.payload) &&
                          final.certificate.height == final.block.height && final.block.parent == core_->tip();
        if (!fits) continue;
        disk_.chain.push_back(final);
        forget_committed();
        give(Adopted{std::move(*certificate)});
        tell_work();
    }
}

void Node::leave(ValidatorIndex to, Wire wire, std::uint64_t after) {
    held_.push_back({.after = after, .packet = {.from = self_, .to = to, .wire = std::move(wire)}});
}

void Node::release() {
    std::deque<Held> waiting;
    for (Held& held : std::exchange(held_, {})) {
        if (held.after > disk_.last_record) {
            waiting.push_back(std::move(held));
            continue;
        }
        if (observer_.on_leave) observer_.on_leave(*this, held.packet);
        left_.push_back(std::move(held.packet));
    }
    held_ = std::move(waiting);
}

void Node::forget_committed() {
    const std::string text = text_of(disk_.chain.back().block.payload);
    std::erase(pool_, text);
}

void Node::tell_work() {
    if (up()) give(WorkPending{.pending = !pool_.empty(), .oldest_ms = 0, .oldest_blocks = 0});
}

}  // namespace datadeed::consensus::testing
