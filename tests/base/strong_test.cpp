#include "base/strong.h"

#include <type_traits>

#include "base/overloaded.h"
#include "base/result.h"
#include "base/types.h"
#include "tests/support/catch.h"

#include <variant>

namespace datadeed {
namespace {

using Apples = Strong<struct ApplesTag>;
using Pears = Strong<struct PearsTag>;

static_assert(!std::is_convertible_v<Apples, Pears> && !std::is_constructible_v<Apples, Pears>);
static_assert(!std::is_convertible_v<std::uint64_t, Apples> && !std::is_convertible_v<Apples, std::uint64_t>);
static_assert(is_strong<Height> && !is_strong<std::uint64_t>);

enum class Fruit { rotten };

Result<int, Fruit> eat(bool good) {
    if (!good) return fail(Fruit::rotten);
    return 1;
}

}  // namespace

TEST_CASE("strong values compare and count as what they hold") {
    CHECK(Apples{1} < Apples{2});
    CHECK(Apples{1}.next() == Apples{2});
    CHECK(Apples{} == Apples{0});
    CHECK(Height{7}.value == 7);
}

TEST_CASE("a result is a value or the error") {
    CHECK(*eat(true) == 1);
    CHECK_FALSE(eat(false).has_value());
    CHECK(eat(false).error() == Fruit::rotten);
}

TEST_CASE("overloaded picks the lambda of the alternative") {
    const std::variant<int, char> value{'c'};
    CHECK(std::visit(Overloaded{[](int) { return 1; }, [](char) { return 2; }}, value) == 2);
}

}  // namespace datadeed
