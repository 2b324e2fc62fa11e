#pragma once

#include <cstdint>
#include <string_view>

namespace datadeed::crypto {

// The rule that a self test, a key file, a note, a proof or a policy broke. Numbers are not kept anywhere: code() is
// the stable name.
enum class Error : std::uint8_t {
    // self_test.h
    signature_verdicts_must_be_the_pinned_ones,
    keys_outside_the_prime_order_group_must_be_refused,
    hash_must_give_the_published_values,

    // keyfile.h
    keyfile_must_be_well_formed,
    keyfile_version_must_be_known,
    keyfile_cost_must_be_within_bounds,
    keyfile_cost_must_fit_in_memory,
    keyfile_must_open_with_the_passphrase,
    keyfile_must_hold_the_key_it_names,

    // note.h
    note_must_be_within_its_size,
    note_must_be_plain_text,
    note_must_have_a_blank_line_before_its_signatures,
    note_must_have_a_signature,
    note_must_have_few_enough_signatures,
    signature_line_must_be_well_formed,
    key_name_must_be_well_formed,
    vkey_must_be_well_formed,
    vkey_type_must_be_known,
    vkey_id_must_match_its_key,
    key_must_be_in_the_prime_order_group,
    signature_of_a_known_key_must_verify,

    // checkpoint.h
    checkpoint_must_be_well_formed,

    // tlog_proof.h
    proof_must_be_within_its_size,
    proof_must_be_well_formed,
    proof_path_must_be_short_enough,

    // policy.h
    policy_must_be_well_formed,
    policy_keys_must_be_distinct,
    policy_quorum_must_be_reachable,
    proof_origin_must_be_that_of_the_policy,
    proof_must_lead_to_the_root,
    proof_must_have_a_quorum_of_cosignatures,  // keep last: error.cpp checks its table against it
};

// The stable dotted code for programs, such as "keyfile.wrong_passphrase".
[[nodiscard]] std::string_view code(Error error);

// What was wrong, as a sentence part for people, without a final stop.
[[nodiscard]] std::string_view describe(Error error);

}  // namespace datadeed::crypto
