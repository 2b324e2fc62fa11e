#include "consensus/journal.h"

#include "base/fields.h"
#include "tests/consensus/builders.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

namespace {

ProposalAccepted accepted(std::uint64_t view, std::uint64_t height) {
    const auto primary = static_cast<std::uint32_t>(view % 4);
    return {.proposal =
                by(primary, PrePrepare{.view = View{view}, .height = Height{height}, .hash = hash_a, .payload = {9}}),
            .vote = by(3, Prepare{.view = View{view}, .height = Height{height}, .hash = hash_a})};
}

Signed<NewView> opened(std::uint64_t view) {
    return by(static_cast<std::uint32_t>(view % 4),
              NewView{.new_view = View{view},
                      .view_changes = {view_change(0, view), view_change(1, view), view_change(2, view)},
                      .base = {},
                      .carried = {}});
}

}  // namespace

TEST_CASE("an empty journal begins at view 0 with nothing closed") {
    const Recovered state = recover({});
    CHECK(state.view == View{0});
    CHECK_FALSE(state.changing);
    CHECK(state.closed == Height{0});
}

TEST_CASE("a vote in the first view of a later epoch tells of that epoch, and ends what was promised before") {
    const std::uint64_t later = Epoch{.number = 1, .base = {}}.first_view().value;
    const std::vector<VoteRecord> records{ViewChangeSent{view_change(3, 2)}, accepted(later, 5)};
    const Recovered state = recover(records);
    CHECK(state.view == View{later});
    CHECK_FALSE(state.changing);
    CHECK_FALSE(state.view_change);
    CHECK(state.accepted.size() == 1);
    const std::vector<VoteRecord> within{accepted(later, 5), ViewChangeSent{view_change(3, later + 1)},
                                         accepted(later, 6)};
    CHECK(recover(within).view == View{later + 1});
}

TEST_CASE("votes are recovered for the last height voted on, and all below is closed") {
    const std::vector<VoteRecord> records{accepted(0, 4), accepted(0, 5), accepted(1, 5)};
    const Recovered state = recover(records);
    CHECK(state.closed == Height{4});
    CHECK(state.accepted.size() == 2);
}

TEST_CASE("a VIEW-CHANGE closes the heights that it says to be decided, and what was voted for there is over") {
    const CommitCertificate tip = committed(0, 5, hash_a, {0, 1, 2});
    const std::vector<VoteRecord> records{accepted(0, 5), ViewChangeSent{view_change(3, 1, tip)}};
    const Recovered state = recover(records);
    CHECK(state.closed == Height{5});
    CHECK(state.accepted.empty());
}

TEST_CASE("a view that was left is never entered again by recovery") {
    const std::vector<VoteRecord> records{ViewChangeSent{view_change(3, 1)}, ViewEntered{opened(1)},
                                          ViewChangeSent{view_change(3, 2)}};
    const Recovered left = recover(records);
    CHECK(left.view == View{2});
    CHECK(left.changing);
    CHECK(left.view_change == view_change(3, 2));
    CHECK(left.new_view == opened(1));
    const Recovered entered = recover(std::span{records}.first(2));
    CHECK(entered.view == View{1});
    CHECK_FALSE(entered.changing);
    CHECK_FALSE(entered.view_change);
    // By the NEW-VIEW alone, where others changed the view.
    const std::vector<VoteRecord> led{ViewEntered{opened(1)}};
    CHECK(recover(led).view == View{1});
}

TEST_CASE("a journal in which votes were found missing says so for ever") {
    const std::vector<VoteRecord> records{accepted(0, 4), VotesLost{.committed = Height{3}}};
    CHECK_FALSE(recover(std::span{records}.first(1)).votes_lost);
    CHECK(recover(records).votes_lost);
    CHECK(to_hex(encode(records[1])) == "820703");
}

TEST_CASE("a checkpoint says all that the records before it said") {
    const Checkpoint sum{.committed = Height{7},
                         .view = View{2},
                         .changing = true,
                         .view_change = view_change(3, 2),
                         .new_view = opened(1)};
    const std::vector<VoteRecord> whole{
        ProposalMade{by(0, PrePrepare{.view = {}, .height = Height{7}, .hash = hash_a, .payload = {9}})},
        accepted(0, 7),
        BlockPrepared{.certificate = prepared(0, 7, hash_a, {1, 2}),
                      .vote = by(3, Commit{.view = {}, .height = Height{7}, .hash = hash_a})},
        ViewEntered{opened(1)},
        ViewChangeSent{view_change(3, 2)},
        sum};
    for (const std::span<const VoteRecord> records : {std::span<const VoteRecord>{whole}, std::span{whole}.last(1)}) {
        const Recovered state = recover(records);
        CHECK(state.closed == Height{7});
        CHECK(state.view == View{2});
        CHECK(state.changing);
        CHECK(state.view_change == sum.view_change);
        CHECK(state.new_view == sum.new_view);
        CHECK(state.made.empty());
        CHECK(state.accepted.empty());
        CHECK(state.prepared.empty());
    }
}

TEST_CASE("every kind of record survives the disk and has one encoding") {
    const std::vector<VoteRecord> records{
        ProposalMade{by(0, PrePrepare{.view = {}, .height = Height{1}, .hash = hash_a, .payload = {1}})},
        accepted(1, 2),
        BlockPrepared{.certificate = prepared(0, 1, hash_a, {1, 2}),
                      .vote = by(1, Commit{.view = {}, .height = Height{1}, .hash = hash_a})},
        ViewChangeSent{view_change(3, 1)},
        ViewEntered{opened(1)},
        Checkpoint{
            .committed = Height{3}, .view = View{1}, .changing = false, .view_change = {}, .new_view = opened(1)},
        VotesLost{.committed = Height{3}}};
    for (const VoteRecord& record : records) {
        const Bytes bytes = encode(record);
        const auto decoded = decode<VoteRecord>(bytes);
        REQUIRE(decoded);
        CHECK(*decoded == record);
        CHECK(encode(*decoded) == bytes);
    }
}

}  // namespace datadeed::consensus::testing
