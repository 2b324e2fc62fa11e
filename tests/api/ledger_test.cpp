#include <set>

#include "ledger/views.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"

// Members, data sets, grants and query logs as the API shows them.

namespace datadeed::api {
namespace {

using test::World;

const json::Value& at(const json::Value& value, std::string_view name) {
    const json::Value* found = value.find(name);
    REQUIRE(found != nullptr);
    return *found;
}

TEST_CASE("members are listed and shown") {
    World world;
    const json::Value list = test::json_of(world.get("/v1/members?limit=3"));
    REQUIRE(list.array_at("items")->size() == 3);
    CHECK(list.array_at("items")->front().text_at("id") == "ann");
    CHECK(list.unsigned_at("total") == 8U);
    CHECK(list.bool_at("more") == true);
    CHECK(list.text_at("next") == "boss");
    const json::Value rest = test::json_of(world.get("/v1/members?limit=100&after=boss"));
    CHECK(rest.array_at("items")->size() == 5);
    CHECK(rest.bool_at("more") == false);
    CHECK(rest.find("next") == nullptr);

    const json::Value member = at(test::json_of(world.get("/v1/members/bob")), "member");
    CHECK(member.text_at("organisation") == "Org of bob");
    CHECK(member.array_at("roles")->front().as_text() == "user");
    CHECK(member.array_at("keys")->front().as_text() == to_hex(world.key("bob").public_key().value));
    CHECK(test::problem_code(world.get("/v1/members/nobody"), 404) == "member.not_found");
    CHECK(test::problem_code(world.get("/v1/members/Not%20an%20id"), 404) == "member.not_found");
}

TEST_CASE("a member is found by its key") {
    World world;
    const std::string key = to_hex(world.key("bob").public_key().value);
    const json::Value found = test::json_of(world.get("/v1/members/by-key/" + key));
    CHECK(at(found, "member").text_at("id") == "bob");
    CHECK(at(found, "key").unsigned_at("from_height") == 0U);
    CHECK(test::problem_code(world.get("/v1/members/by-key/" + std::string(64, '0')), 404) == "key.not_found");
    CHECK(test::problem_code(world.get("/v1/members/by-key/AB"), 400) == "http.bad_id");
}

TEST_CASE("a data set with slashes, spaces and Chinese in its id is shown") {
    World world;
    const std::string id = "admiral/数据 1";
    world.commit("ann", {test::register_data(id)});
    world.commit("ann",
                 {ledger::TransferOffer{
                     .data = ledger::DatasetId{id}, .to = ledger::MemberId{"bob"}, .share = ledger::ShareBp{2500}}});
    const json::Value body = test::json_of(world.get("/v1/data/" + http::percent_encode(id)));
    const json::Value& data = at(body, "data");
    CHECK(data.text_at("id") == id);
    CHECK(data.text_at("title") == "Title of " + id);
    CHECK(data.array_at("owners")->front().text_at("member") == "ann");
    CHECK(data.array_at("owners")->front().unsigned_at("share_bp") == 10'000U);
    CHECK(at(data, "manager").is_null());
    REQUIRE(data.array_at("offers")->size() == 1);
    CHECK(data.array_at("offers")->front().text_at("to") == "bob");
    CHECK(data.array_at("offers")->front().unsigned_at("share_bp") == 2500U);
    CHECK(body.unsigned_at("height") == world.height().value);
    CHECK(test::problem_code(world.get("/v1/data/admiral"), 404) == "data.not_found");
}

TEST_CASE("a list of data sets is walked by its cursor, and no item comes twice") {
    World world;
    std::vector<ledger::Operation> operations;
    for (int i = 0; i < 30; ++i) operations.push_back(test::register_data("set/" + std::to_string(i)));
    world.commit("ann", operations);
    std::set<std::string> seen;
    std::string after;
    for (int pages = 0; pages < 10; ++pages) {
        const json::Value page = test::json_of(world.get("/v1/data?limit=7" + after));
        CHECK(page.unsigned_at("total") == 30U);
        for (const json::Value& item : *page.array_at("items")) {
            CHECK(seen.insert(std::string{*item.text_at("id")}).second);
        }
        if (!*page.bool_at("more")) break;
        after = "&after=" + http::percent_encode(*page.text_at("next"));
    }
    CHECK(seen.size() == 30);
    CHECK(test::json_of(world.get("/v1/data?owner=ann")).unsigned_at("total") == 30U);
    CHECK(test::json_of(world.get("/v1/data?owner=bob")).unsigned_at("total") == 0U);
    CHECK(test::problem_code(world.get("/v1/data?owner=Not%20one"), 404) == "member.not_found");
}

TEST_CASE("limits and cursors must be right") {
    World world;
    for (const char* limit : {"0", "101", "-1", "x", "", "1e2", "007"}) {
        CAPTURE(limit);
        CHECK(test::problem_code(world.get("/v1/data?limit=" + std::string{limit}), 400) == "http.bad_limit");
    }
    CHECK(test::problem_code(world.get("/v1/grants?after=xyz"), 400) == "http.bad_cursor");
    CHECK(test::problem_code(world.get("/v1/members?after=Not%20one"), 400) == "http.bad_cursor");
    CHECK(test::problem_code(world.get("/v1/data?after=%20x"), 400) == "http.bad_cursor");
}

TEST_CASE("a grant shows its terms, its status and why") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const ledger::TxId tx = world.commit("ann", {test::grant("a", "bob")});
    const std::string id = to_hex(ledger::grant_id(tx, 0).value);
    const json::Value body = test::json_of(world.get("/v1/grants/" + id));
    const json::Value& grant = at(body, "grant");
    CHECK(grant.text_at("id") == id);
    CHECK(grant.text_at("grantor") == "ann");
    CHECK(grant.text_at("grantee") == "bob");
    CHECK(grant.text_at("status") == "active");
    CHECK(grant.text_at("reason") == "");
    CHECK(grant.unsigned_at("uses_left") == 5U);
    CHECK(grant.array_at("operations")->size() == 2);
    CHECK(at(grant, "parent").is_null());
    CHECK(body.unsigned_at("time_ms") == world.now().value);
    CHECK(test::problem_code(world.get("/v1/grants/" + std::string(64, '1')), 404) == "grant.not_found");
    CHECK(test::problem_code(world.get("/v1/grants/12"), 400) == "http.bad_id");
}

TEST_CASE("a status at the tip follows the clock, though an idle chain makes no blocks") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const ledger::TxId tx = world.commit("ann", {test::grant("a", "bob")});
    const std::string path = "/v1/grants/" + to_hex(ledger::grant_id(tx, 0).value);
    const Height height = world.height();
    CHECK(at(test::json_of(world.get(path)), "grant").text_at("status") == "active");
    world.advance(4'000'000);
    CHECK(at(test::json_of(world.get(path)), "grant").text_at("status") == "expired");
    CHECK(world.height() == height);
    const json::Value then = test::json_of(world.get(path + "?at_height=" + std::to_string(height.value)));
    CHECK(at(then, "grant").text_at("status") == "active");
}

TEST_CASE("the past is told as it was") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const ledger::TxId tx = world.commit("ann", {test::grant("a", "bob")});
    const ledger::GrantId id = ledger::grant_id(tx, 0);
    const std::string before = std::to_string(world.height().value);
    world.commit("rex", {ledger::RevokeGrant{.grant = id, .reason = "law changed"}});
    const std::string path = "/v1/grants/" + to_hex(id.value);
    const json::Value now_body = test::json_of(world.get(path));
    const json::Value& now = at(now_body, "grant");
    CHECK(now.text_at("status") == "revoked");
    CHECK(now.text_at("reason") == "law changed");
    CHECK(at(now, "revocation").text_at("by") == "rex");
    CHECK(at(test::json_of(world.get(path + "?at_height=" + before)), "grant").text_at("status") == "active");
    CHECK(test::problem_code(world.get(path + "?at_height=1"), 404) == "grant.not_found");
    CHECK(test::problem_code(world.get(path + "?at_height=999"), 404) == "state.height_ahead");
    CHECK(test::problem_code(world.get(path + "?at_height=x"), 400) == "http.bad_number");
    CHECK(test::problem_code(world.get("/v1/data/a?at_height=0"), 404) == "data.not_found");
    CHECK(world.get("/v1/members/bob?at_height=0").status == 200);
}

