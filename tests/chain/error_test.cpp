#include "chain/error.h"

#include <set>

#include "tests/support/catch.h"

namespace datadeed::chain {

TEST_CASE("every fault has a code of its own, what happened and what to do") {
    std::set<std::string_view> codes;
    for (int i = 0; i <= static_cast<int>(Fault::votes_other_node); ++i) {
        const auto fault = static_cast<Fault>(i);
        CAPTURE(code(fault));
        CHECK(codes.insert(code(fault)).second);
        CHECK(code(fault).find('.') != std::string_view::npos);
        CHECK_FALSE(describe(fault).empty());
        CHECK_FALSE(advice(fault).empty());
    }
    CHECK_FALSE(codes.contains("chain.unknown"));
}

TEST_CASE("an error reads as code, what, where and what to do") {
    const Error error{.fault = Fault::store_locked, .place = "/srv/a/chain", .detail = "held"};
    CHECK(to_text(error) ==
          "store.locked: another process has this database open (/srv/a/chain: held). Stop the other process first.");
    CHECK(is_disk_full({.fault = Fault::store_disk_full, .place = "", .detail = ""}));
    CHECK(is_disk_full({.fault = Fault::file_disk_full, .place = "", .detail = ""}));
    CHECK_FALSE(is_disk_full(error));
}

}  // namespace datadeed::chain
