#include "consensus/view_change.h"

#include <algorithm>

#include "consensus/vote_book.h"
#include "tests/consensus/builders.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

TEST_CASE("a view with nothing prepared begins freely above the highest height committed") {
    const std::vector<Signed<ViewChange>> changes{view_change(0, 5),
                                                  view_change(1, 5, committed(0, 3, hash_a, {0, 1, 2})),
                                                  view_change(2, 5, committed(1, 2, hash_b, {0, 1, 2}))};
    const auto opening = open_view(changes);
    REQUIRE(opening);
    CHECK(opening->base == Height{3});
    CHECK_FALSE(opening->carried);
    CHECK(opening->base_holders == std::vector{ValidatorIndex{1}});
}

TEST_CASE("the certificate of the highest view is carried, whatever the order") {
    std::vector<Signed<ViewChange>> changes{view_change(0, 5, {}, prepared(0, 1, hash_a, {1, 2})),
                                            view_change(1, 5, {}, prepared(3, 1, hash_b, {1, 2})),
                                            view_change(2, 5, {}, prepared(2, 1, hash_a, {0, 1}))};
    for (int i = 0; i < 3; ++i) {
        std::rotate(changes.begin(), changes.begin() + 1, changes.end());
        const auto opening = open_view(changes);
        REQUIRE(opening);
        CHECK(opening->carried == Carried{.view = View{3}, .height = Height{1}, .hash = hash_b});
        CHECK(opening->body_holders == std::vector{ValidatorIndex{1}, ValidatorIndex{2}});
    }
}

TEST_CASE("what is prepared at or below the base isn't carried") {
    const std::vector<Signed<ViewChange>> changes{view_change(0, 5, committed(0, 1, hash_a, {0, 1, 2})),
                                                  view_change(1, 5, {}, prepared(1, 1, hash_b, {0, 2}))};
    const auto opening = open_view(changes);
    REQUIRE(opening);
    CHECK(opening->base == Height{1});
    CHECK_FALSE(opening->carried);
}

TEST_CASE("a fork among the VIEW-CHANGEs is told") {
    CHECK(open_view(std::vector{view_change(0, 5, {}, prepared(0, 1, hash_a, {1, 2})),
                                view_change(1, 5, {}, prepared(0, 1, hash_b, {1, 2}))})
              .error() == HaltReason::one_view_must_prepare_one_block);
    CHECK(open_view(std::vector{view_change(0, 5, committed(0, 1, hash_a, {0, 1, 2})),
                                view_change(1, 5, committed(2, 1, hash_b, {0, 1, 2}))})
              .error() == HaltReason::one_height_must_have_one_certificate);
}

TEST_CASE("a validator joins the largest view that f + 1 have reached") {
    const auto held = [](std::initializer_list<std::uint64_t> views) {
        ViewChanges changes;
        std::uint32_t signer = 0;
        for (const std::uint64_t view : views) {
            changes.insert_or_assign(ValidatorIndex{signer}, view_change(signer, view));
            ++signer;
        }
        return changes;
    };
    CHECK_FALSE(view_to_join(held({}), 2));
    CHECK_FALSE(view_to_join(held({9}), 2));
    CHECK(view_to_join(held({9, 3}), 2) == View{3});
    CHECK(view_to_join(held({9, 3, 5}), 2) == View{5});
    CHECK(view_to_join(held({9, 9, 5}), 2) == View{9});
    CHECK(view_to_join(held({9, 7, 5}), 3) == View{5});
    CHECK(view_to_join(held({4}), 1) == View{4});
}

TEST_CASE("a NEW-VIEW gets exactly so many VIEW-CHANGEs for its view, mine among them") {
    ViewChanges held;
    for (const std::uint32_t signer : {0U, 1U, 2U, 3U}) {
        held.insert_or_assign(ValidatorIndex{signer}, view_change(signer, signer == 1 ? 4 : 3));
    }
    const auto chosen = for_view(held, View{3}, 2, ValidatorIndex{3});
    REQUIRE(chosen.size() == 2);
    CHECK(chosen[0].signer == ValidatorIndex{0});
    CHECK(chosen[1].signer == ValidatorIndex{3});
    CHECK(for_view(held, View{3}, 4, ValidatorIndex{3}).size() == 3);
    CHECK(for_view(held, View{9}, 4, ValidatorIndex{3}).empty());
}

