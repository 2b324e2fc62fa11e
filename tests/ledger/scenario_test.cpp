#include <map>
#include <utility>

#include "ledger/effective.h"
#include "ledger/state_keys.h"
#include "ledger/views.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// A grant, a narrower sub-grant, a sale of the data, a revocation by the new owner: each with its exact effect from its
// height on, and the past told as it was.

namespace datadeed::ledger::test {
namespace {

// What the chain said at each height, as a node that keeps old versions would.
struct History {
    std::map<Height, std::pair<MapState, TimeMs>> states{};

    void keep(const World& world) { states[world.height()] = {world.state(), world.now()}; }

    [[nodiscard]] std::string status(const GrantId& id, Height height) const {
        const auto& [state, time] = states.at(height);
        const std::optional<GrantRecord> grant = find_grant(state, id);
        return grant ? std::string{name(effective(lineage_of(id, *grant, state), time).status)} : "none";
    }
};

}  // namespace

TEST_CASE("a sale changes no grant, the new owner may end one with all below it, and the past stays as it was") {
    World world = world_with_census();
    History history;
    const auto after = [&](const std::string& signer, const Operation& operation) {
        const TxId tx = world.must(signer, operation);
        history.keep(world);
        return tx;
    };

    const CreateGrant to_una{.data = census, .grantee = MemberId{"una"}, .parent = {}, .terms = usual_terms()};
    const GrantId top = grant_id(after("ann", to_una), 0);
    const Height granted = world.height();
    Terms less = narrower(usual_terms());
    less.operations = {QueryOperation::count};
    less.uses = 10;
    const CreateGrant to_uri{.data = census, .grantee = MemberId{"uri"}, .parent = top, .terms = less};
    const GrantId sub = grant_id(after("una", to_uri), 0);
    const Height narrowed = world.height();

    after("ann", TransferOffer{.data = census, .to = MemberId{"ben"}, .share = whole});
    after("ben", TransferAccept{.data = census});
    const Height sold = world.height();
    CHECK(world.submit("ann", to_una) == Refusal::grant_no_right_to_grant);
    CHECK(world.submit("rep", RecordUses{.grant = sub, .count = 3}) == std::nullopt);
    history.keep(world);

    after("ben", RevokeGrant{.grant = top, .reason = "the sale's terms"});
    const Height revoked = world.height();
    CHECK(world.submit("rep", RecordUses{.grant = sub, .count = 1}) == Refusal::grant_revoked);
    CHECK(world.submit("una", to_uri) == Refusal::grant_revoked);

    for (Height height = granted; height <= revoked; height = height.next()) {
        INFO("height " << height.value);
        CHECK(history.status(top, height) == (height < revoked ? "active" : "revoked"));
        CHECK(history.status(sub, height) == (height < narrowed ? "none" : height < revoked ? "active" : "revoked"));
    }
    const MapState& past = history.states.at(sold).first;
    CHECK(find_data(past, census)->share_of(MemberId{"ben"}) == whole);
    CHECK(find_grant(past, top)->used == 0);
    CHECK(find_grant(world.state(), top)->used == 3);
    CHECK(find_data(history.states.at(narrowed).first, census)->share_of(MemberId{"ann"}) == whole);
}

TEST_CASE("lists come in pages that join without gap or repetition") {
    World world;
    std::vector<DatasetId> registered;
    for (int i = 0; i < 25; ++i) {
        registered.emplace_back("set " + std::to_string(100 + i));
        world.must(i % 2 == 0 ? "ann" : "ben",
                   RegisterData{.data = registered.back(), .title = "T", .type = "table", .commitment = {}});
    }
    for (const std::size_t limit : {1U, 4U, 25U, 26U}) {
        std::vector<DatasetId> seen;
        std::optional<DatasetId> last;
        for (bool more = true; more;) {
            const auto page = list_data(world.state(), last, limit);
            for (const auto& item : page.items) seen.push_back(item.id);
            more = page.more;
            if (!seen.empty()) last = seen.back();
        }
        CHECK(seen == registered);
    }
    const auto of_ben = list_data_of(world.state(), MemberId{"ben"}, std::nullopt, 100);
    CHECK(of_ben.items.size() == 12);
    CHECK(of_ben.items.front().id == registered[1]);
    CHECK(!of_ben.more);
    CHECK(count_data_of(world.state(), MemberId{"ann"}, 100) == Count{.items = 13});
    CHECK(list_members(world.state(), MemberId{"op"}, 1).items.front().id == MemberId{"reg"});
}

TEST_CASE("grants are listed by data set and by both their members, offers by data set") {
    World world = world_with_census();
    CreateGrant operation{.data = census, .grantee = MemberId{"una"}, .parent = {}, .terms = usual_terms()};
    const GrantId one = world.must_grant("ann", operation);
    operation.data = DatasetId{"maps"};
    operation.grantee = MemberId{"uri"};
    const GrantId other = world.must_grant("ann", operation);
    const auto only = [](const Page<GrantId, GrantRecord>& page) {
        REQUIRE(page.items.size() == 1);
        return page.items.front().id;
    };
    CHECK(only(list_grants_of(world.state(), census, {}, 9)) == one);
    CHECK(only(list_grants_of(world.state(), DatasetId{"maps"}, {}, 9)) == other);
    CHECK(only(list_grants_of(world.state(), MemberId{"una"}, {}, 9)) == one);
    CHECK(only(list_grants_of(world.state(), MemberId{"uri"}, {}, 9)) == other);
    CHECK(list_grants_of(world.state(), MemberId{"ann"}, {}, 9).items.size() == 2);
    CHECK(count_grants_of(world.state(), MemberId{"ann"}, 100) == Count{.items = 2});
    CHECK(count_grants_of(world.state(), census, 100) == Count{.items = 1});
    CHECK(list_grants(world.state(), {}, 9).items.size() == 2);

    world.must("ann", TransferOffer{.data = census, .to = MemberId{"ben"}, .share = ShareBp{5}});
    const auto offers = list_offers(world.state(), census, {}, 9);
    REQUIRE(offers.items.size() == 1);
    CHECK(offers.items.front().id == MemberId{"ben"});
    CHECK(offers.items.front().record.share == ShareBp{5});
}

// Counts what is read of the state behind it.
class CountingReader final : public StateReader {
public:
    explicit CountingReader(const StateReader& behind) : behind_{&behind} {}

    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override { return behind_->get(key); }
    [[nodiscard]] std::vector<Entry> scan(ByteView prefix, ByteView after, std::size_t limit) const override {
        std::vector<Entry> entries = behind_->scan(prefix, after, limit);
        read_ += entries.size();
        return entries;
    }
    // Since it was last asked.
    [[nodiscard]] std::size_t take_read() const { return std::exchange(read_, 0); }

private:
    const StateReader* behind_;
    mutable std::size_t read_{0};
};

TEST_CASE("counting a list reads one item more than is to be counted, however long it is") {
    MapState state;
    StateChanges changes;
    GrantId id{};
    for (std::uint32_t i = 0; i < 3000; ++i) {
        id.value[0] = static_cast<std::uint8_t>(i >> 8U);
        id.value[1] = static_cast<std::uint8_t>(i);
        changes[state_keys::grant_of_member(MemberId{"una"}, id)] = Bytes{1};
    }
    state.apply(changes);
    const CountingReader reader{state};
    const MemberId una{"una"};
    for (const std::uint64_t most : {1U, 7U, 1023U, 1024U, 1025U, 2999U}) {
        CAPTURE(most);
        CHECK(count_grants_of(reader, una, most) == Count{.items = most, .more = true});
        CHECK(reader.take_read() == most + 1);
    }
    for (const std::uint64_t most : {3000U, 3001U, 100'000U}) {
        CAPTURE(most);
        CHECK(count_grants_of(reader, una, most) == Count{.items = 3000});
        CHECK(reader.take_read() == 3000);
    }
    CHECK(count_grants_of(reader, MemberId{"uri"}, 5) == Count{});
}

TEST_CASE("a list of what can't exist is empty") {
    World world = world_with_census();
    const GrantId grant = world.must_grant(
        "ann", CreateGrant{.data = census, .grantee = MemberId{"una"}, .parent = {}, .terms = usual_terms()});
    std::string spoof = "una";
    spoof.push_back('\0');
    spoof += as_text(ByteView{grant.value}.first(4));
    CHECK(list_grants_of(world.state(), MemberId{spoof}, {}, 9).items.empty());
    CHECK(list_data_of(world.state(), MemberId{std::string("ann\0", 4)}, {}, 9).items.empty());
    CHECK(list_grants_of(world.state(), DatasetId{std::string(300, 'x')}, {}, 9).items.empty());
    CHECK(list_offers(world.state(), DatasetId{std::string(256, 'x')}, {}, 9).items.empty());
}

}  // namespace datadeed::ledger::test
