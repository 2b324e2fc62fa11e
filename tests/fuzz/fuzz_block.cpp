#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "ledger/execution.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"
#include "ledger/state_root.h"
#include "tests/fuzz/second_state_tree.h"
#include "tests/fuzz/small_ledger.h"

// Blocks of signed transactions by members of a small chain, executed by the shipped executor and by a second one that
// knows no overlay of a block, no cached window and no stored tree: it writes each transaction through to the whole
// state, and takes it back when an operation is refused. Verdicts, states and roots must be the same; and those that
// applied must give the same again, alone, as they do to voters.

namespace datadeed::ledger {
namespace {

struct Step {
    std::uint8_t signer{};
    std::uint32_t wait_ms{};  // not 0: a new block begins, so much later
    std::uint32_t nonce_ms{};
    std::uint32_t expires_ms{};
    std::vector<Operation> operations{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("signer", self.signer);
        visit("wait_ms", self.wait_ms);
        visit("nonce_ms", self.nonce_ms);
        visit("expires_ms", self.expires_ms);
        visit("operations", self.operations, Limit{8});
    }
};

struct Script {
    std::vector<Step> steps{};

    static constexpr void fields(auto& self, auto&& visit) { visit("steps", self.steps, Limit{24}); }
};

constexpr std::uint64_t begin_ms = 1'000'000;
constexpr std::size_t signers = 5;  // the last of them is no member

const std::array<crypto::SecretKey, signers>& secrets() {
    const auto key = [](std::uint8_t number) {
        ByteArray<32> seed{};
        seed.fill(number);
        return crypto::SecretKey::from_seed(seed);
    };
    static const std::array<crypto::SecretKey, signers> made{key(1), key(2), key(3), key(4), key(5)};
    return made;
}

MapState small_state() {
    Parameters parameters;
    parameters.nonce_window = 3;  // so that nonces get forgotten
    std::vector<crypto::PublicKey> keys;
    for (std::size_t i = 0; i + 1 < signers; ++i) keys.push_back(secrets()[i].public_key());
    return small_ledger(keys, parameters);
}

// Transactions as they would have come in; those of a wrong form never get that far.
std::optional<VerifiedTransaction> transaction_of(const Step& step, TimeMs now) {
    const Transaction content{.nonce = Nonce{(now.value + step.nonce_ms % 8) * 1000},
                              .expires = TimeMs{now.value + step.expires_ms % 4 - 1},
                              .operations = step.operations};
    if (content.operations.empty()) return std::nullopt;
    if (!std::ranges::all_of(content.operations, [](const Operation& each) { return check(each).has_value(); })) {
        return std::nullopt;
    }
    const Bytes raw = sign_transaction(ChainId{}, content, secrets()[step.signer % signers]);
    auto parsed = parse(ChainId{}, raw);
    if (!parsed) return std::nullopt;
    return verify(std::move(*parsed)).value();
}

// ---- the second executor

std::optional<Refusal> refusal_of_nonce(const std::vector<Nonce>& used, Nonce nonce, TimeMs now,
                                        const Parameters& rules) {
    const auto stamp = static_cast<std::int64_t>(nonce.value / 1000);
    const std::int64_t ahead = stamp - static_cast<std::int64_t>(now.value);
    if (-ahead > static_cast<std::int64_t>(rules.nonce_age_max_ms)) return Refusal::tx_nonce_too_old;
    if (ahead > static_cast<std::int64_t>(rules.nonce_ahead_max_ms)) return Refusal::tx_nonce_too_far_ahead;
    if (std::ranges::count(used, nonce) > 0) return Refusal::tx_nonce_used;
    const auto higher = std::ranges::count_if(used, [nonce](Nonce each) { return each > nonce; });
    if (static_cast<std::uint64_t>(higher) >= rules.nonce_window) return Refusal::tx_nonce_below_window;
    return std::nullopt;
}

std::optional<Refusal> apply_alone(MapState& state, const VerifiedTransaction& transaction, const BlockContext& block) {
    const Transaction& content = transaction.content();
    if (content.expires.value < block.time.value) return Refusal::tx_expired;
    const auto key = state.get(state_keys::key(transaction.signer()));
    if (!key) return Refusal::key_not_found;
    const KeyRecord holder = decode<KeyRecord>(*key).value();
    if (holder.from > block.height) return Refusal::key_not_yet_valid;
    if (holder.until && *holder.until <= block.height) return Refusal::key_retired;

    const Parameters rules = decode<Parameters>(state.get(state_keys::parameters()).value()).value();
    const Bytes window_key = state_keys::nonces(holder.member);
    const auto window_bytes = state.get(window_key);
    NonceWindow window = window_bytes ? decode<NonceWindow>(*window_bytes).value() : NonceWindow{};
    if (const auto refused = refusal_of_nonce(window.used(), content.nonce, block.time, rules)) return refused;

    const MapState before = state;
    OperationContext context{.signer = holder.member,
                             .height = block.height,
                             .time = block.time,
                             .tx = transaction.id(),
                             .index = 0,
                             .parameters = rules,
                             .judge = &chain::evidence_judge()};
    for (const Operation& operation : content.operations) {
        Overlay written = Overlay::on(state);
        if (const auto applied = apply(operation, context, written); !applied) {
            state = before;
            return applied.error();
        }
        state.apply(written.take_changes());
        ++context.index;
    }
    window.use(content.nonce, rules);
    state.apply({{window_key, encode(window)}});
    return std::nullopt;
}

// ---- both

std::map<Bytes, Bytes> records_of(const MapState& state) {
    std::map<Bytes, Bytes> records;
    for (const auto& entry : state.scan({}, {}, state.size())) {
        if (!state_keys::is_index(entry.key)) records.emplace(entry.key, entry.value);
    }
    return records;
}

class Both {
public:
    Both() : shipped_{small_state()}, second_{shipped_} {
        StateChanges all;
        for (const auto& entry : shipped_.scan({}, {}, shipped_.size())) all[entry.key] = entry.value;
        keep_tree(all, std::nullopt);
    }

