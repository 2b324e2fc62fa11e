#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

// Holds a page of docs/ to the code: a test builds the example and asks whether the page has it.

namespace datadeed::test {

[[nodiscard]] inline std::string page_text(const std::string& name) {
    std::ifstream file{source_dir() + "/docs/" + name};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

// The text without the spaces and line breaks that a page sets bytes in.
[[nodiscard]] inline std::string without_space(std::string_view text) {
    std::string all;
    for (const char c : text) {
        if (c != ' ' && c != '\n') all += c;
    }
    return all;
}

// The page shows these bytes in hex, however it breaks the lines.
inline void check_page_shows(const std::string& page, std::string_view what, ByteView bytes) {
    INFO("docs/" << page << " should show " << what << ": " << to_hex(bytes));
    CHECK(without_space(page_text(page)).find(to_hex(bytes)) != std::string::npos);
}

}  // namespace datadeed::test
