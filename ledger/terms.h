#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "ledger/error.h"
#include "ledger/types.h"

// What a grant allows. The list of fields is closed: what these words can't say isn't granted. Plain values; any
// thread.

namespace datadeed::ledger {

// What the data is used for: a line of 1 to purpose_max bytes, compared byte by byte.
using Purpose = Strong<struct PurposeTag, std::string>;
inline constexpr std::size_t purpose_max = 64;
inline constexpr std::size_t purposes_max = 16;

// The questions that may be asked. Numbers stand in transactions: never reuse one.
enum class QueryOperation : std::uint8_t {
    count = 1,
    sum = 2,
    mean = 3,
    min = 4,
    max = 5,
    variance = 6,
    histogram = 7,
    quantile = 8,
};
inline constexpr std::size_t query_operations_max = 8;

[[nodiscard]] constexpr bool is_known(QueryOperation operation) {
    return operation >= QueryOperation::count && operation <= QueryOperation::quantile;
}
[[nodiscard]] std::string_view name(QueryOperation operation);
[[nodiscard]] std::optional<QueryOperation> query_operation_from(std::string_view name);

// Levels of sub-grants under a grant; a chain of grants is never longer than depth_max + 1.
inline constexpr std::uint32_t depth_max = 8;

struct Terms {
    std::vector<Purpose> purposes{};           // 1 to purposes_max, strictly rising
    std::vector<QueryOperation> operations{};  // 1 to query_operations_max, strictly rising
    std::optional<TimeMs> from{};              // the first moment that is covered; absent: from the grant's block on
    TimeMs until{};                            // the first moment that is no longer covered
    std::uint64_t uses{};                      // 1 to count_max; shared with all grants below this one
    std::uint32_t depth{depth_max};            // levels of sub-grants still allowed: 0 to depth_max

    static constexpr void fields(auto& self, auto&& visit) {
        visit("purposes", self.purposes, Limit{purposes_max});
        visit("operations", self.operations, Limit{query_operations_max});
        visit("from_ms", self.from);
        visit("until_ms", self.until);
        visit("uses", self.uses);
        visit("depth", self.depth);
    }
    friend bool operator==(const Terms&, const Terms&) = default;
};

// The same terms in the one spelling that `check` accepts: both lists sorted, nothing twice.
[[nodiscard]] Terms in_order(Terms terms);

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const Terms& terms);

// How far a manager may bind the data set. An absent field sets no bound of its own.
struct ManagerScope {
    std::optional<std::vector<Purpose>> purposes{};           // as in Terms
    std::optional<std::vector<QueryOperation>> operations{};  // as in Terms
    std::optional<TimeMs> until{};                            // its grants end by then, and so does the appointment
    std::optional<std::uint64_t> uses{};                      // the most uses of one grant
    std::uint32_t depth{depth_max};                           // the most levels of sub-grants

    static constexpr void fields(auto& self, auto&& visit) {
        visit("purposes", self.purposes, Limit{purposes_max});
        visit("operations", self.operations, Limit{query_operations_max});
        visit("until_ms", self.until);
        visit("uses", self.uses);
        visit("depth", self.depth);
    }
    friend bool operator==(const ManagerScope&, const ManagerScope&) = default;
};

[[nodiscard]] Result<void, Refusal> check(const ManagerScope& scope);

// Whether a grant of these terms stays inside what the manager was given.
[[nodiscard]] Result<void, Refusal> within(const Terms& terms, const ManagerScope& scope);

}  // namespace datadeed::ledger
