#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/assert.h"
#include "ledger/state_tree.h"
#include "tests/fuzz/second_state_tree.h"
#include "tests/fuzz/tape.h"

// The stored, versioned tree over the state against a second one that is written from the definition alone, without
// nodes or versions: the same root after every change, whatever was dropped of old versions; and a proof for every key
// that shows what the state has, and nothing else.

namespace datadeed::ledger {
namespace {

using fuzz::NodeStore;
using fuzz::root_by_definition;
using fuzz::Tape;
using Values = std::map<Bytes, Bytes>;

Bytes key_of(std::uint8_t number) {
    return to_bytes(as_bytes("key " + std::to_string(number)));
}

StateChanges some_changes(Tape& tape) {
    StateChanges changes;
    for (std::size_t count = tape.below(12); count > 0; --count) {
        const std::uint8_t key = tape.next();
        const std::uint8_t value = tape.next();
        changes[key_of(key)] = value % 3 == 0 ? std::nullopt : std::optional{Bytes{value}};
    }
    return changes;
}

void apply_to(Values& values, const StateChanges& changes) {
    for (const auto& [key, value] : changes) {
        if (value) {
            values[key] = *value;
        } else {
            values.erase(key);
        }
    }
}

void try_proof(Tape& tape, const NodeStore& store, std::uint64_t version, const Values& values) {
    const Bytes key = key_of(tape.next());
    const auto found = values.find(key);
    const std::optional<Bytes> value = found == values.end() ? std::nullopt : std::optional{found->second};
    const Digest root = root_by_definition(values);
    StateProof proof = prove(store, version, key).value();
    DATADEED_ASSERT(verify(root, key, value, proof));
    DATADEED_ASSERT(!verify(root, key, Bytes{1, 2}, proof));
    if (value) DATADEED_ASSERT(!verify(root, key, std::nullopt, proof));

    // A proof that was tampered with may still hold (of nothing but the truth).
    for (std::size_t edits = 1 + tape.below(3); edits > 0; --edits) {
        const std::size_t at = tape.next();
        switch (tape.below(5)) {
            case 0:
                if (proof.leaf) proof.leaf->key_hash[at % 32] ^= tape.next();
                break;
            case 1:
                proof.leaf = prove(store, version, key_of(tape.next())).value().leaf;
                break;
            case 2:
                if (!proof.siblings.empty()) proof.siblings[at % proof.siblings.size()][at % 32] ^= tape.next();
                break;
            case 3:
                if (!proof.siblings.empty()) proof.siblings.pop_back();
                break;
            default:
                proof.siblings.push_back(empty_state_root());
                break;
        }
    }
    const std::optional<Bytes> other = value ? std::nullopt : std::optional{Bytes{tape.next()}};
    DATADEED_ASSERT(!verify(root, key, other, proof));
    DATADEED_ASSERT(!verify(root, key, Bytes{1, 2}, proof));
}

void run(Tape& tape) {
    NodeStore store;
    Values values;
    std::optional<std::uint64_t> version;
    const bool drops = tape.below(2) == 0;
    Values before;
    while (!tape.ended()) {
        const std::uint64_t next = version.value_or(0) + 1 + tape.below(3);
        before = values;
        const StateChanges changes = some_changes(tape);
        const Result<TreeUpdate, Refusal> updated = update(store, version, changes, next);
        DATADEED_ASSERT(updated.has_value());
        store.keep(*updated);
        apply_to(values, changes);
        DATADEED_ASSERT(updated->root == root_by_definition(values));
        // Until its stale nodes go, the version before stays as it was.
        if (version) DATADEED_ASSERT(root_of(store, *version).value() == root_by_definition(before));
        if (drops) store.drop(*updated);
        version = next;
        DATADEED_ASSERT(root_of(store, next).value() == updated->root);
        try_proof(tape, store, next, values);
    }
}

}  // namespace
}  // namespace datadeed::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 256) return 0;
    datadeed::fuzz::Tape tape{{data, size}};
    datadeed::ledger::run(tape);
    return 0;
}
