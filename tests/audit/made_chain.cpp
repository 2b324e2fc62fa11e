#include "tests/audit/made_chain.h"

#include <stdexcept>

#include "base/fields.h"
#include "chain/chain_store.h"
#include "chain/data_folder.h"
#include "chain/evidence_judge.h"
#include "chain/execute.h"
#include "chain/leveldb_store.h"
#include "chain/sealed.h"
#include "chain/voters.h"
#include "consensus/messages.h"
#include "consensus/quorum.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "ledger/checkpoint_names.h"
#include "ledger/execution.h"
#include "ledger/lookup.h"
#include "ledger/state_tree.h"
#include "ledger/transaction.h"

namespace datadeed::audit {
namespace {

template <class T, class E>
T must(Result<T, E> result) {
    if (!result) throw std::runtime_error("the made chain could not be made");
    return std::move(*result);
}

constexpr std::uint64_t cosigned_s = made_start_ms / 1000;

struct Executed {
    chain::Executed result;
    std::vector<Digest> leaves{};
    std::vector<ledger::TxId> ids{};
};

Executed execute(const chain::ExecutionBase& base, const ChainId& id, const ledger::BlockContext& context,
                 const std::vector<ledger::RawTransaction>& transactions) {
    ledger::BlockExecution execution{base.state, context, chain::evidence_judge()};
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

class MadeChain::Tree final : public ledger::TreeStore {
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

struct MadeChain::Growing {
    chain::ChainStore kept;
    ledger::MapState state{};
    Tree tree{};
    crypto::CompactRange log{};
    std::optional<consensus::CommitCertificate> before{};
};

MadeChain::MadeChain(std::uint64_t blocks, const Spoil& spoil, std::vector<MadeChange> changes)
    : owner_key_{made_key(2)}, genesis_{made_genesis(owner_key_)}, changes_{std::move(changes)} {
    id_ = ledger::chain_id(document());
    const auto database = store();
    Growing growing{.kept = must(chain::ChainStore::open(*database, {.chain = id_, .time = genesis_.time}))};
    const auto begin = must(chain::execute_genesis(ledger::genesis_state(genesis_), growing.tree));
    growing.state.apply(begin.changes);
    growing.tree.keep(begin.tree);
    epochs_.push_back(ledger::get_epoch(growing.state));
    log_sizes_.push_back(0);
    for (Height height{1}; height.value <= blocks; height = height.next()) add_block(growing, height, spoil);
    tip_ = growing.kept.tip();
}

void MadeChain::add_block(Growing& growing, Height height, const Spoil& spoil) {
    const bool spoiled = spoil.at == height;
    std::vector<ledger::RawTransaction> transactions = transactions_of(height);
    if (spoiled && spoil.transactions) spoil.transactions(transactions);
    const ledger::BlockContext context{.height = height, .time = TimeMs{made_start_ms + height.value * 1000}};
    const chain::ExecutionBase base{
        .state = growing.state, .tree = growing.tree, .log = growing.log, .height = Height{height.value - 1}};
    Executed done = execute(base, id_, context, transactions);
    const ledger::Tip& tip = growing.kept.tip();
    ledger::BlockHeader header{.height = height,
                               .prev = tip.hash,
                               .time = context.time,
                               .proposer = ledger::MemberId{"node-0"},
                               .log_size = done.result.log.size(),
                               .log_root = done.result.roots.log_root,
                               .state_root = done.result.roots.state_root,
                               .prev_cert_hash = tip.cert_hash,
                               .validators_hash = done.result.roots.validators_hash};
    if (spoiled && spoil.header) spoil.header(header);
    ledger::Epoch epoch = epochs_.back();
    if (spoiled && spoil.epoch) spoil.epoch(epoch);
    consensus::CommitCertificate certificate = certify(epoch, height, ledger::hash(header));
    if (spoiled && spoil.certificate) spoil.certificate(certificate);
    std::vector<ByteView> raw;
    for (const ledger::RawTransaction& transaction : transactions) raw.push_back(transaction.bytes);
    const chain::NewBlock block{.header = header,
                                .transactions = raw,
                                .ids = done.ids,
                                .leaf_hashes = done.leaves,
                                .certificate = certificate,
                                .prev_certificate = growing.before ? &*growing.before : nullptr};
    if (!growing.kept.append(block)) throw std::runtime_error("the chain store refuses the block");
    growing.before = certificate;
    growing.state.apply(done.result.changes);
    growing.tree.keep(done.result.tree);
    growing.log = done.result.log;
    log_sizes_.push_back(growing.log.size());
    const ledger::Epoch now = ledger::get_epoch(growing.state);
    if (now.number != epochs_.back().number) epochs_.push_back(now);
}

Bytes MadeChain::document() const {
    return encode(genesis_);
}

std::vector<ledger::RawTransaction> MadeChain::transactions_of(Height height) const {
    std::vector<ledger::RawTransaction> transactions;
    for (std::uint64_t i = 0; i < 2; ++i) {
        const std::uint64_t number = height.value * 2 + i;
        const ledger::Transaction transaction{
            .nonce = ledger::Nonce{made_start_ms * 1000 + number},
            .expires = TimeMs{made_start_ms + 86'400'000},
            .operations = {ledger::RegisterData{.data = ledger::DatasetId{"set-" + std::to_string(number)},
                                                .title = "Data set " + std::to_string(number),
                                                .type = "table"}}};
        transactions.push_back({ledger::sign_transaction(id_, transaction, owner_key_)});
    }
    for (const MadeChange& change : changes_) {
        if (change.at != height) continue;
        for (ledger::RawTransaction& vote : made_votes(change, id_, epochs_.back().nodes)) {
            transactions.push_back(std::move(vote));
        }
    }
    return transactions;
}

consensus::CommitCertificate MadeChain::certify(const ledger::Epoch& epoch, Height height, const Digest& hash) const {
    const consensus::View view = chain::voters(epoch).epoch().first_view();
    const consensus::Commit commit{.view = view, .height = height, .hash = hash};
    const Bytes statement = consensus::statement(id_, commit);
    consensus::CommitCertificate certificate{.view = view, .height = height, .hash = hash, .votes = {}};
    for (std::uint32_t i = 0; i < consensus::quorum(epoch.nodes.validators.size()); ++i) {
        certificate.votes.push_back(
            {.signer = consensus::ValidatorIndex{i},
             .signature = crypto::sign(made_secret(epoch.nodes.validators[i].vote), statement)});
    }
    return certificate;
}

MadeCheckpoint MadeChain::checkpoint(std::uint64_t size) {
    const auto database = store();
    const Digest root = must(chain::ChainView{*database}.root(size));
    std::size_t epoch = 0;
    while (epoch + 1 < epochs_.size() && log_sizes_.at(epochs_[epoch + 1].from.value - 1) < size) ++epoch;
    MadeCheckpoint made{
        .content = {.origin = ledger::checkpoint_origin(genesis_.chain_name, id_), .size = size, .root = root},
        .nodes = epochs_[epoch].nodes,
        .cosigners = {}};
    for (std::uint8_t i = 0; i < consensus::quorum(made.nodes.validators.size()); ++i) made.cosigners.push_back(i);
    return made;
}

std::string MadeChain::note_of(const MadeCheckpoint& checkpoint) {
    crypto::Note note{.text = crypto::format_checkpoint(checkpoint.content)};
    for (const std::uint8_t i : checkpoint.cosigners) {
        const bool serves = i < checkpoint.nodes.validators.size();
        const ledger::MemberId member = serves ? checkpoint.nodes.validators[i].member : ledger::MemberId{made_node(i)};
        const crypto::SecretKey key = serves ? made_secret(checkpoint.nodes.validators[i].cosign) : made_cosign_key(i);
        note.signatures.push_back(
            crypto::cosign_note(note.text, ledger::cosigner_name("made", member), key, cosigned_s));
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
