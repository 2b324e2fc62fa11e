#include "crypto/secret.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "crypto/random.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_copy_constructible_v<SecretText> && !std::is_copy_assignable_v<SecretText>);

TEST_CASE("secret bytes begin as zeros and move whole") {
    SecretBytes bytes{40};
    CHECK(std::ranges::all_of(bytes.bytes(), [](std::uint8_t byte) { return byte == 0; }));
    bytes.bytes()[7] = 9;
    SecretBytes moved{std::move(bytes)};
    CHECK(moved.bytes()[7] == 9);
    CHECK(bytes.size() == 0);
    SecretBytes assigned{3};
    assigned = std::move(moved);
    CHECK(assigned.size() == 40);
    CHECK(assigned.bytes()[7] == 9);
    CHECK(moved.size() == 0);
}

TEST_CASE("a secret text is typed and corrected") {
    SecretText text;
    CHECK(text.empty());
    text.pop_back();
    CHECK(text.push_back('a'));
    CHECK(text.push_back('b'));
    CHECK(text.push_back('c'));
    text.pop_back();
    CHECK(text.view() == "ab");
    CHECK(text.same_as(SecretText{"ab"}));
    CHECK_FALSE(text.same_as(SecretText{"ac"}));
    CHECK_FALSE(text.same_as(SecretText{"abc"}));
    CHECK(SecretText{}.same_as(SecretText{""}));
}

TEST_CASE("a secret text has a limit") {
    SecretText text{std::string(SecretText::size_max, 'x')};
    CHECK_FALSE(text.push_back('y'));
    CHECK(text.size() == SecretText::size_max);
}

TEST_CASE("a moved-from secret text is empty and takes nothing") {
    SecretText text{"word"};
    const SecretText moved{std::move(text)};
    CHECK(moved.view() == "word");
    CHECK(text.view().empty());
    CHECK_FALSE(text.push_back('a'));
    text = SecretText{"again"};
    CHECK(text.view() == "again");
}

TEST_CASE("wiping leaves zeros") {
    ByteArray<4> bytes{1, 2, 3, 4};
    wipe(bytes);
    CHECK(bytes == ByteArray<4>{});
    std::string text = "secret";
    wipe(std::span<char>{text});
    CHECK(text == std::string(6, '\0'));
}

TEST_CASE("random arrays differ") {
    CHECK(random_array<32>() != random_array<32>());
    CHECK(random_array<32>() != ByteArray<32>{});
}

}  // namespace datadeed::crypto
