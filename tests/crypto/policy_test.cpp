#include "crypto/policy.h"

#include <rapidcheck.h>

#include "tests/crypto/samples.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

std::string name_of(std::uint8_t number) {
    return "node" + std::to_string(number) + ".example";
}

VerifierKey cosigner(std::uint8_t number) {
    return {.name = name_of(number), .type = KeyType::cosignature, .key = test::key_number(number).public_key()};
}

// Four cosigners, of which three are enough.
Policy policy() {
    return {.origin = "datadeed.example/log",
            .cosigners = {cosigner(1), cosigner(2), cosigner(3), cosigner(4)},
            .quorum = 3};
}

std::string note_by(const Checkpoint& checkpoint, const std::vector<std::uint8_t>& numbers) {
    Note note{.text = format_checkpoint(checkpoint), .signatures = {}};
    for (const std::uint8_t number : numbers) {
        note.signatures.push_back(cosign_note(note.text, name_of(number), test::key_number(number), 1000U + number));
    }
    return format_note(note);
}

// Entry 5 of 11, cosigned by these.
TlogProof proof_by(const std::vector<std::uint8_t>& numbers) {
    return {.extra = {},
            .index = 5,
            .path = inclusion_path(test::leaves(11), 5),
            .checkpoint = note_by(test::checkpoint_of(11), numbers)};
}

std::optional<Error> refusal(const TlogProof& proof, std::uint64_t entry = 5, const Policy& under = policy()) {
    const Result<VerifiedProof, Error> verified = verify_proof(under, test::entry_number(entry), proof);
    return verified ? std::nullopt : std::optional{verified.error()};
}

std::optional<Error> policy_refusal(std::string_view text) {
    const Result<Policy, Error> parsed = parse_policy(text);
    return parsed ? std::nullopt : std::optional{parsed.error()};
}

}  // namespace

TEST_CASE("a policy is written and read back") {
    const std::string text = format_policy(policy());
    CHECK(text == "origin datadeed.example/log\ncosigner " + format_vkey(cosigner(1)) + "\ncosigner " +
                      format_vkey(cosigner(2)) + "\ncosigner " + format_vkey(cosigner(3)) + "\ncosigner " +
                      format_vkey(cosigner(4)) + "\nquorum 3\n");
    CHECK(parse_policy(text).value() == policy());
    CHECK(parse_policy("# who we trust\n\n" + text + "\n# the end\n").value() == policy());
}

TEST_CASE("a policy has one form") {
    const std::string one = "cosigner " + format_vkey(cosigner(1)) + "\n";
    const std::string two = "cosigner " + format_vkey(cosigner(2)) + "\n";
    CHECK_FALSE(policy_refusal("origin o\n" + one + "quorum 1\n"));
    for (const std::string& wrong : {
             std::string{},
             std::string{"origin o\nquorum 1\n"},
             one + "quorum 1\n",
             "origin o\n" + one,
             "origin \n" + one + "quorum 1\n",
             "origin o\n" + one + "quorum 1",
             "origin o\n" + one + "quorum 01\n",
             "origin o\n" + one + "quorum one\n",
             "origin o\n" + one + "quorum 1\nquorum 1\n",
             "origin o\n" + one + "quorum 1\n" + two,
             "origin o\norigin o\n" + one + "quorum 1\n",
             "origin o\n" + one + "witness x\nquorum 1\n",
             " origin o\n" + one + "quorum 1\n",
             "origin o\r\n" + one + "quorum 1\n",
             "# \xff\norigin o\n" + one + "quorum 1\n",
             std::string(policy_size_max, '\n') + "origin o\n" + one + "quorum 1\n",
         }) {
        CAPTURE(wrong.substr(0, 100));
        CHECK(policy_refusal(wrong) == Error::policy_must_be_well_formed);
    }
    CHECK(policy_refusal("origin o\n" + one + "quorum 0\n") == Error::policy_quorum_must_be_reachable);
    CHECK(policy_refusal("origin o\n" + one + "quorum 2\n") == Error::policy_quorum_must_be_reachable);
    CHECK(policy_refusal("origin o\n" + one + two + one + "quorum 1\n") == Error::policy_keys_must_be_distinct);
    CHECK(policy_refusal("origin o\ncosigner x\nquorum 1\n") == Error::vkey_must_be_well_formed);
}

TEST_CASE("one key under two names is one key") {
    Policy twice = policy();
    twice.cosigners[1].key = twice.cosigners[0].key;
    CHECK(check_policy(twice).error() == Error::policy_keys_must_be_distinct);
    CHECK(refusal(proof_by({1, 2, 3}), 5, twice) == Error::policy_keys_must_be_distinct);
}

TEST_CASE("a policy takes cosigning keys of the prime-order group only") {
    Policy other = policy();
    other.cosigners[0].type = KeyType::ed25519;
    CHECK(check_policy(other).error() == Error::policy_must_be_well_formed);
    other = policy();
    other.cosigners[0].key = PublicKey{};
    CHECK(check_policy(other).error() == Error::policy_must_be_well_formed);
    other = policy();
    other.cosigners.clear();
    CHECK(check_policy(other).error() == Error::policy_must_be_well_formed);
}