TEST_CASE("a sub-grant names the grant that ended it") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const ledger::GrantId parent = ledger::grant_id(world.commit("ann", {test::grant("a", "bob")}), 0);
    ledger::Terms terms = test::some_terms();
    terms.depth = 1;
    const ledger::TxId tx = world.commit(
        "bob",
        {ledger::CreateGrant{
            .data = ledger::DatasetId{"a"}, .grantee = ledger::MemberId{"cat"}, .parent = parent, .terms = terms}});
    world.commit("ann", {ledger::RevokeGrant{.grant = parent, .reason = "sold"}});
    const json::Value body = test::json_of(world.get("/v1/grants/" + to_hex(ledger::grant_id(tx, 0).value)));
    const json::Value& grant = at(body, "grant");
    CHECK(grant.text_at("status") == "revoked");
    CHECK(grant.text_at("cause") == to_hex(parent.value));
    CHECK(grant.text_at("reason") == "a grant above it: sold");
}

TEST_CASE("grants are listed by data set, by member and by both") {
    World world;
    world.commit("ann", {test::register_data("a"), test::register_data("b")});
    world.commit("ann", {test::grant("a", "bob"), test::grant("a", "cat"), test::grant("b", "bob")});
    const auto total = [&](const std::string& query) {
        const json::Value list = test::json_of(world.get("/v1/grants" + query));
        CHECK(list.array_at("items")->size() == list.unsigned_at("total"));
        return list.unsigned_at("total").value_or(0);
    };
    CHECK(total("") == 3);
    CHECK(total("?data=a") == 2);
    CHECK(total("?member=bob") == 2);
    CHECK(total("?member=ann") == 3);
    CHECK(total("?data=a&member=bob") == 1);
    CHECK(total("?data=none") == 0);
    const json::Value first = test::json_of(world.get("/v1/grants?data=a&member=ann&limit=1"));
    CHECK(first.unsigned_at("total") == 2U);
    CHECK(first.bool_at("more") == true);
    const json::Value second =
        test::json_of(world.get("/v1/grants?data=a&member=ann&limit=1&after=" + std::string{*first.text_at("next")}));
    CHECK(second.bool_at("more") == false);
    CHECK(second.array_at("items")->front().text_at("id") != first.array_at("items")->front().text_at("id"));
}

