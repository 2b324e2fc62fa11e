#include "base/suggest.h"

#include <array>

#include "tests/support/catch.h"

namespace datadeed {

TEST_CASE("a typing error is answered with the word that was meant") {
    constexpr std::array<std::string_view, 6> words{"grant", "data", "manager", "member", "log", "version"};
    CHECK(nearest("grnat", words) == "grant");
    CHECK(nearest("gran", words) == "grant");
    CHECK(nearest("grants", words) == "grant");
    CHECK(nearest("dat", words) == "data");
    CHECK(nearest("memer", words) == "member");
    CHECK(nearest("verison", words) == "version");
    CHECK(did_you_mean("grnat", words) == " - did you mean 'grant'?");
}

TEST_CASE("a word that is like none gets no suggestion") {
    constexpr std::array<std::string_view, 3> words{"grant", "data", "log"};
    CHECK_FALSE(nearest("elephant", words));
    CHECK_FALSE(nearest("", words));
    CHECK_FALSE(nearest(std::string(1000, 'g'), words));
    CHECK(did_you_mean("elephant", words).empty());
}

}  // namespace datadeed
