#include "tests/audit/made_chain.h"

#include <stdexcept>

#include "base/fields.h"
#include "chain/chain_store.h"
#include "chain/data_folder.h"
#include "chain/execute.h"
#include "chain/leveldb_store.h"
#include "chain/sealed.h"
#include "consensus/messages.h"
#include "consensus/quorum.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "ledger/checkpoint_names.h"
#include "ledger/execution.h"
#include "ledger/state_tree.h"
#include "ledger/transaction.h"

namespace datadeed::audit {
namespace {

constexpr std::uint64_t start_ms = 1'700'000'000'000;

template <class T, class E>
T must(Result<T, E> result) {
    if (!result) throw std::runtime_error("the made chain could not be made");
    return std::move(*result);
}

class MapTree final : public ledger::TreeStore {
public:
    std::optional<Bytes> node(const ledger::NodeKey& key) const override {
        const auto found = nodes_.find(key);
        return found == nodes_.end() ? std::nullopt : std::optional{found->second};
    }
    void keep(const ledger::TreeUpdate& update) {
        for (const ledger::TreeUpdate::Node& node : update.nodes) nodes_[node.key] = node.bytes;
    }

private:
    std::map<ledger::NodeKey, Bytes> nodes_;
};

crypto::SecretKey key_of(std::uint8_t number) {
    ByteArray<32> seed{};
    seed[0] = number;
    return crypto::SecretKey::from_seed(seed);
}

constexpr std::uint8_t validators = 4;
constexpr std::uint64_t cosigned_s = start_ms / 1000;

std::string name_of(std::uint8_t validator) {
    return "node-" + std::to_string(validator);
}
crypto::SecretKey vote_key(std::uint8_t validator) {
    return key_of(static_cast<std::uint8_t>(10 + validator));
}
crypto::SecretKey cosign_key(std::uint8_t validator) {
    return key_of(static_cast<std::uint8_t>(20 + validator));
}

ledger::Genesis make_genesis(const crypto::SecretKey& owner) {
    ledger::Genesis genesis;
    genesis.chain_name = "made";
    genesis.time = TimeMs{start_ms};
    for (std::uint8_t i = 0; i < validators; ++i) {
        const ledger::MemberId name{name_of(i)};
        genesis.members.push_back({.id = name, .organisation = "Org", .roles = {ledger::Role::validator}, .keys = {}});
        genesis.nodes.validators.push_back({.member = name,
                                            .vote = vote_key(i).public_key(),
                                            .link = key_of(static_cast<std::uint8_t>(30 + i)).public_key(),
                                            .cosign = cosign_key(i).public_key()});
    }
    genesis.members.push_back({.id = ledger::MemberId{"owner"},
                               .organisation = "Org",
                               .roles = {ledger::Role::operator_, ledger::Role::owner},
                               .keys = {owner.public_key()}});
    return genesis;
}

struct Executed {
    chain::Executed result;
    std::vector<Digest> leaves{};
    std::vector<ledger::TxId> ids{};
};

Executed execute(const chain::ExecutionBase& base, const ChainId& id, const ledger::BlockContext& context,
                 const std::vector<ledger::RawTransaction>& transactions) {
    ledger::BlockExecution execution{base.state, context};
    Executed executed;
    for (const ledger::RawTransaction& raw : transactions) {
        const auto parsed = must(ledger::parse(id, raw.bytes));
        executed.ids.push_back(parsed.id);
        executed.leaves.push_back(crypto::leaf_hash(raw.bytes));
        // A spoiled transaction may not apply: the block is made all the same.
        if (const auto verified = ledger::verify(parsed)) (void)execution.apply(*verified);
    }
    executed.result = must(chain::conclude(base, execution.finish(), executed.leaves, context.height));
    return executed;
}

}  // namespace

MadeChain::MadeChain(std::uint64_t blocks, const Spoil& spoil)
    : owner_key_{key_of(2)}, genesis_{make_genesis(owner_key_)} {
    id_ = ledger::chain_id(document());
    const auto database = store();
    auto kept = must(chain::ChainStore::open(*database, {.chain = id_, .time = genesis_.time}));
    ledger::MapState state;
    MapTree tree;
    crypto::CompactRange log;
    const auto begin = must(chain::execute_genesis(ledger::genesis_state(genesis_), tree));
    state.apply(begin.changes);
    tree.keep(begin.tree);
    std::optional<consensus::CommitCertificate> before;
    for (Height height{1}; height.value <= blocks; height = height.next()) {
        const bool spoiled = spoil.at == height;
        std::vector<ledger::RawTransaction> transactions = transactions_of(height);
        if (spoiled && spoil.transactions) spoil.transactions(transactions);
        const ledger::BlockContext context{.height = height, .time = TimeMs{start_ms + height.value * 1000}};
        const chain::ExecutionBase base{.state = state, .tree = tree, .log = log, .height = Height{height.value - 1}};
        Executed done = execute(base, id_, context, transactions);
        const ledger::Tip& tip = kept.tip();
        ledger::BlockHeader header{.height = height,
                                   .prev = tip.hash,
                                   .time = context.time,
                                   .proposer = ledger::MemberId{"node-0"},
                                   .log_size = done.result.log.size(),
                                   .log_root = done.result.roots.log_root,
                                   .state_root = done.result.roots.state_root,
                                   .prev_cert_hash = tip.cert_hash,
                                   .validators_hash = ledger::hash(genesis_.nodes)};
        if (spoiled && spoil.header) spoil.header(header);
        consensus::CommitCertificate certificate = certify(height, ledger::hash(header));
        if (spoiled && spoil.certificate) spoil.certificate(certificate);
        std::vector<ByteView> raw;
        for (const ledger::RawTransaction& transaction : transactions) raw.push_back(transaction.bytes);
        const chain::NewBlock block{.header = header,
                                    .transactions = raw,
                                    .ids = done.ids,
                                    .leaf_hashes = done.leaves,
                                    .certificate = certificate,
                                    .prev_certificate = before ? &*before : nullptr};
        if (!kept.append(block)) throw std::runtime_error("the chain store refuses the block");
        before = certificate;
        state.apply(done.result.changes);
        tree.keep(done.result.tree);
        log = done.result.log;
    }
    tip_ = kept.tip();
}

Bytes MadeChain::document() const {
    return encode(genesis_);
}

std::vector<ledger::RawTransaction> MadeChain::transactions_of(Height height) const {
    std::vector<ledger::RawTransaction> transactions;
    for (std::uint64_t i = 0; i < 2; ++i) {
        const std::uint64_t number = height.value * 2 + i;
        const ledger::Transaction transaction{
            .nonce = ledger::Nonce{start_ms * 1000 + number},
            .expires = TimeMs{start_ms + 86'400'000},
            .operations = {ledger::RegisterData{.data = ledger::DatasetId{"set-" + std::to_string(number)},
                                                .title = "Data set " + std::to_string(number),
                                                .type = "table"}}};
        transactions.push_back({ledger::sign_transaction(id_, transaction, owner_key_)});
    }
    return transactions;
}

consensus::CommitCertificate MadeChain::certify(Height height, const Digest& hash) const {
    const consensus::Commit commit{.view = consensus::View{0}, .height = height, .hash = hash};
    consensus::CommitCertificate certificate{.view = commit.view, .height = height, .hash = hash, .votes = {}};
    for (std::uint8_t i = 0; i < consensus::quorum(validators); ++i) {
        certificate.votes.push_back({.signer = consensus::ValidatorIndex{i},
                                     .signature = crypto::sign(vote_key(i), consensus::statement(id_, commit))});
    }
    return certificate;
}

MadeCheckpoint MadeChain::checkpoint(std::uint64_t size) {
    const auto database = store();
    const Digest root = must(chain::ChainView{*database}.root(size));
    return {.content = {.origin = ledger::checkpoint_origin(genesis_.chain_name, id_), .size = size, .root = root}};
}

std::string MadeChain::note_of(const MadeCheckpoint& checkpoint) {
    crypto::Note note{.text = crypto::format_checkpoint(checkpoint.content)};
    for (const std::uint8_t i : checkpoint.cosigners) {
        const std::string name = ledger::cosigner_name("made", ledger::MemberId{name_of(i)});
        note.signatures.push_back(crypto::cosign_note(note.text, name, cosign_key(i), cosigned_s));
    }
    return crypto::format_note(note);
}

void MadeChain::keep_checkpoint(std::uint64_t size, const std::string& note) {
    const auto database = store();
    auto kept = must(chain::ChainStore::open(*database, {.chain = id_, .time = genesis_.time}));
    if (!kept.put_checkpoint(size, note)) throw std::runtime_error("the chain store refuses the checkpoint");
}

void MadeChain::reseal(const Bytes& key, const std::function<void(Bytes&)>& change) {
    Bytes value = disk_.content().at(key);
    value.resize(value.size() - chain::seal_size);
    change(value);
    chain::Batch batch;
    chain::put_sealed(batch, key, value);
    if (!store()->write(batch, chain::Durability::synced)) throw std::runtime_error("the value could not be written");
}

void MadeChain::write_folder(const std::string& folder) const {
    if (!chain::DataFolder::create(chain::posix_files(), folder, document())) {
        throw std::runtime_error("the data folder could not be made");
    }
    const auto database = must(chain::open_leveldb({.folder = folder + "/chain"}));
    chain::Batch batch;
    chain::MemoryDisk disk = disk_;
    for (const auto& [key, value] : disk.content()) batch.put(key, value);
    if (!database->write(batch, chain::Durability::synced))
        throw std::runtime_error("the database could not be written");
}

}  // namespace datadeed::audit