void grant_often(World& world, const std::string& data, const std::string& to, std::uint64_t times) {
    for (std::uint64_t made = 0; made < times;) {
        std::vector<ledger::Operation> grants;
        for (; grants.size() < ledger::operations_max && made < times; ++made) grants.push_back(test::grant(data, to));
        world.commit("ann", std::move(grants));
    }
}

TEST_CASE("a search that would walk too many grants is refused") {
    World world;
    world.commit("ann", {test::register_data("a")});
    grant_often(world, "a", "bob", grants_walked_max);
    CHECK(world.get("/v1/grants?data=a&member=cat").status == 200);
    world.commit("ann", {test::grant("a", "cat")});
    CHECK(test::problem_code(world.get("/v1/grants?data=a&member=cat"), 422) == "grant.too_many_to_search");
    CHECK(test::json_of(world.get("/v1/grants?member=cat")).unsigned_at("total") == 1U);
}

TEST_CASE("a page of a long list counts so many items and no more, and says so") {
    // What else a page of one grant reads: the token's key, heights, the grant and what it hangs on.
    constexpr std::uint64_t besides = 50;
    World world;
    world.commit("ann", {test::register_data("a"), test::register_data("b")});
    world.commit("ann", {test::grant("b", "cat")});
    grant_often(world, "a", "bob", counted_max);
    const auto page = [&world](const std::string& query) {
        return test::json_of(world.get("/v1/grants?limit=1" + query));
    };
    for (const char* query : {"&data=a", "&member=bob"}) {
        CAPTURE(query);
        const json::Value exact = page(query);
        CHECK(exact.unsigned_at("total") == counted_max);
        CHECK(exact.find("total_is_at_least") == nullptr);
    }
    grant_often(world, "a", "bob", 500);
    for (const char* query : {"&data=a", "&member=bob", "&member=ann"}) {
        CAPTURE(query);
        (void)world.take_read();
        const json::Value first = page(query);
        CHECK(world.take_read() <= counted_max + besides);
        CHECK(first.unsigned_at("total") == counted_max);
        CHECK(first.bool_at("total_is_at_least") == true);
        CHECK(first.array_at("items")->size() == 1);
        CHECK(first.bool_at("more") == true);
        const json::Value second = page(query + ("&after=" + std::string{*first.text_at("next")}));
        CHECK(second.array_at("items")->front().text_at("id") > first.array_at("items")->front().text_at("id"));
    }
    (void)world.take_read();
    CHECK(test::problem_code(world.get("/v1/grants?data=a&member=bob"), 422) == "grant.too_many_to_search");
    CHECK(world.take_read() <= grants_walked_max + besides);
    // Of all grants the state itself knows how many there are.
    const json::Value all = page("");
    CHECK(all.unsigned_at("total") == counted_max + 501);
    CHECK(all.find("total_is_at_least") == nullptr);
    CHECK(world.take_read() <= besides);
    CHECK(page("&member=cat").unsigned_at("total") == 1U);
}

