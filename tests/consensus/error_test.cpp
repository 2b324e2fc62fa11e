#include "consensus/error.h"

#include <set>

#include "consensus/messages.h"
#include "tests/support/catch.h"

namespace datadeed::consensus {

TEST_CASE("every rule has a sentence of its own") {
    std::set<std::string_view> sentences;
    constexpr auto errors = static_cast<std::uint8_t>(Error::height_must_be_of_the_epoch) + 1;
    for (std::uint8_t i = 0; i < errors; ++i) sentences.insert(describe(static_cast<Error>(i)));
    CHECK(sentences.size() == std::size_t{errors});
    CHECK_FALSE(sentences.contains(""));
    CHECK_FALSE(sentences.contains(describe(static_cast<Error>(200))));
}

TEST_CASE("every kind of message has a name of its own") {
    std::set<std::string_view> names;
    for (std::uint8_t kind = 1; kind <= 6; ++kind) names.insert(name(static_cast<MessageKind>(kind)));
    CHECK(names.size() == 6);
    CHECK(name(static_cast<MessageKind>(7)) == "UNKNOWN");
}

}  // namespace datadeed::consensus
