#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <utility>

namespace datadeed {

// A value of type Rep that can't be mixed up with another of the same Rep: Strong<struct HeightTag, std::uint64_t>.
// There is no implicit way in or out; `value` is the way out. Ordered and comparable as Rep is.
template <class Tag, class Rep = std::uint64_t>
struct Strong {
    using rep = Rep;

    Rep value{};

    constexpr Strong() = default;
    constexpr explicit Strong(Rep from) : value{std::move(from)} {}

    // The value after this one, for counters.
    [[nodiscard]] constexpr Strong next() const
        requires std::unsigned_integral<Rep>
    {
        return Strong{static_cast<Rep>(value + 1)};
    }

    friend constexpr bool operator==(const Strong&, const Strong&) = default;
    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
};

template <class T>
inline constexpr bool is_strong = false;
template <class Tag, class Rep>
inline constexpr bool is_strong<Strong<Tag, Rep>> = true;

}  // namespace datadeed
