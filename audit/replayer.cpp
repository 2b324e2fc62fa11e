#include "audit/replayer.h"

#include <string>
#include <utility>

#include "chain/evidence_judge.h"
#include "ledger/cost.h"
#include "ledger/error.h"
#include "ledger/execution.h"
#include "ledger/lookup.h"
#include "ledger/state_root.h"
#include "ledger/views.h"

namespace datadeed::audit {
namespace {

FirstBad blame(ledger::Refusal refusal, Height height, std::string place) {
    return {.code = std::string{ledger::code(refusal)},
            .detail = std::string{ledger::describe(refusal)},
            .height = height,
            .place = std::move(place)};
}

}  // namespace

// Paths begin with hashes: spread enough. Whoever grinds them to collide only slows the replay of his own chain.
std::size_t Replayer::Tree::Hash::operator()(const ledger::NodeKey& key) const {
    std::uint64_t path = 0;
    for (std::size_t i = 0; i < sizeof(path); ++i) path = path << 8U | key.path[i];
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
    return static_cast<std::size_t>((path ^ (key.version << 8U) ^ key.nibbles) * odd >> 8U);
}

std::optional<Bytes> Replayer::Tree::node(const ledger::NodeKey& key) const {
    const auto found = nodes_.find(key);
    return found == nodes_.end() ? std::nullopt : std::optional{found->second};
}

void Replayer::Tree::keep(ledger::TreeUpdate update) {
    for (const ledger::NodeKey& key : update.stale) nodes_.erase(key);
    for (ledger::TreeUpdate::Node& node : update.nodes) nodes_.insert_or_assign(node.key, std::move(node.bytes));
}

Result<Replayer, FirstBad> Replayer::start(const ledger::Genesis& genesis, const ChainId& chain) {
    Replayer replayer{Epochs{genesis, chain}};
    replayer.parameters_ = genesis.parameters;
    replayer.tip_ = {.height = Height{0}, .hash = chain.value, .time = genesis.time};
    const auto root = replayer.update_state(ledger::genesis_state(genesis), Height{0});
    if (!root) return fail(blame(root.error(), Height{0}, "genesis"));
    replayer.report_ = {.chain = chain,
                        .time = genesis.time,
                        .state_root = *root,
                        .log_root = crypto::empty_root(),
                        .epoch = replayer.epochs_.present(),
                        .epoch_proof = {.genesis = encode(genesis)}};
    return replayer;
}

Result<Digest, ledger::Refusal> Replayer::update_state(const ledger::StateChanges& changes, Height height) {
    const std::optional<std::uint64_t> from = height.value == 0 ? std::nullopt : std::optional{height.value - 1};
    auto update = ledger::update_state_tree(tree_, from, changes, height.value);
    if (!update) return fail(update.error());
    const Digest root = update->root;
    tree_.keep(std::move(*update));
    state_.apply(changes);
    return root;
}

// It may have been checked with the validators of a moment before; those that the state names decide.
std::optional<FirstBad> Replayer::check_certified(const CheckedBlock& checked) const {
    const consensus::ValidatorSet& voters = *epochs_.voters();
    if (checked.epoch == voters.epoch()) return checked.certificate_bad;
    return check_certificate(epochs_.chain(), voters, checked);
}

void Replayer::begin_epoch(const ledger::Epoch& epoch, const CheckedBlock& last) {
    epochs_.begin(epoch, log_.size());
    report_.epoch = epoch;
    report_.epoch_proof.ends.push_back(
        {.header = last.block.header, .certificate = last.certificate, .nodes = epoch.nodes});
}

ReplayReport Replayer::report() const {
    ReplayReport report = report_;
    for (auto& [id, record] : ledger::list_evidence(state_, std::nullopt, state_.size()).items) {
        report.convicted.push_back(std::move(record));
    }
    return report;
}

Result<ledger::StateChanges, FirstBad> Replayer::execute(const CheckedBlock& checked) const {
    ledger::BlockCost cost;
    for (const ledger::VerifiedTransaction& transaction : checked.transactions) {
        const auto fits = cost.add(transaction.content());
        if (!fits) return fail(blame(fits.error(), checked.height, "header"));
    }
    const ledger::BlockContext context{.height = checked.height, .time = checked.block.header.time};
    ledger::BlockExecution execution{state_, context, chain::evidence_judge()};
    for (std::size_t i = 0; i < checked.transactions.size(); ++i) {
        if (const auto applied = execution.apply(checked.transactions[i]); !applied) {
            FirstBad bad = blame(applied.error(), checked.height, "transaction");
            bad.transaction = i;
            return fail(std::move(bad));
        }
    }
    return execution.finish();
}

std::optional<FirstBad> Replayer::apply(const CheckedBlock& checked) {
    if (checked.bad) return checked.bad;
    if (auto bad = check_certified(checked)) return bad;
    const ledger::BlockHeader& header = checked.block.header;
    if (const auto linked = ledger::check_link(checked.block, tip_, parameters_); !linked) {
        return blame(linked.error(), checked.height, "header");
    }
    const Result<ledger::StateChanges, FirstBad> changes = execute(checked);
    if (!changes) return changes.error();

    crypto::CompactRange log = log_;
    for (const Digest& leaf : checked.leaves) log.append(leaf);
    const auto state_root = update_state(*changes, checked.height);
    if (!state_root) return blame(state_root.error(), checked.height, "state tree");
    const ledger::Epoch epoch = ledger::get_epoch(state_);
    const ledger::BlockRoots computed{
        .log_root = log.root(), .state_root = *state_root, .validators_hash = ledger::hash(epoch.nodes)};
    if (const auto equal = ledger::check_roots(header, computed); !equal) {
        return blame(equal.error(), checked.height, "header");
    }

    log_ = std::move(log);
    tip_ = {.height = header.height,
            .hash = ledger::hash(header),
            .time = header.time,
            .log_size = log_.size(),
            .cert_hash = checked.certificate_hash};
    report_.height = header.height;
    report_.time = header.time;
    report_.transactions = log_.size();
    report_.state_root = *state_root;
    report_.log_root = computed.log_root;
    if (epoch.number != epochs_.present().number) begin_epoch(epoch, checked);
    return std::nullopt;
}

}  // namespace datadeed::audit