TEST_CASE("a page of the past passes over so much that came later and no more, and can be gone on from") {
    constexpr std::uint64_t besides = 200;
    World world;
    world.commit("ann", {test::register_data("a")});
    world.commit("ann", {test::grant("a", "bob"), test::grant("a", "bob")});
    const std::string at = "&at_height=" + std::to_string(world.height().value);
    grant_often(world, "a", "bob", ledger::page_looks_max + 2000);
    for (const char* query : {"", "&data=a", "&member=bob"}) {
        CAPTURE(query);
        std::set<std::string> seen;
        std::string after;
        int pages = 0;
        for (bool more = true; more; ++pages) {
            (void)world.take_read();
            const json::Value page = test::json_of(world.get("/v1/grants?limit=5" + (query + at) + after));
            CHECK(world.take_read() <= ledger::page_looks_max + counted_max + besides);
            for (const json::Value& item : *page.array_at("items")) seen.insert(std::string{*item.text_at("id")});
            const bool is_of_all = std::string_view{query}.empty();
            CHECK(page.bool_at("total_is_at_least") == (is_of_all ? std::nullopt : std::optional{true}));
            CHECK(page.unsigned_at("total") <= 2U);
            more = *page.bool_at("more");
            if (more) after = "&after=" + std::string{*page.text_at("next")};
        }
        CHECK(pages == 2);
        CHECK(seen.size() == 2);
    }
    CHECK(test::problem_code(world.get("/v1/grants?data=a&member=bob" + at), 422) == "grant.too_many_to_search");
}

TEST_CASE("the logs of a pair show their state in both orders of the names") {
    World world;
    const auto anchor = [](const std::string& with, std::uint64_t epoch, std::uint64_t count) {
        return ledger::LogAnchor{
            .with = ledger::MemberId{with}, .epoch = ledger::LogEpoch{epoch}, .root = {}, .count = count};
    };
    const std::string path = "/v1/logs?a=lab&b=ward&epoch=";
    const auto state = [&](const std::string& epoch) {
        return std::string{*test::json_of(world.get(path + epoch)).text_at("state")};
    };
    CHECK(test::problem_code(world.get(path + "1"), 404) == "log.not_found");
    world.commit("lab", {anchor("ward", 1, 7), anchor("ward", 2, 7)});
    CHECK(state("1") == "ANCHORED");
    world.commit("ward", {anchor("lab", 1, 7), anchor("lab", 2, 8)});
    CHECK(state("1") == "MATCHED");
    CHECK(state("2") == "MISMATCH");
    world.commit("lab", {anchor("ward", 3, 7)});
    world.advance(61'000);
    CHECK(state("3") == "UNMATCHED");
    world.advance(61'000);
    CHECK(state("3") == "EXPIRED");
    const json::Value body = test::json_of(world.get("/v1/logs?a=ward&b=lab&epoch=1"));
    REQUIRE(body.array_at("anchors")->size() == 2);
    CHECK(body.array_at("anchors")->front().text_at("member") == "lab");
    CHECK(body.array_at("anchors")->front().unsigned_at("count") == 7U);
    CHECK(body.array_at("anchors")->front().text_at("tx")->size() == 64);
    CHECK(test::problem_code(world.get("/v1/logs?a=lab&b=ward"), 400) == "http.bad_pair");
    CHECK(test::problem_code(world.get("/v1/logs?a=lab&b=lab&epoch=1"), 400) == "http.bad_pair");
    CHECK(test::problem_code(world.get("/v1/logs?a=lab&b=ward&epoch=x"), 400) == "http.bad_number");
}

}  // namespace
}  // namespace datadeed::api
