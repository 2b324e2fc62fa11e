#include "client/log_root.h"

#include <algorithm>
#include <chrono>

#include "crypto/merkle.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

LogRoot root_of(const std::string& text) {
    const support::Folder folder;
    const Outcome<LogRoot> root = root_of_file(folder.write("log", text));
    REQUIRE(root);
    return *root;
}

LogRoot tree_of(const std::vector<std::string>& lines) {
    std::vector<Digest> leaves;
    for (const std::string& line : lines) leaves.push_back(crypto::leaf_hash(as_bytes(line)));
    return {.root = crypto::root_of(leaves), .count = lines.size()};
}

}  // namespace

TEST_CASE("the root of a log is the RFC 9162 root over its lines") {
    CHECK(root_of("") == LogRoot{crypto::empty_root(), 0});
    CHECK(root_of("a\n") == tree_of({"a"}));
    CHECK(root_of("a") == tree_of({"a"}));
    CHECK(root_of("a\nb\nc\n") == tree_of({"a", "b", "c"}));
    CHECK(root_of("a\nb\nc") == tree_of({"a", "b", "c"}));
    CHECK(root_of("a\r\nb\r\n") == tree_of({"a", "b"}));
    CHECK(root_of("a\n\nb\n") == tree_of({"a", "", "b"}));
    CHECK(root_of("\n") == tree_of({""}));
}

TEST_CASE("lines that span the buffer, and lines of 1 MiB, count as one") {
    std::vector<std::string> lines;
    std::string text;
    for (std::size_t size :
         {std::size_t{262'143}, std::size_t{1}, std::size_t{262'144}, std::size_t{700'000}, std::size_t{1} << 20U}) {
        lines.emplace_back(size, static_cast<char>('a' + lines.size()));
        text += lines.back() + "\n";
    }
    CHECK(root_of(text) == tree_of(lines));
}

TEST_CASE("a line above 1 MiB is refused with its number") {
    const support::Folder folder;
    const std::string longer((std::size_t{1} << 20U) + 1, 'x');
    for (const std::string& end : {std::string{"\n"}, std::string{}}) {
        const Outcome<LogRoot> root = root_of_file(folder.write("log", "a\n" + longer + end));
        REQUIRE_FALSE(root);
        CHECK(root.error().code == "log.line_too_long");
        CHECK(root.error().title.find("line 2 ") != std::string::npos);
    }
}

TEST_CASE("who waits for a large log is told how far it is, up to its end") {
    const support::Folder folder;
    const std::string text(1'000'000, '\n');
    std::vector<std::uint64_t> done;
    const Outcome<LogRoot> root = root_of_file(folder.write("log", text), [&](std::uint64_t read, std::uint64_t total) {
        CHECK(total == text.size());
        done.push_back(read);
    });
    REQUIRE(root);
    CHECK(done.size() >= 4);
    CHECK(std::ranges::is_sorted(done));
    CHECK(done.back() == text.size());
}

TEST_CASE("a log that can't be read is said to be so") {
    CHECK(root_of_file("/nowhere/log").error().status == 404);
    CHECK(root_of_file("/").error().code == "file.unreadable");
}

TEST_CASE("one changed line of 100,000 changes the root, and the whole is quick") {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "{\"seq\":" + std::to_string(i) + ",\"op\":\"count\"}\n";
    const auto begin = std::chrono::steady_clock::now();
    const LogRoot first = root_of(text);
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(first.count == 100'000);
    text[text.find("77777")] = '8';
    CHECK(root_of(text).root != first.root);
    CHECK(took < std::chrono::seconds{5});  // some 50 ms; generous for sanitizers and busy machines
}

}  // namespace datadeed::client
