#include "ledger/state_keys.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

TransferOffer offer_of(const std::string& to, std::uint32_t share) {
    return {.data = census, .to = MemberId{to}, .share = ShareBp{share}};
}

std::vector<Ownership> owners_of(const World& world) {
    return find_data(world.state(), census)->owners;
}

}  // namespace

Ladder ladder_of_register_data() {
    World world = world_with_census();
    Ladder ladder;
    RegisterData operation{.data = DatasetId{"census "}, .title = "", .type = "", .commitment = {}};
    std::string signer = "una";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::data_id_malformed);
    operation.data = census;
    expect(Refusal::data_title_empty);
    operation.title = std::string(257, 'x');
    expect(Refusal::data_title_malformed);
    operation.title = std::string(256, 'x');
    expect(Refusal::data_type_malformed);
    operation.type = "table";
    expect(Refusal::data_owner_role_required);
    signer = "ann";
    expect(Refusal::data_exists);
    operation.data = DatasetId{"census/2"};
    world.must(signer, operation);
    return ladder;
}

Ladder ladder_of_transfer_offer() {
    World world = world_with_census();
    Ladder ladder;
    TransferOffer operation{.data = DatasetId{"nothing"}, .to = MemberId{"ben"}, .share = ShareBp{0}};
    std::string signer = "ben";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::transfer_share_out_of_range);
    operation.share = ShareBp{10'001};
    expect(Refusal::transfer_share_out_of_range);
    operation.share = ShareBp{10'000};
    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::transfer_to_self);
    operation.to = MemberId{"nobody"};
    expect(Refusal::transfer_recipient_not_found);
    operation.to = MemberId{"una"};
    expect(Refusal::transfer_share_not_held);
    signer = "ann";
    world.must(signer, operation);
    expect(Refusal::transfer_already_offered);
    return ladder;
}

Ladder ladder_of_transfer_withdraw() {
    World world = world_with_census();
    Ladder ladder;
    TransferWithdraw operation{.data = DatasetId{"nothing"}, .to = MemberId{"ben"}};
    std::string signer = "una";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::transfer_not_offered);
    world.must("ann", offer_of("ben", 10));
    expect(Refusal::transfer_not_a_party);
    signer = "ann";
    world.must(signer, operation);
    expect(Refusal::transfer_not_offered);
    return ladder;
}

Ladder ladder_of_transfer_accept() {
    World world = world_with_census();
    Ladder ladder;
    TransferAccept operation{.data = DatasetId{"nothing"}};
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit("ben", operation)}); };

    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::transfer_not_offered);
    world.must("ann", offer_of("ben", 10));
    world.must("ann", offer_of("una", 10'000));
    world.must("una", operation);
    expect(Refusal::transfer_share_not_held);
    world.must("ben", TransferWithdraw{.data = census, .to = MemberId{"ben"}});
    for (int i = 0; i < 63; ++i) {
        const std::string owner = "owner-" + std::to_string(i);
        world.must("op", AdmitMember{.member = MemberId{owner},
                                     .organisation = owner,
                                     .roles = {Role::owner},
                                     .keys = {public_key_of(owner)}});
        world.must("una", offer_of(owner, 1));
        world.must(owner, operation);
    }
    world.must("una", offer_of("ben", 1));
    expect(Refusal::transfer_too_many_owners);
    return ladder;
}

TEST_CASE("registering data asks its rules in this order") {
    check_ladder(ladder_of_register_data());
}

TEST_CASE("offering a share asks its rules in this order") {
    check_ladder(ladder_of_transfer_offer());
}

TEST_CASE("withdrawing an offer asks its rules in this order") {
    check_ladder(ladder_of_transfer_withdraw());
}

TEST_CASE("accepting a share asks its rules in this order") {
    check_ladder(ladder_of_transfer_accept());
}

TEST_CASE("whoever registers data owns the whole of it") {
    World world;
    const Digest commitment{1, 2, 3};
    world.must("ann", RegisterData{.data = census, .title = "人口普查", .type = "table", .commitment = commitment});
    CHECK(find_data(world.state(), census) == DataRecord{.title = "人口普查",
                                                         .type = "table",
                                                         .commitment = commitment,
                                                         .registrant = MemberId{"ann"},
                                                         .registered = Height{1},
                                                         .owners = {{MemberId{"ann"}, whole}},
                                                         .manager = std::nullopt});
    CHECK(get_totals(world.state()).data == 1);
}

TEST_CASE("a title is one line of UTF-8 without control characters") {
    const auto refused = [](const std::string& title) {
        const auto form = check(RegisterData{.data = census, .title = title, .type = "table", .commitment = {}});
        return form ? std::nullopt : std::optional{form.error()};
    };
    CHECK(!refused("Länder, 2024 (\"all\")"));
    for (const std::string& title :
         {std::string{"a\nb"}, std::string{"a\x7F"}, std::string{"\xC2\x85x"}, std::string{"\xFF"}, std::string{" a"},
          std::string{"a "}, std::string{"a\0b", 3}}) {
        CHECK(refused(title) == Refusal::data_title_malformed);
    }
}

TEST_CASE("an offer moves nothing until it is accepted, and then exactly the share") {
    World world = world_with_census();
    world.must("ann", offer_of("ben", 2'500));
    CHECK(owners_of(world) == std::vector<Ownership>{{MemberId{"ann"}, whole}});
    world.must("ben", TransferAccept{.data = census});
    CHECK(owners_of(world) ==
          std::vector<Ownership>{{MemberId{"ann"}, ShareBp{7'500}}, {MemberId{"ben"}, ShareBp{2'500}}});
    CHECK(!find_offer(world.state(), census, MemberId{"ben"}));

    world.must("ann", offer_of("ben", 7'500));
    world.must("ben", TransferAccept{.data = census});
    CHECK(owners_of(world) == std::vector<Ownership>{{MemberId{"ben"}, whole}});
    CHECK(!world.state().get(state_keys::owned(MemberId{"ann"}, census)));
    CHECK(world.state().get(state_keys::owned(MemberId{"ben"}, census)));
}

TEST_CASE("a recipient may decline an offer") {
    World world = world_with_census();
    world.must("ann", offer_of("ben", 1));
    CHECK(!world.submit("ben", TransferWithdraw{.data = census, .to = MemberId{"ben"}}));
    CHECK(world.submit("ben", TransferAccept{.data = census}) == Refusal::transfer_not_offered);
}

TEST_CASE("half of the shares decides nothing alone") {
    World world = world_with_census();
    world.must("ann", offer_of("ben", 5'000));
    world.must("ben", TransferAccept{.data = census});
    const AppointManager appointment{.data = census, .manager = MemberId{"max"}, .scope = usual_scope()};
    CHECK(world.submit("ann", appointment) == Refusal::data_majority_required);
    CHECK(world.submit("ben", appointment) == Refusal::data_majority_required);
    world.must("ann", offer_of("ben", 1));
    world.must("ben", TransferAccept{.data = census});
    CHECK(world.submit("ann", appointment) == Refusal::data_majority_required);
    CHECK(!world.submit("ben", appointment));
}

}  // namespace datadeed::ledger::test
