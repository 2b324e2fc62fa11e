#include "ledger/node_change.h"

namespace datadeed::ledger {

std::string_view name(NodeChangeKind kind) {
    switch (kind) {
        case NodeChangeKind::add_validator:
            return "add_validator";
        case NodeChangeKind::remove_validator:
            return "remove_validator";
        case NodeChangeKind::add_observer:
            return "add_observer";
        case NodeChangeKind::remove_observer:
            return "remove_observer";
        case NodeChangeKind::replace_keys:
            return "replace_keys";
    }
    return {};
}

std::string_view name(ChangeOutcome outcome) {
    switch (outcome) {
        case ChangeOutcome::open:
            return "open";
        case ChangeOutcome::adopted:
            return "adopted";
        case ChangeOutcome::refused:
            return "refused";
    }
    return {};
}

}  // namespace datadeed::ledger
