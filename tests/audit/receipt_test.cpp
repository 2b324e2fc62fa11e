#include "audit/receipt.h"

#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/tlog_proof.h"
#include "ledger/checkpoint_names.h"
#include "ledger/transaction.h"
#include "tests/support/catch.h"

namespace {

using datadeed::Bytes;
using datadeed::Digest;
namespace audit = datadeed::audit;
namespace crypto = datadeed::crypto;

crypto::SecretKey key_of(std::uint8_t number) {
    datadeed::ByteArray<32> seed{};
    seed[0] = number;
    return crypto::SecretKey::from_seed(seed);
}

// Three cosigners of whom two suffice, and a log of five entries.
struct Log {
    std::string name{"datadeed/test"};
    std::vector<Bytes> entries{{1}, {2}, {3}, {4}, {5}};

    [[nodiscard]] crypto::Policy policy() const {
        crypto::Policy policy{.origin = name, .quorum = 2};
        for (std::uint8_t i = 0; i < 3; ++i) policy.cosigners.push_back(cosigner(i));
        return policy;
    }
    [[nodiscard]] static crypto::VerifierKey cosigner(std::uint8_t i) {
        return {
            .name = "node-" + std::to_string(i), .type = crypto::KeyType::cosignature, .key = key_of(i).public_key()};
    }
    [[nodiscard]] std::string receipt(std::uint64_t index, std::uint8_t cosigners, bool with_entry) const {
        std::vector<Digest> leaves;
        for (const Bytes& entry : entries) leaves.push_back(crypto::leaf_hash(entry));
        const crypto::Checkpoint checkpoint{
            .origin = name, .size = leaves.size(), .root = crypto::root_of(std::span<const Digest>{leaves})};
        crypto::Note note{.text = crypto::format_checkpoint(checkpoint)};
        for (std::uint8_t i = 0; i < cosigners; ++i) {
            const crypto::SecretKey key = key_of(i);
            note.signatures.push_back(crypto::cosign_note(note.text, "node-" + std::to_string(i), key, 1'700'000'000));
        }
        crypto::TlogProof proof{.index = index,
                                .path = crypto::inclusion_path(std::span<const Digest>{leaves}, index),
                                .checkpoint = crypto::format_note(note)};
        if (with_entry) proof.extra = entries[index];
        return crypto::format_tlog_proof(proof);
    }
};

// As a user has it: the receipt as text.
datadeed::Result<audit::ReceiptReport, crypto::Error> check(std::string_view receipt, const crypto::Policy& policy,
                                                            const std::optional<Bytes>& transaction) {
    const auto proof = crypto::parse_tlog_proof(receipt);
    if (!proof) return datadeed::fail(proof.error());
    return audit::check_receipt(*proof, policy, transaction);
}

}  // namespace

TEST_CASE("a receipt that carries its transaction is verified by policy alone") {
    const Log log;
    const auto report = check(log.receipt(3, 2, true), log.policy(), std::nullopt);
    REQUIRE(report);
    CHECK(report->transaction == log.entries[3]);
    CHECK(report->proof.index == 3);
    CHECK(report->proof.cosigners.size() == 2);
}

TEST_CASE("the transaction may come beside the receipt, but not another one") {
    const Log log;
    CHECK(check(log.receipt(3, 2, false), log.policy(), log.entries[3]));
    CHECK_FALSE(check(log.receipt(3, 2, false), log.policy(), std::nullopt));
    CHECK_FALSE(check(log.receipt(3, 2, false), log.policy(), log.entries[2]));
    CHECK_FALSE(check(log.receipt(3, 2, true), log.policy(), log.entries[2]));
}

TEST_CASE(
    "the transaction is named as the ledger names it, when the origin is a chain's and the entry its transaction") {
    const Log log;
    CHECK_FALSE(check(log.receipt(3, 2, true), log.policy(), std::nullopt)->id);
    const datadeed::ChainId chain{Digest{9}};
    const datadeed::ledger::Operation operation = datadeed::ledger::RegisterData{
        .data = datadeed::ledger::DatasetId{"a"}, .title = "A", .type = "table", .commitment = std::nullopt};
    const datadeed::ledger::Transaction transaction{
        .nonce = datadeed::ledger::Nonce{1}, .expires = datadeed::TimeMs{2}, .operations = {operation}};
    Log chains{.name = datadeed::ledger::checkpoint_origin("test", chain)};
    chains.entries[3] = datadeed::ledger::sign_transaction(chain, transaction, key_of(8));
    const auto report = check(chains.receipt(3, 2, true), chains.policy(), std::nullopt);
    REQUIRE(report);
    CHECK(report->id == datadeed::ledger::parse(chain, chains.entries[3])->id);
}

TEST_CASE("fewer cosigners than the quorum are not enough") {
    const Log log;
    CHECK_FALSE(check(log.receipt(3, 1, true), log.policy(), std::nullopt));
}

TEST_CASE("a receipt is worth nothing after any of its characters changed") {
    const Log log;
    const std::string receipt = log.receipt(3, 2, true);
    for (std::size_t i = 0; i < receipt.size(); ++i) {
        std::string changed = receipt;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CAPTURE(i);
        CHECK_FALSE(check(changed, log.policy(), std::nullopt));
    }
}