TEST_CASE("a proof that a quorum cosigned verifies and names the cosigners") {
    const VerifiedProof verified = verify_proof(policy(), test::entry_number(5), proof_by({4, 1, 2})).value();
    CHECK(verified.index == 5);
    CHECK(verified.checkpoint == test::checkpoint_of(11));
    CHECK(verified.cosigners == std::vector<CosignedBy>{{.name = name_of(1), .key = cosigner(1).key, .time_s = 1001},
                                                        {.name = name_of(2), .key = cosigner(2).key, .time_s = 1002},
                                                        {.name = name_of(4), .key = cosigner(4).key, .time_s = 1004}});
    CHECK_FALSE(refusal(proof_by({1, 2, 3, 4, 9})));
}

TEST_CASE("too few cosigners are not a quorum, however often they sign") {
    CHECK(refusal(proof_by({1, 2})) == Error::proof_must_have_a_quorum_of_cosignatures);
    CHECK(refusal(proof_by({1, 2, 2, 1, 1})) == Error::proof_must_have_a_quorum_of_cosignatures);
    CHECK(refusal(proof_by({1, 2, 8, 9})) == Error::proof_must_have_a_quorum_of_cosignatures);
    TlogProof proof = proof_by({1, 2});
    Note note = parse_note(proof.checkpoint).value();
    note.signatures.push_back(sign_note(note.text, name_of(3), test::key_number(3)));
    proof.checkpoint = format_note(note);
    CHECK(refusal(proof) == Error::proof_must_have_a_quorum_of_cosignatures);
}

TEST_CASE("a proof of something else is refused, each for its reason") {
    const TlogProof good = proof_by({1, 2, 3});
    CHECK_FALSE(refusal(good));
    CHECK(refusal(good, 6) == Error::proof_must_lead_to_the_root);
    TlogProof other = good;
    other.index = 4;
    CHECK(refusal(other) == Error::proof_must_lead_to_the_root);
    other = good;
    other.path[0][0] ^= 1U;
    CHECK(refusal(other) == Error::proof_must_lead_to_the_root);
    other = good;
    other.path.pop_back();
    CHECK(refusal(other) == Error::proof_must_lead_to_the_root);

    Checkpoint elsewhere = test::checkpoint_of(11);
    elsewhere.origin = "other.example/log";
    other = good;
    other.checkpoint = note_by(elsewhere, {1, 2, 3});
    CHECK(refusal(other) == Error::proof_origin_must_be_that_of_the_policy);
    other.checkpoint = "nothing";
    CHECK(refusal(other) == Error::note_must_have_a_blank_line_before_its_signatures);
    other.checkpoint =
        format_note({.text = "nothing\n", .signatures = {sign_note("nothing\n", "a", test::key_number(1))}});
    CHECK(refusal(other) == Error::checkpoint_must_be_well_formed);
    other = good;
    other.checkpoint.replace(other.checkpoint.find("\n11\n"), 4, "\n12\n");
    CHECK(refusal(other) == Error::signature_of_a_known_key_must_verify);
}

// Leaves are hashed apart from nodes, so an inner node can't pass for an entry.
TEST_CASE("an inner node is not an entry") {
    const std::vector<Digest> tree = test::leaves(2);
    Bytes both = to_bytes(tree[0]);
    append(both, tree[1]);
    const TlogProof proof{
        .extra = {}, .index = 0, .path = {}, .checkpoint = note_by(test::checkpoint_of(2), {1, 2, 3})};
    CHECK(verify_proof(policy(), both, proof).error() == Error::proof_must_lead_to_the_root);
}

TEST_CASE("any bit of a proof's file that is changed is refused or changes nothing that is trusted") {
    const std::string text = format_tlog_proof(proof_by({1, 2, 3}));
    const VerifiedProof honest = verify_proof(policy(), test::entry_number(5), parse_tlog_proof(text).value()).value();
    REQUIRE(rc::check("one bit", [&](std::uint16_t place) {
        std::string changed = text;
        const std::size_t bit = place % (text.size() * 8);
        changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
        const Result<TlogProof, Error> proof = parse_tlog_proof(changed);
        if (!proof) return;
        const Result<VerifiedProof, Error> verified = verify_proof(policy(), test::entry_number(5), *proof);
        if (verified) RC_ASSERT(verified.value() == honest);
    }));
}

TEST_CASE("a checkpoint alone verifies under a policy") {
    const std::string note = note_by(test::checkpoint_of(7), {2, 3, 4});
    const VerifiedCheckpoint verified = verify_checkpoint(policy(), note).value();
    CHECK(verified.checkpoint == test::checkpoint_of(7));
    CHECK(verified.cosigners.size() == 3);
    CHECK(verify_checkpoint(policy(), note_by(test::checkpoint_of(7), {2})).error() ==
          Error::proof_must_have_a_quorum_of_cosignatures);
}

}  // namespace datadeed::crypto