TEST_CASE("a vote book keeps the first vote of a signer in a view and tells the second") {
    VoteBook book;
    CHECK(book.add(View{1}, ValidatorIndex{0}, {.hash = hash_a, .signature = {}}, View{1}) == VoteBook::Added::first);
    CHECK(book.add(View{1}, ValidatorIndex{0}, {.hash = hash_a, .signature = {}}, View{1}) == VoteBook::Added::again);
    CHECK(book.add(View{1}, ValidatorIndex{0}, {.hash = hash_b, .signature = {}}, View{1}) ==
          VoteBook::Added::contradiction);
    CHECK(book.find(View{1}, ValidatorIndex{0})->hash == hash_a);
    CHECK(book.add(View{2}, ValidatorIndex{0}, {.hash = hash_b, .signature = {}}, View{1}) == VoteBook::Added::first);
}

TEST_CASE("a new view is shown by one's own VIEW-CHANGE if there is one for it, and else by those of others") {
    ViewChanges held;
    for (const std::uint32_t who : {0U, 1U, 2U, 3U}) held.insert_or_assign(ValidatorIndex{who}, view_change(who, 1));
    const auto shown_by = [&held](std::uint64_t view, std::uint32_t self) {
        std::vector<std::uint32_t> who;
        for (const auto& change : for_view(held, View{view}, 3, ValidatorIndex{self})) {
            who.push_back(change.signer.value);
        }
        return who;
    };
    CHECK(shown_by(1, 3) == std::vector<std::uint32_t>{0, 1, 3});
    CHECK(shown_by(1, 0) == std::vector<std::uint32_t>{0, 1, 2});
    held.insert_or_assign(ValidatorIndex{0}, view_change(0, 2));
    CHECK(shown_by(1, 0) == std::vector<std::uint32_t>{1, 2, 3});
    CHECK(shown_by(2, 0) == std::vector<std::uint32_t>{0});
    held.erase(ValidatorIndex{0});
    CHECK(shown_by(1, 0) == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("votes agree only within one view and on one hash") {
    VoteBook book;
    const auto add = [&book](std::uint64_t view, std::uint32_t signer, const Digest& hash) {
        static_cast<void>(book.add(View{view}, ValidatorIndex{signer}, {.hash = hash, .signature = {}}, View{1}));
    };
    add(1, 0, hash_a);
    add(1, 1, hash_b);
    add(2, 2, hash_a);
    add(2, 0, hash_a);
    CHECK_FALSE(book.agreed(3));
    CHECK(book.agreed(2) == std::pair{View{2}, hash_a});
    CHECK(book.votes(View{1}, hash_a).size() == 1);
    CHECK(book.signers(View{1}) == std::vector{ValidatorIndex{0}, ValidatorIndex{1}});
    CHECK(book.last_before(View{3}, ValidatorIndex{0}) == View{2});
    CHECK(book.last_before(View{2}, ValidatorIndex{0}) == View{1});
    CHECK_FALSE(book.last_before(View{1}, ValidatorIndex{0}));
    CHECK_FALSE(book.last_before(View{2}, ValidatorIndex{2}));
}

TEST_CASE("a vote book never drops a vote of the current view and never grows beyond its bound") {
    VoteBook book;
    for (std::uint64_t view = 0; view < 100; ++view) {
        static_cast<void>(book.add(View{view}, ValidatorIndex{0}, {.hash = hash_a, .signature = {}}, View{5}));
    }
    CHECK(book.find(View{5}, ValidatorIndex{0}) != nullptr);
    CHECK(book.find(View{6}, ValidatorIndex{0}) == nullptr);
    CHECK(book.find(View{99}, ValidatorIndex{0}) != nullptr);
    std::size_t kept = 0;
    for (std::uint64_t view = 0; view < 100; ++view)
        kept += book.find(View{view}, ValidatorIndex{0}) == nullptr ? 0U : 1U;
    CHECK(kept == votes_per_signer_max);
}

TEST_CASE("a validator that fills a vote book pushes out votes of its own alone") {
    VoteBook book;
    static_cast<void>(book.add(View{0}, ValidatorIndex{1}, {.hash = hash_a, .signature = {}}, View{5}));
    for (std::uint64_t view = 0; view < 100; ++view) {
        static_cast<void>(book.add(View{view}, ValidatorIndex{0}, {.hash = hash_a, .signature = {}}, View{5}));
    }
    CHECK(book.find(View{0}, ValidatorIndex{1}) != nullptr);
    CHECK(book.find(View{0}, ValidatorIndex{0}) == nullptr);
    CHECK(book.count_of(ValidatorIndex{0}) == votes_per_signer_max);
}

}  // namespace datadeed::consensus::testing
