#pragma once

#include <expected>
#include <utility>

namespace datadeed {

// The outcome of something that may fail in a way the caller must handle: a value, or the error. std::expected with its
// names (has_value, value, error, *, ->), made nodiscard: a ledger that can forget an error has the wrong type.
template <class T, class E>
struct [[nodiscard]] Result : std::expected<T, E> {
    using std::expected<T, E>::expected;
};

// Makes the failure: return fail(Error::grant_not_found);
template <class E>
[[nodiscard]] constexpr std::unexpected<std::decay_t<E>> fail(E&& error) {
    return std::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace datadeed