    void execute(const std::vector<VerifiedTransaction>& candidates, TimeMs time) {
        const BlockContext block{.height = height_.next(), .time = time};
        BlockExecution execution{shipped_, block, chain::evidence_judge()};
        std::vector<const VerifiedTransaction*> applied;
        for (const VerifiedTransaction& candidate : candidates) {
            const Result<void, Refusal> verdict = execution.apply(candidate);
            const std::optional<Refusal> alone = apply_alone(second_, candidate, block);
            DATADEED_ASSERT(verdict ? !alone : alone == verdict.error());
            if (verdict) applied.push_back(&candidate);
        }
        const StateChanges changes = execution.finish();

        BlockExecution again{shipped_, block, chain::evidence_judge()};
        for (const VerifiedTransaction* transaction : applied) DATADEED_ASSERT(again.apply(*transaction).has_value());
        DATADEED_ASSERT(again.finish() == changes);

        shipped_.apply(changes);
        DATADEED_ASSERT(shipped_ == second_);
        const std::uint64_t before = height_.value;
        height_ = block.height;
        keep_tree(changes, before);
    }

private:
    void keep_tree(const StateChanges& changes, std::optional<std::uint64_t> from) {
        const Result<TreeUpdate, Refusal> updated = update_state_tree(nodes_, from, changes, height_.value);
        DATADEED_ASSERT(updated.has_value());
        nodes_.keep(*updated);
        nodes_.drop(*updated);
        DATADEED_ASSERT(updated->root == fuzz::root_by_definition(records_of(second_)));
    }

    MapState shipped_;
    MapState second_;
    fuzz::NodeStore nodes_;
    Height height_{};
};

void run(const Script& script) {
    Both both;
    TimeMs now{begin_ms};
    std::vector<VerifiedTransaction> block;
    for (const Step& step : script.steps) {
        if (step.wait_ms > 0) {
            both.execute(block, now);
            block.clear();
            now.value += step.wait_ms;
        }
        if (auto transaction = transaction_of(step, now)) block.push_back(std::move(*transaction));
    }
    both.execute(block, now);
}

}  // namespace
}  // namespace datadeed::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto script = datadeed::decode<datadeed::ledger::Script>({data, size});
    if (script) datadeed::ledger::run(*script);
    return 0;
}
