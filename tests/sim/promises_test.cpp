#include "tests/sim/promises.h"

#include "tests/consensus/quick_signatures.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"

namespace datadeed::sim {
namespace {

using consensus::Commit;
using datadeed::test::view_in;

template <class M>
consensus::Signed<M> said(const M& message) {
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(3)};
    return consensus::sign(ChainId{}, message, consensus::ValidatorIndex{3}, key);
}

consensus::Signed<Commit> commit_at(Height height) {
    return said(Commit{.view = {}, .height = height, .hash = Digest{0xA0}});
}

}  // namespace

TEST_CASE("a VIEW-CHANGE that hides a COMMIT of its signer breaks its promise, whatever others have seen") {
    const auto asked = datadeed::test::asking_for(view_in(0, 1));
    Promises promises;
    promises.note("v3", commit_at(Height{1}));
    const auto broken = promises.broken_by("v3", said(asked));
    REQUIRE(broken);
    CHECK(broken->height == Height{1});
    CHECK_FALSE(promises.broken_by("v2", said(asked)));
    // One that shows the height final, and one to a view of another epoch, which begins anew.
    CHECK_FALSE(promises.broken_by("v3", said(datadeed::test::asking_for(view_in(0, 1), Height{1}))));
    CHECK_FALSE(promises.broken_by("v3", said(datadeed::test::asking_for(view_in(1, 1)))));
    promises.forget("v3");
    CHECK_FALSE(promises.broken_by("v3", said(asked)));
}

TEST_CASE("of all promises the latest are remembered, and one that is said again counts once") {
    Promises promises;
    for (std::uint64_t height = 1; height <= 1'000; ++height) promises.note("v3", commit_at(Height{height}));
    for (int again = 0; again < 1'000; ++again) promises.note("v3", commit_at(Height{1'000}));
    const auto broken = promises.broken_by("v3", said(datadeed::test::asking_for(view_in(0, 1))));
    REQUIRE(broken);
    CHECK(broken->height > Height{900});
    CHECK(broken->height < Height{1'000});
}

}  // namespace datadeed::sim
