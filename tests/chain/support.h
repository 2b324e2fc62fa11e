#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "chain/chain_store.h"
#include "chain/committer.h"
#include "chain/evidence_judge.h"
#include "chain/memory_store.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"

// Folders, chains and blocks that the tests of this room share. Keys and times are the same in every run.

namespace datadeed::chain::test {

inline const ChainId sample_chain{crypto::sha256(as_bytes("chain"))};

// A folder of its own, gone at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string path = (std::filesystem::temp_directory_path() / "datadeed-chain-XXXXXX").string();
        path_ = ::mkdtemp(path.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline Bytes bytes_of(std::string_view text) {
    return to_bytes(as_bytes(text));
}

inline Digest digest_of(std::uint64_t number) {
    return crypto::sha256(as_bytes("digest " + std::to_string(number)));
}

inline consensus::CommitCertificate certificate_of(const ledger::BlockHeader& header, std::uint64_t view) {
    return {.view = consensus::View{view}, .height = header.height, .hash = ledger::hash(header), .votes = {}};
}

// Blocks of transactions that mean nothing, for the chain store alone.
class BlockMaker {
public:
    explicit BlockMaker(const ledger::Tip& tip) : tip_{tip} {}

    // Appends a block of `count` transactions, numbered on.
    Result<void, Error> append_to(ChainStore& store, std::size_t count) {
        raw_.clear();
        for (std::size_t i = 0; i < count; ++i) raw_.push_back(transaction(next_++));
        std::vector<ByteView> views{raw_.begin(), raw_.end()};
        std::vector<ledger::TxId> ids;
        std::vector<Digest> leaves;
        for (const Bytes& raw : raw_) {
            ids.emplace_back(crypto::sha256(raw));
            leaves.push_back(crypto::leaf_hash(raw));
            all_leaves_.push_back(leaves.back());
            range_.append(leaves.back());
        }
        ledger::BlockHeader header;
        header.height = tip_.height.next();
        header.prev = tip_.hash;
        header.time = TimeMs{tip_.time.value + 1};
        header.proposer = ledger::MemberId{"n1"};
        header.log_size = tip_.log_size + count;
        header.log_root = range_.root();
        header.prev_cert_hash = last_ ? certificate_hash(*last_) : Digest{};
        const consensus::CommitCertificate certificate = certificate_of(header, 0);
        const NewBlock block{.header = header,
                             .transactions = views,
                             .ids = ids,
                             .leaf_hashes = leaves,
                             .certificate = certificate,
                             .prev_certificate = last_ ? &*last_ : nullptr,
                             .votes_durable = header.height.value * 3};
        Result<void, Error> appended = store.append(block);
        last_ = certificate;
        tip_ = store.tip();
        return appended;
    }

    static Bytes transaction(std::uint64_t number) { return bytes_of("transaction " + std::to_string(number)); }
    [[nodiscard]] const std::vector<Digest>& leaves() const { return all_leaves_; }
    // What the next block names instead of the node's own certificate.
    void set_last(const consensus::CommitCertificate& certificate) { last_ = certificate; }

private:
    ledger::Tip tip_;
    std::uint64_t next_{0};
    std::vector<Bytes> raw_;
    std::vector<Digest> all_leaves_;
    crypto::CompactRange range_;
    std::optional<consensus::CommitCertificate> last_;
};

inline crypto::SecretKey key_number(std::uint8_t number) {
    ByteArray<32> seed{};
    seed.fill(number);
    return crypto::SecretKey::from_seed(seed);
}

inline constexpr std::uint64_t genesis_time_ms = 1'700'000'000'000;

// One member who may do everything, and one validator.
inline ledger::Genesis small_genesis() {
    using ledger::Role;
    ledger::Genesis genesis;
    genesis.chain_name = "test";
    genesis.time = TimeMs{genesis_time_ms};
    genesis.members = {{.id = ledger::MemberId{"alice"},
                        .organisation = "Alice",
                        .roles = {Role::operator_, Role::owner, Role::user, Role::repository},
                        .keys = {key_number(1).public_key()}},
                       {.id = ledger::MemberId{"n1"}, .organisation = "Alice", .roles = {Role::validator}, .keys = {}}};
    genesis.nodes.validators = {{.member = ledger::MemberId{"n1"},
                                 .vote = key_number(2).public_key(),
                                 .link = key_number(3).public_key(),
                                 .cosign = key_number(4).public_key()}};
    return genesis;
}

// Real blocks of registrations and transfers, executed on a committer and committed to it.
class RealBlocks {
public:
    RealBlocks() : genesis_{small_genesis()}, chain_{ledger::chain_id(encode(genesis_))}, key_{key_number(1)} {}

    [[nodiscard]] const ledger::Genesis& genesis() const { return genesis_; }

    // Registers `count` data sets of new names in one block.
    Result<void, Error> commit_to(Committer& committer, std::size_t count) {
        std::vector<ledger::VerifiedTransaction> transactions;
        const Height height = committer.tip().height.next();
        const TimeMs time{genesis_time_ms + height.value};
        for (std::size_t i = 0; i < count; ++i) transactions.push_back(registration(height, i, time));
        std::vector<ByteView> raw;
        std::vector<ledger::TxId> ids;
        std::vector<Digest> leaves;
        ledger::BlockExecution execution{committer.state(), {.height = height, .time = time}, evidence_judge()};
        for (const ledger::VerifiedTransaction& transaction : transactions) {
            if (!execution.apply(transaction)) std::abort();
            raw.emplace_back(transaction.raw());
            ids.push_back(transaction.id());
            leaves.push_back(crypto::leaf_hash(transaction.raw()));
        }
        const Executed executed = conclude(committer.base(), execution.finish(), leaves, height).value();
        const ledger::BlockHeader header{.version = ledger::block_version,
                                         .height = height,
                                         .prev = committer.tip().hash,
                                         .time = time,
                                         .proposer = ledger::MemberId{"n1"},
                                         .log_size = executed.log.size(),
                                         .log_root = executed.roots.log_root,
                                         .state_root = executed.roots.state_root,
                                         .prev_cert_hash = committer.tip().cert_hash,
                                         .validators_hash = executed.roots.validators_hash};
        const consensus::CommitCertificate certificate = certificate_of(header, 0);
        const auto prev = committer.chain().view().header(committer.tip().height);
        if (!prev) return fail(prev.error());
        return committer.commit({.header = header,
                                 .transactions = raw,
                                 .ids = ids,
                                 .leaf_hashes = leaves,
                                 .certificate = certificate,
                                 .prev_certificate = *prev ? &(*prev)->certificate : nullptr,
                                 .votes_durable = 0},
                                executed);
    }

    static std::string data_name(Height height, std::size_t number) {
        return "data-" + std::to_string(height.value) + "-" + std::to_string(number);
    }

private:
    ledger::VerifiedTransaction registration(Height height, std::size_t number, TimeMs time) const {
        const ledger::RegisterData operation{.data = ledger::DatasetId{data_name(height, number)},
                                             .title = "Title",
                                             .type = "trial",
                                             .commitment = std::nullopt};
        const ledger::Transaction transaction{.nonce = ledger::Nonce{time.value * 1000 + number},
                                              .expires = TimeMs{time.value + 1000},
                                              .operations = {operation}};
        const Bytes raw = ledger::sign_transaction(chain_, transaction, key_);
        return ledger::verify(ledger::parse(chain_, raw).value()).value();
    }

    ledger::Genesis genesis_;
    ChainId chain_;
    crypto::SecretKey key_;
};

}  // namespace datadeed::chain::test
