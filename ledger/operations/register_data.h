#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// An owner announces a data set and holds the whole of it. The data stay where they are; a commitment to them may be
// given.
struct RegisterData {
    static constexpr OperationKind kind = OperationKind::register_data;
    static constexpr std::string_view name = "register_data";

    DatasetId data{};
    std::string title{};                 // a line of 1 to title_max bytes
    std::string type{};                  // a line of 1 to data_type_max bytes
    std::optional<Digest> commitment{};  // SHA-256 of whatever the owner may have to show one day

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data);
        visit("title", self.title);
        visit("type", self.type);
        visit("commitment", self.commitment);
    }
    friend bool operator==(const RegisterData&, const RegisterData&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const RegisterData& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const RegisterData& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
