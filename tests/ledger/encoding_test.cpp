#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "ledger/operation.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// The bytes of every kind of operation, fixed: whoever changes one changes the protocol.

namespace datadeed::ledger::test {
namespace {

const crypto::PublicKey a_key{ByteArray<32>{0xAA}};
const std::string key_hex = "5820aa" + std::string(62, '0');
const crypto::Signature a_signature{ByteArray<64>{0xCC}};
const std::string signature_hex = "5840cc" + std::string(126, '0');
const std::string digest_hex = "5820bb" + std::string(62, '0');

struct Golden {
    Operation operation{};
    std::string hex{};
};

Terms terms() {
    return {.purposes = {Purpose{"p"}},
            .operations = {QueryOperation::count, QueryOperation::quantile},
            .from = TimeMs{1},
            .until = TimeMs{1'000},
            .uses = 24,
            .depth = 8};
}

std::vector<Golden> golden() {
    const GrantId grant{Digest{0xBB}};
    return {
        {AdmitMember{
             .member = MemberId{"a"}, .organisation = "A", .roles = {Role::operator_, Role::observer}, .keys = {a_key}},
         "85016161614182010981" + key_hex},
        {SetRoles{.member = MemberId{"a"}, .roles = {Role::owner}}, "830261618102"},
        {AddKey{.key = a_key}, "8203" + key_hex},
        {RetireKey{.key = a_key}, "8204" + key_hex},
        {RegisterData{.data = DatasetId{"d"}, .title = "T", .type = "t", .commitment = Digest{0xBB}},
         "8505616461546174" + digest_hex},
        {RegisterData{.data = DatasetId{"d"}, .title = "T", .type = "t", .commitment = std::nullopt},
         "8505616461546174f6"},
        {TransferOffer{.data = DatasetId{"d"}, .to = MemberId{"a"}, .share = whole}, "840661646161192710"},
        {TransferWithdraw{.data = DatasetId{"d"}, .to = MemberId{"a"}}, "830761646161"},
        {TransferAccept{.data = DatasetId{"d"}}, "82086164"},
        {AppointManager{.data = DatasetId{"d"}, .manager = MemberId{"a"}, .scope = usual_scope()},
         "84096164616185f6f6f6f608"},
        {RevokeManager{.data = DatasetId{"d"}}, "820a6164"},
        {CreateGrant{.data = DatasetId{"d"}, .grantee = MemberId{"a"}, .parent = grant, .terms = terms()},
         "850b61646161" + digest_hex + "86816170820108011903e8181808"},
        {RevokeGrant{.grant = grant, .reason = "r"}, "830c" + digest_hex + "6172"},
        {RecordUses{.grant = grant, .count = 5}, "830d" + digest_hex + "05"},
        {LogAnchor{.with = MemberId{"a"}, .epoch = LogEpoch{1}, .root = Digest{0xBB}, .count = 2},
         "850e616101" + digest_hex + "02"},
        {ProposeChange{.change = {.kind = NodeChangeKind::add_validator,
                                  .member = MemberId{"a"},
                                  .keys = NodeKeys{.vote = a_key, .link = a_key, .cosign = a_key},
                                  .ready = NodeReadiness{.height = Height{5},
                                                         .by_vote = a_signature,
                                                         .by_link = a_signature,
                                                         .by_cosign = a_signature}},
                       .until = TimeMs{1'000}},
         "830f8401616183" + key_hex + key_hex + key_hex + "8405" + signature_hex + signature_hex + signature_hex +
             "1903e8"},
        {ProposeChange{.change = {.kind = NodeChangeKind::replace_keys,
                                  .member = MemberId{"a"},
                                  .keys = NodeKeys{.vote = std::nullopt, .link = a_key, .cosign = std::nullopt},
                                  .ready = NodeReadiness{.height = Height{5},
                                                         .by_vote = std::nullopt,
                                                         .by_link = a_signature,
                                                         .by_cosign = std::nullopt}},
                       .until = TimeMs{1'000}},
         "830f8405616183f6" + key_hex + "f68405f6" + signature_hex + "f61903e8"},
        {ProposeChange{.change = {.kind = NodeChangeKind::remove_observer,
                                  .member = MemberId{"a"},
                                  .keys = std::nullopt,
                                  .ready = std::nullopt},
                       .until = TimeMs{1'000}},
         "830f84046161f6f61903e8"},
        {VoteChange{.change = ChangeId{Digest{0xBB}}, .approve = true}, "8310" + digest_hex + "f5"},
        {ReportEvidence{.evidence = {0x01, 0x02}}, "8211420102"},
    };
}

}  // namespace

TEST_CASE("each kind of operation has these bytes and no others") {
    std::set<std::size_t> kinds;
    for (const auto& [operation, hex] : golden()) {
        INFO(name(operation));
        CHECK(to_hex(encode(operation)) == hex);
        CHECK(decode<Operation>(*from_hex(hex)).value() == operation);
        kinds.insert(operation.index());
    }
    CHECK(kinds.size() == std::variant_size_v<Operation>);
}

TEST_CASE("a kind's number and name are its own") {
    std::map<std::uint8_t, std::string_view> names;
    for (const auto& [operation, hex] : golden()) {
        const OperationKind kind = std::visit([](const auto& alternative) { return alternative.kind; }, operation);
        names[static_cast<std::uint8_t>(kind)] = name(operation);
        CHECK(name(kind) == name(operation));
    }
    CHECK(names.size() == std::variant_size_v<Operation>);
}

TEST_CASE("an operation of an unknown kind, or with a field too many or too few, is no operation") {
    for (const char* hex :
         {"82006164", "820f6164", "81086164", "8308616400", "8108", "80", "a108", "82116164", "82126164", "821818"}) {
        INFO(hex);
        CHECK(!decode<Operation>(*from_hex(hex)));
    }
}

TEST_CASE("an operation with an unknown role or query is no operation") {
    CHECK(!decode<Operation>(*from_hex("83026161810a")));
    CHECK(!decode<Operation>(*from_hex("830261618100")));
    Bytes grant = encode(Operation{CreateGrant{.data = {}, .grantee = {}, .parent = {}, .terms = terms()}});
    REQUIRE(decode<Operation>(grant));
    *std::ranges::find(grant, std::uint8_t{8}) = 9;
    CHECK(!decode<Operation>(grant));
}

TEST_CASE("roles and queries have a name each, and the way back") {
    for (std::uint8_t number = 1; number <= roles_max; ++number) {
        const Role role{number};
        CHECK(role_from(name(role)) == role);
    }
    for (std::uint8_t number = 1; number <= query_operations_max; ++number) {
        const QueryOperation operation{number};
        CHECK(query_operation_from(name(operation)) == operation);
    }
    CHECK(name(Role::operator_) == "operator");
    CHECK(!role_from("king"));
    CHECK(!query_operation_from("COUNT"));
}

TEST_CASE("member ids are short lower-case words") {
    for (const char* good : {"a", "0", "ann", "node-1", "a.b_c-d"}) CHECK(is_member_id(good));
    CHECK(is_member_id(std::string(63, 'a')));
    CHECK(!is_member_id(std::string(64, 'a')));
    for (const char* bad : {"", "Ann", "-a", ".a", "_a", "a b", "ä", "a/b"}) CHECK(!is_member_id(bad));
}

TEST_CASE("terms are put in order, and nothing else about them changes") {
    Terms mixed = terms();
    mixed.purposes = {Purpose{"z"}, Purpose{"a"}, Purpose{"z"}};
    mixed.operations = {QueryOperation::max, QueryOperation::count, QueryOperation::max};
    Terms expected = terms();
    expected.purposes = {Purpose{"a"}, Purpose{"z"}};
    expected.operations = {QueryOperation::count, QueryOperation::max};
    CHECK(in_order(mixed) == expected);
    CHECK(check(in_order(mixed)));
}

}  // namespace datadeed::ledger::test
