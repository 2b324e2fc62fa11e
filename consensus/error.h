#pragma once

#include <cstdint>
#include <string_view>

namespace datadeed::consensus {

// Why a message, a certificate or a piece of evidence is refused: the rule that it breaks.
enum class Error : std::uint8_t {
    signer_must_be_a_validator,
    signature_must_verify,
    number_must_be_within_its_limit,
    proposal_must_come_from_the_primary,
    prepare_must_not_come_from_the_primary,
    new_view_must_come_from_the_primary,
    certificate_must_have_a_quorum,
    certificate_signers_must_be_distinct_and_in_order,
    prepared_certificate_must_have_a_quorum,
    committed_height_must_have_its_certificate,
    prepared_height_must_follow_the_committed,
    prepared_view_must_be_before_the_new_view,
    new_view_must_have_a_quorum_of_view_changes,
    view_changes_must_be_for_the_new_view,
    evidence_must_contradict_itself,
    view_must_be_of_the_epoch,
    height_must_be_of_the_epoch,
};

// Why a validator must stop: what at most f faulty ones, with sound disks, can't bring about.
enum class HaltReason : std::uint8_t {
    one_height_must_have_one_certificate,
    one_view_must_prepare_one_block,
    own_votes_must_be_in_the_journal,
};

// The rule as a sentence for people.
[[nodiscard]] std::string_view describe(Error error);

}  // namespace datadeed::consensus
