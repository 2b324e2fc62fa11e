#include "crypto/error.h"

#include <array>
#include <cstddef>

namespace datadeed::crypto {
namespace {

struct Row {
    Error error{};
    std::string_view code{};
    std::string_view sentence{};
};

constexpr std::array rows{
    Row{Error::signature_verdicts_must_be_the_pinned_ones, "crypto.other_verdicts",
        "this machine's libsodium decides differently on published edge cases of Ed25519 than the protocol demands"},
    Row{Error::keys_outside_the_prime_order_group_must_be_refused, "crypto.torsion_accepted",
        "this machine's libsodium accepts public keys that the protocol must refuse"},
    Row{Error::hash_must_give_the_published_values, "crypto.wrong_hash",
        "this machine's OpenSSL gives wrong SHA-256 values"},
    Row{Error::keyfile_must_be_well_formed, "keyfile.malformed", "this is not a key file, or it is damaged"},
    Row{Error::keyfile_version_must_be_known, "keyfile.unknown_version",
        "the key file was written by a version that this one does not know"},
    Row{Error::keyfile_cost_must_be_within_bounds, "keyfile.cost_out_of_bounds",
        "opening the key file would take more time or memory than is allowed"},
    Row{Error::keyfile_cost_must_fit_in_memory, "keyfile.out_of_memory",
        "there is not enough memory to derive the key from the passphrase"},
    Row{Error::keyfile_must_open_with_the_passphrase, "keyfile.wrong_passphrase",
        "the passphrase is wrong, or the key file was changed"},
    Row{Error::keyfile_must_hold_the_key_it_names, "keyfile.other_key",
        "the key file holds another key than the one it names"},
    Row{Error::note_must_be_within_its_size, "note.too_large", "the note is too large"},
    Row{Error::note_must_be_plain_text, "note.not_text", "the note is not plain UTF-8 text"},
    Row{Error::note_must_have_a_blank_line_before_its_signatures, "note.no_blank_line",
        "the note has no blank line before its signatures"},
    Row{Error::note_must_have_a_signature, "note.no_signature", "the note has no signature"},
    Row{Error::note_must_have_few_enough_signatures, "note.too_many_signatures", "the note has too many signatures"},
    Row{Error::signature_line_must_be_well_formed, "note.bad_signature_line",
        "a signature line of the note is malformed"},
    Row{Error::key_name_must_be_well_formed, "key.bad_name",
        "a key name is empty, too long, or has a space, a plus sign or a control character"},
    Row{Error::vkey_must_be_well_formed, "vkey.malformed", "the verifier key is not of the form name+id+key"},
    Row{Error::vkey_type_must_be_known, "vkey.unknown_type", "the verifier key is of an unknown type"},
    Row{Error::vkey_id_must_match_its_key, "vkey.wrong_id",
        "the id in the verifier key is not that of its name and key"},
    Row{Error::key_must_be_in_the_prime_order_group, "key.not_registrable",
        "the public key is not a point of the prime-order group"},
    Row{Error::signature_of_a_known_key_must_verify, "note.wrong_signature",
        "the note carries a signature in the name of a known key that does not hold"},
    Row{Error::checkpoint_must_be_well_formed, "checkpoint.malformed",
        "the checkpoint is not origin, size and root, one a line"},
    Row{Error::proof_must_be_within_its_size, "proof.too_large", "the proof is too large"},
    Row{Error::proof_must_be_well_formed, "proof.malformed", "the file is not a tlog-proof"},
    Row{Error::proof_path_must_be_short_enough, "proof.path_too_long",
        "the proof's path is longer than any tree is high"},
    Row{Error::policy_must_be_well_formed, "policy.malformed",
        "the policy is not origin, cosigners and quorum, one a line"},
    Row{Error::policy_keys_must_be_distinct, "policy.key_twice", "the policy names a key twice"},
    Row{Error::policy_quorum_must_be_reachable, "policy.bad_quorum",
        "the policy's quorum is not between 1 and the number of its cosigners"},
    Row{Error::proof_origin_must_be_that_of_the_policy, "proof.other_origin",
        "the checkpoint is of another log than the policy's"},
    Row{Error::proof_must_lead_to_the_root, "proof.wrong_root",
        "the entry and the path do not lead to the checkpoint's root"},
    Row{Error::proof_must_have_a_quorum_of_cosignatures, "proof.no_quorum",
        "too few of the policy's cosigners signed the checkpoint"},
};

// A row for each error, in the order of the enumeration: a number is a place.
constexpr bool is_complete() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].error) != i) return false;
    }
    return rows.back().error == Error::proof_must_have_a_quorum_of_cosignatures;
}
static_assert(is_complete());

}  // namespace

std::string_view code(Error error) {
    return rows.at(static_cast<std::size_t>(error)).code;
}

std::string_view describe(Error error) {
    return rows.at(static_cast<std::size_t>(error)).sentence;
}

}  // namespace datadeed::crypto
