#include "base/terminal.h"

#include "tests/support/catch.h"

namespace datadeed {

TEST_CASE("characters that steer a terminal or turn a text around are told by their size, others aren't") {
    CHECK(steering_size(std::string_view{"\0x", 2}) == 1);
    CHECK(steering_size("\x1B[2J") == 1);
    CHECK(steering_size("\n") == 1);
    CHECK(steering_size("\x7F") == 1);
    CHECK(steering_size("\xC2\x80") == 2);
    CHECK(steering_size("\xC2\x9Bx") == 2);
    for (const char* const mark :
         {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"}) {
        CHECK(steering_size(mark) == 3);
    }
    for (const char* const plain : {"", " ", "a\n", "~", "\xC2\xA0", "\xC2", "\xE2\x80", "\xE2\x80\xA7", "\xE2\x80\xAF",
                                    "\xE2\x81\xA5", "\xE2\x81\xAA", "\xE2\x82\xAC", "\xE6\x95\xB0"}) {
        INFO(plain);
        CHECK(steering_size(plain) == 0);
    }
}

}  // namespace datadeed
