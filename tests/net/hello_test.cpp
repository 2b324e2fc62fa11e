#include "node/net/hello.h"

#include <set>

#include "node/net/backoff.h"
#include "tests/support/catch.h"
#include "tests/support/page.h"

namespace datadeed::net {
namespace {

Hello own() {
    Hello hello;
    hello.chain.value.fill(1);
    hello.name = "n1";
    hello.wire_version = 3;
    hello.instance = 7;
    return hello;
}

Hello peers() {
    Hello hello = own();
    hello.name = "n2";
    hello.instance = 8;
    return hello;
}

Error error_of(const Hello& hello) {
    const Result<Hello, Failure> checked = check_hello(encode(hello), own(), "n2");
    REQUIRE_FALSE(checked);
    return checked.error().error;
}

}  // namespace

TEST_CASE("a greeting has these bytes") {
    CHECK(to_hex(encode(own())) ==
          "85015820010101010101010101010101010101010101010101010101010101010101010162"
          "6e310307");
    CHECK(encode(peers()).size() <= hello_size_max);
    datadeed::test::check_page_shows("formats.md", "a greeting", encode(own()));
}

TEST_CASE("a greeting of the right chain, version and name is taken") {
    const Result<Hello, Failure> checked = check_hello(encode(peers()), own(), "n2");
    REQUIRE(checked);
    CHECK(*checked == peers());
}

TEST_CASE("a greeting that differs is refused with what differs") {
    Hello hello = peers();
    hello.protocol = 2;
    hello.chain.value.fill(2);
    CHECK(error_of(hello) == Error::protocol_must_be_the_same);
    hello.protocol = protocol_version;
    hello.name = "n3";
    CHECK(error_of(hello) == Error::chain_must_be_the_same);
    const std::string detail = check_hello(encode(hello), own(), "n2").error().detail;
    CHECK(detail.find(to_hex(own().chain.value)) != std::string::npos);
    CHECK(detail.find(to_hex(hello.chain.value)) != std::string::npos);
    hello.chain = own().chain;
    hello.wire_version = 4;
    CHECK(error_of(hello) == Error::name_must_belong_to_the_key);
    hello.name = "n2";
    CHECK(error_of(hello) == Error::wire_version_must_be_the_same);
}

TEST_CASE("bytes that are no greeting are refused") {
    Bytes bytes = encode(peers());
    bytes.push_back(0);
    CHECK(check_hello(bytes, own(), "n2").error().error == Error::hello_must_be_well_formed);
    bytes.resize(bytes.size() - 2);
    CHECK(check_hello(bytes, own(), "n2").error().error == Error::hello_must_be_well_formed);
    CHECK(check_hello({}, own(), "n2").error().error == Error::hello_must_be_well_formed);
}

TEST_CASE("every error of the room has a code of its own and says what to do") {
    std::set<std::string_view> codes;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Error::inbound_links_must_be_few); ++i) {
        CHECK(codes.insert(code_of(static_cast<Error>(i))).second);
        CHECK_FALSE(describe(static_cast<Error>(i)).empty());
    }
    CHECK_FALSE(codes.contains("net.unknown"));
    CHECK(code_of(Error::chain_must_be_the_same) == "net.wrong_chain");
}

TEST_CASE("retries double up to their limit, half of each left to chance") {
    using std::chrono::milliseconds;
    Backoff backoff{milliseconds{100}, milliseconds{500}};
    CHECK(backoff.next(0) == milliseconds{50});
    CHECK(backoff.next(100) == milliseconds{200});
    CHECK(backoff.next(0) == milliseconds{200});
    CHECK(backoff.next(250) == milliseconds{500});
    CHECK(backoff.next(251) == milliseconds{250});
    backoff.reset();
    CHECK(backoff.next(50) == milliseconds{100});
}

}  // namespace datadeed::net
