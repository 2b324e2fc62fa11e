#pragma once

#include <map>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "ledger/state_tree.h"

namespace datadeed::bench {

// The newest version of a state's tree, in memory.
class MapTree final : public ledger::TreeStore {
public:
    std::optional<Bytes> node(const ledger::NodeKey& key) const override {
        const auto found = nodes_.find(key);
        return found == nodes_.end() ? std::nullopt : std::optional{found->second};
    }
    void keep(ledger::TreeUpdate update) {
        for (const ledger::NodeKey& key : update.stale) nodes_.erase(key);
        for (auto& node : update.nodes) nodes_.insert_or_assign(node.key, std::move(node.bytes));
    }

private:
    std::map<ledger::NodeKey, Bytes> nodes_;
};

}  // namespace datadeed::bench
