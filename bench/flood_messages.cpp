#include "bench/flood_messages.h"

#include <algorithm>
#include <chrono>

#include "consensus/messages.h"
#include "crypto/random.h"
#include "ledger/operation.h"
#include "ledger/transaction.h"
#include "node/net/frame.h"
#include "node/replica/wire_codec.h"

namespace datadeed::bench {
namespace {

using consensus::ValidatorIndex;

constexpr std::size_t votes_in_a_batch = 2'000;
constexpr std::size_t transactions_in_a_batch = 40'000;  // more than a node remembers
constexpr std::size_t transactions_in_a_message = 200;

Digest random_digest() {
    return Digest{crypto::random_array<32>()};
}

Bytes garbage() {
    Bytes out;
    for (std::size_t i = 0; i < 256; ++i) {
        Bytes noise;
        for (std::size_t j = 0; j < 32; ++j) append(noise, crypto::random_array<32>());
        net::append_frame(out, noise);
    }
    return out;
}

ValidatorIndex index_of(const ledger::Genesis& genesis, const std::string& name) {
    const auto& all = genesis.nodes.validators;
    const auto found = std::ranges::find(all, name, [](const ledger::Validator& one) { return one.member.value; });
    return ValidatorIndex{static_cast<std::uint32_t>(found - all.begin())};
}

// Votes that nobody needs any more, for the first block; with or without signatures that hold.
Bytes votes(const node::GenesisDocument& genesis, const crypto::SecretKey& key, const std::string& self, bool hold) {
    const consensus::Ed25519Signer signer{key};
    const ValidatorIndex index = index_of(genesis.content, self);
    Bytes out;
    for (std::size_t i = 0; i < votes_in_a_batch; ++i) {
        consensus::Prepare vote{};
        // Not of a view in which it is the primary, who sends no PREPARE.
        vote.view = consensus::View{i * genesis.content.nodes.validators.size() + index.value + 1};
        vote.height = Height{1};
        vote.hash = random_digest();
        auto signed_vote = consensus::sign(genesis.chain, vote, index, signer);
        if (!hold) signed_vote.signature.value[7] ^= 1U;
        net::append_frame(out, replica::encode_votes(consensus::Message{signed_vote}));
    }
    return out;
}

// Signed by a key that nobody has heard of: the signature holds, so it has to be checked first.
Bytes gossip(const node::GenesisDocument& genesis) {
    const crypto::SecretKey stranger = crypto::SecretKey::generate();
    const auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto first = static_cast<std::uint64_t>(now.count());
    Bytes out;
    for (std::size_t made = 0; made < transactions_in_a_batch;) {
        replica::Transactions message;
        for (std::size_t i = 0; i < transactions_in_a_message; ++i, ++made) {
            const ledger::Transaction transaction{
                .nonce = ledger::Nonce{first + made},
                .expires = TimeMs{first / 1000 + 600'000},
                .operations = {ledger::RegisterData{
                    .data = ledger::DatasetId{"flood/" + std::to_string(made)}, .title = "Nothing", .type = "table"}}};
            message.transactions.push_back({ledger::sign_transaction(genesis.chain, transaction, stranger)});
        }
        net::append_frame(out, encode(replica::WireMessage{std::move(message)}));
    }
    return out;
}

// Two COMMITs at each height, for as many as a chain may have come to: nodes look at those just above their own.
Bytes contradictions(const node::GenesisDocument& genesis, const crypto::SecretKey& key, const std::string& self) {
    const consensus::Ed25519Signer signer{key};
    const ValidatorIndex index = index_of(genesis.content, self);
    Bytes out;
    for (std::uint64_t i = 0; i < votes_in_a_batch; ++i) {
        const consensus::Commit vote{.view = {}, .height = Height{i / 2 + 1}, .hash = random_digest()};
        const auto signed_vote = consensus::sign(genesis.chain, vote, index, signer);
        net::append_frame(out, replica::encode_votes(consensus::Message{signed_vote}));
    }
    return out;
}

Bytes questions() {
    Bytes out;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        net::append_frame(
            out, encode(replica::WireMessage{replica::FetchBlocks{.request = i, .from = Height{1}, .max = 64}}));
        net::append_frame(
            out,
            encode(replica::WireMessage{replica::FetchBody{.height = Height{1 + i % 50}, .hash = random_digest()}}));
        net::append_frame(out,
                          encode(replica::WireMessage{replica::Tip{.height = Height{1}, .hash = {}, .votes = true}}));
    }
    return out;
}

}  // namespace

Bytes flood_batch(std::string_view attack, const node::GenesisDocument& genesis, const crypto::SecretKey& vote_key,
                  const std::string& self) {
    if (attack == "garbage") return garbage();
    if (attack == "oversized") return Bytes(4, 0xFF);
    if (attack == "bad-signatures") return votes(genesis, vote_key, self, false);
    if (attack == "useless-votes") return votes(genesis, vote_key, self, true);
    if (attack == "contradictions") return contradictions(genesis, vote_key, self);
    if (attack == "useless-gossip") return gossip(genesis);
    if (attack == "questions") return questions();
    return Bytes(4, 0);  // a sign of life
}

}  // namespace datadeed::bench
