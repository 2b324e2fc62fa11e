#include "ledger/operation.h"

namespace datadeed::ledger {
namespace {

template <class... T>
std::string_view name_of(OperationKind kind, const std::variant<T...>*) {
    std::string_view found;
    ((T::kind == kind ? void(found = T::name) : void()), ...);
    return found;
}

}  // namespace

Result<void, Refusal> check(const Operation& operation) {
    return std::visit([](const auto& alternative) { return check(alternative); }, operation);
}

Result<void, Refusal> apply(const Operation& operation, const OperationContext& context, Overlay& state) {
    return std::visit([&](const auto& alternative) { return apply(alternative, context, state); }, operation);
}

std::string_view name(const Operation& operation) {
    return std::visit([](const auto& alternative) { return alternative.name; }, operation);
}

std::string_view name(OperationKind kind) {
    return name_of(kind, static_cast<const Operation*>(nullptr));
}

}  // namespace datadeed::ledger
