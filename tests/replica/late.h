#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/fields.h"
#include "node/replica/limits.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/bench.h"
#include "tests/replica/solo.h"
#include "tests/sim/node.h"

namespace datadeed::replica::testing {

// Blocks of a chain of four validators and an observer, one after another, as they are certified.
struct Chain {
    template <class M>
    [[nodiscard]] consensus::Signed<M> sign(std::uint32_t signer, const M& message) const {
        const consensus::testing::QuickSigner key{consensus::testing::quick_key(signer)};
        return consensus::sign(bench.world.chain(), message, consensus::ValidatorIndex{signer}, key);
    }
    // At `made`, or else as early as may be.
    CertifiedBlock next(std::initializer_list<const char*> data, std::optional<TimeMs> made = {}) {
        const TimeMs time = made.value_or(bench.genesis());
        for (const char* name : data) bench.add(name, time);
        const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, time);
        DATADEED_ASSERT(built.has_value() && built->block != nullptr);
        const BlockPtr block = built->block->block;
        CertifiedBlock certified{.payload = built->block->payload, .certificate = {}};
        const consensus::Commit vote{.view = {}, .height = block->block.header.height, .hash = block->hash};
        certified.certificate = {.view = vote.view, .height = vote.height, .hash = vote.hash, .votes = {}};
        for (std::uint32_t signer = 0; signer < 3; ++signer) {
            certified.certificate.votes.push_back(
                {.signer = consensus::ValidatorIndex{signer}, .signature = sign(signer, vote).signature});
        }
        DATADEED_ASSERT(bench.executor->commit(block, certified.certificate, 0).has_value());
        for (const TransactionPtr& transaction : block->transactions) bench.pool.remove(transaction->tx.id());
        return certified;
    }
    Bench bench{4, 1};
};

// Of what is sent to this peer, or to anybody, the messages of one kind.
template <class M>
std::vector<M> messages_in(const std::vector<Action>& actions, const std::optional<ledger::MemberId>& peer = {}) {
    std::vector<M> found;
    for (const SendTo& send : all_of<SendTo>(actions)) {
        Result<WireMessage, cbor::DecodeError> message = decode<WireMessage>(*send.bytes);
        auto* known = message ? std::get_if<M>(&*message) : nullptr;
        const bool is_meant = !peer || std::ranges::find(send.peers, *peer) != send.peers.end();
        if (known != nullptr && is_meant) found.push_back(std::move(*known));
    }
    return found;
}

// What the peer is asked for, if anything.
inline std::optional<FetchBlocks> question_in(const std::vector<Action>& actions, const ledger::MemberId& peer) {
    const auto questions = messages_in<FetchBlocks>(actions, peer);
    return questions.empty() ? std::nullopt : std::optional{questions.front()};
}

// A node, the observer unless another is named, which lags by one block; and that block.
struct Late {
    explicit Late(const ledger::MemberId& name = sim::observer_name(0), std::size_t owners = 2)
        : chain{.bench = Bench{4, 1, owners}}, node{chain.bench.world, name} {
        DATADEED_ASSERT(node.start().has_value());
        (void)tick(20);
    }
    std::vector<Action> tick(std::uint64_t ms) {
        now_ms += ms;
        return node.replica().step(Event{Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}}});
    }
    std::vector<Action> hear(const ledger::MemberId& peer, const WireMessage& message) {
        Result<PeerEvent, WireError> event = decode_and_verify(encode(message), *chain.bench.world.context);
        DATADEED_ASSERT(event.has_value());
        return node.replica().step(Event{PeerMessage{.peer = peer, .message = std::move(*event)}});
    }
    // What this node asks the peer for when it says that it has so many blocks; nothing when it is left alone.
    std::optional<FetchBlocks> question_to(const ledger::MemberId& peer, Height height = Height{1}) {
        (void)node.replica().step(Event{PeerUp{.peer = peer}});
        std::vector<Action> actions = hear(peer, Tip{.height = height, .hash = {}, .votes = true});
        const bool votes = node.replica().status().duty == Duty::voting;
        for (Action& action : tick(votes ? 20 + voter_patience_ms : 20)) actions.push_back(std::move(action));
        return question_in(actions, peer);
    }
    std::vector<Action> step(Event event) { return node.replica().step(std::move(event)); }
    // Signed by owner 0, and in no block yet.
    [[nodiscard]] TransactionPtr make(std::uint64_t number, ledger::Operation operation,
                                      std::uint64_t lives_ms = hour_ms) const {
        const Bytes raw = sim::sign_order(chain.bench.world, {.owner = 0,
                                                              .nonce_us = (sim::epoch_ms + now_ms) * 1000 + number,
                                                              .expires_ms = sim::epoch_ms + now_ms + lives_ms,
                                                              .operations = {std::move(operation)}});
        return sim::checked(chain.bench.world, raw);
    }
    [[nodiscard]] TransactionPtr registration(std::uint64_t number, const std::string& name,
                                              std::uint64_t lives_ms = hour_ms) const {
        return make(
            number,
            ledger::RegisterData{.data = ledger::DatasetId{name}, .title = "T", .type = "table", .commitment = {}},
            lives_ms);
    }
    std::vector<Action> hand_in(const TransactionPtr& transaction, std::uint64_t token) {
        return step(SubmitTransaction{.transaction = transaction, .token = RequestToken{token}});
    }
    std::vector<Action> submit(std::uint64_t number, const std::string& name) {
        return hand_in(registration(number, name), number);
    }
    std::vector<Action> answer(const ledger::MemberId& peer, const FetchBlocks& question, const CertifiedBlock& block) {
        return hear(peer, Blocks{.request = question.request, .from = question.from, .blocks = {block}});
    }
    // Asks the first validator for the block that it lacks, and is given it.
    std::vector<Action> fetch(const CertifiedBlock& block) {
        const ledger::MemberId peer = sim::validator_name(0);
        const std::optional<FetchBlocks> question = question_to(peer, block.certificate.height);
        DATADEED_ASSERT(question.has_value());
        std::vector<Action> actions = answer(peer, *question, block);
        DATADEED_ASSERT(node.replica().status().height == block.certificate.height);
        return actions;
    }

    Chain chain;
    CertifiedBlock good = chain.next({"a", "b"});
    sim::Node node;
    std::uint64_t now_ms{1'000};
};

}  // namespace datadeed::replica::testing
