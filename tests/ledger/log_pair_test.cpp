#include "ledger/log_pair.h"

#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

LogAnchor anchor(const std::string& with, std::uint64_t count = 3) {
    return {.with = MemberId{with}, .epoch = LogEpoch{7}, .root = Digest{1}, .count = count};
}

LogState state_of(const World& world) {
    const LogPairId id = make_log_pair(MemberId{"una"}, MemberId{"rep"}, LogEpoch{7});
    return log_state(*find_log_pair(world.state(), id), world.now(), get_parameters(world.state()));
}

const Parameters default_parameters{};

}  // namespace

Ladder ladder_of_log_anchor() {
    World world;
    Ladder ladder;
    LogAnchor operation = anchor("una", count_max + 1);
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit("una", operation)}); };

    expect(Refusal::log_number_out_of_range);
    operation.count = 3;
    operation.epoch = LogEpoch{count_max + 1};
    expect(Refusal::log_number_out_of_range);
    operation.epoch = LogEpoch{7};
    expect(Refusal::log_with_self);
    operation.with = MemberId{"nobody"};
    expect(Refusal::log_partner_not_found);
    operation.with = MemberId{"rep"};
    world.must("una", operation);
    world.wait(default_parameters.log_expiry_window_ms);
    expect(Refusal::log_already_anchored);
    ladder.push_back({Refusal::log_expired, world.submit("rep", anchor("una"))});
    return ladder;
}

TEST_CASE("anchoring a log asks its rules in this order") {
    check_ladder(ladder_of_log_anchor());
}

TEST_CASE("two sides with the same root and count match, whoever is first") {
    for (const auto& [first, second] : {std::pair{"una", "rep"}, std::pair{"rep", "una"}}) {
        World world;
        world.must(first, anchor(second));
        CHECK(state_of(world) == LogState::anchored);
        world.must(second, anchor(first));
        CHECK(state_of(world) == LogState::matched);
        world.wait(default_parameters.log_expiry_window_ms);
        CHECK(state_of(world) == LogState::matched);
    }
}

TEST_CASE("another root or another count is a mismatch, for ever") {
    LogAnchor other_root = anchor("una");
    other_root.root = Digest{2};
    for (const LogAnchor& second : {other_root, anchor("una", 4)}) {
        World world;
        world.must("una", anchor("rep"));
        world.must("rep", second);
        CHECK(state_of(world) == LogState::mismatch);
        CHECK(world.submit("rep", anchor("una")) == Refusal::log_already_anchored);
    }
}

TEST_CASE("a silent side shows when the window closes, and may still be late until the other does") {
    World world;
    world.must("una", anchor("rep"));
    const TimeMs first{world.now().value - 1};
    world.set_time(TimeMs{first.value + default_parameters.log_match_window_ms - 1});
    CHECK(state_of(world) == LogState::anchored);
    world.set_time(TimeMs{first.value + default_parameters.log_match_window_ms});
    CHECK(state_of(world) == LogState::unmatched);
    world.set_time(TimeMs{first.value + default_parameters.log_expiry_window_ms});
    CHECK(state_of(world) == LogState::expired);
    world.set_time(TimeMs{first.value + default_parameters.log_expiry_window_ms - 1});
    CHECK(!world.submit("rep", anchor("una")));
    CHECK(state_of(world) == LogState::matched);
}

TEST_CASE("pairs and epochs keep apart") {
    World world;
    world.must("una", anchor("rep"));
    LogAnchor next = anchor("rep");
    next.epoch = LogEpoch{8};
    CHECK(!world.submit("una", next));
    CHECK(!world.submit("una", anchor("uri")));
    CHECK(state_of(world) == LogState::anchored);
    const LogPairId id = make_log_pair(MemberId{"rep"}, MemberId{"una"}, LogEpoch{7});
    CHECK(find_log_pair(world.state(), id)->anchors.size() == 1);
}

TEST_CASE("log states have the names that people know") {
    CHECK(name(LogState::anchored) == "ANCHORED");
    CHECK(name(LogState::matched) == "MATCHED");
    CHECK(name(LogState::mismatch) == "MISMATCH");
    CHECK(name(LogState::unmatched) == "UNMATCHED");
    CHECK(name(LogState::expired) == "EXPIRED");
}

}  // namespace datadeed::ledger::test
