#include "consensus/messages.h"

namespace datadeed::consensus {

std::string_view name(MessageKind kind) {
    switch (kind) {
        case MessageKind::pre_prepare:
            return "PRE-PREPARE";
        case MessageKind::prepare:
            return "PREPARE";
        case MessageKind::commit:
            return "COMMIT";
        case MessageKind::view_change:
            return "VIEW-CHANGE";
        case MessageKind::new_view:
            return "NEW-VIEW";
        case MessageKind::status:
            return "STATUS";
    }
    return "UNKNOWN";
}

View view_of(const Message& message) {
    return std::visit([](const auto& statement) { return view_of(statement); }, message);
}

MessageKind kind_of(const Message& message) {
    return std::visit([]<class M>(const Signed<M>&) { return M::kind; }, message);
}

}  // namespace datadeed::consensus
