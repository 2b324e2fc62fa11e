#include "crypto/error.h"

namespace datadeed::crypto {

std::string_view code(Error error) {
    switch (error) {
        case Error::signature_verdicts_must_be_the_pinned_ones:
            return "crypto.other_verdicts";
        case Error::keys_outside_the_prime_order_group_must_be_refused:
            return "crypto.torsion_accepted";
        case Error::hash_must_give_the_published_values:
            return "crypto.wrong_hash";
        case Error::keyfile_must_be_well_formed:
            return "keyfile.malformed";
        case Error::keyfile_version_must_be_known:
            return "keyfile.unknown_version";
        case Error::keyfile_cost_must_be_within_bounds:
            return "keyfile.cost_out_of_bounds";
        case Error::keyfile_cost_must_fit_in_memory:
            return "keyfile.out_of_memory";
        case Error::keyfile_must_open_with_the_passphrase:
            return "keyfile.wrong_passphrase";
        case Error::keyfile_must_hold_the_key_it_names:
            return "keyfile.other_key";
        case Error::note_must_be_within_its_size:
            return "note.too_large";
        case Error::note_must_be_plain_text:
            return "note.not_text";
        case Error::note_must_have_a_blank_line_before_its_signatures:
            return "note.no_blank_line";
        case Error::note_must_have_a_signature:
            return "note.no_signature";
        case Error::note_must_have_few_enough_signatures:
            return "note.too_many_signatures";
        case Error::signature_line_must_be_well_formed:
            return "note.bad_signature_line";
        case Error::key_name_must_be_well_formed:
            return "key.bad_name";
        case Error::vkey_must_be_well_formed:
            return "vkey.malformed";
        case Error::vkey_type_must_be_known:
            return "vkey.unknown_type";
        case Error::vkey_id_must_match_its_key:
            return "vkey.wrong_id";
        case Error::key_must_be_in_the_prime_order_group:
            return "key.not_registrable";
        case Error::signature_of_a_known_key_must_verify:
            return "note.wrong_signature";
        case Error::checkpoint_must_be_well_formed:
            return "checkpoint.malformed";
        case Error::proof_must_be_within_its_size:
            return "proof.too_large";
        case Error::proof_must_be_well_formed:
            return "proof.malformed";
        case Error::proof_path_must_be_short_enough:
            return "proof.path_too_long";
        case Error::policy_must_be_well_formed:
            return "policy.malformed";
        case Error::policy_keys_must_be_distinct:
            return "policy.key_twice";
        case Error::policy_quorum_must_be_reachable:
            return "policy.bad_quorum";
        case Error::proof_origin_must_be_that_of_the_policy:
            return "proof.other_origin";
        case Error::proof_must_lead_to_the_root:
            return "proof.wrong_root";
        case Error::proof_must_have_a_quorum_of_cosignatures:
            return "proof.no_quorum";
    }
    return "crypto.unknown";
}

std::string_view describe(Error error) {
    switch (error) {
        case Error::signature_verdicts_must_be_the_pinned_ones:
            return "this machine's libsodium decides differently on published edge cases of Ed25519 than the protocol "
                   "demands";
        case Error::keys_outside_the_prime_order_group_must_be_refused:
            return "this machine's libsodium accepts public keys that the protocol must refuse";
        case Error::hash_must_give_the_published_values:
            return "this machine's OpenSSL gives wrong SHA-256 values";
        case Error::keyfile_must_be_well_formed:
            return "this is not a key file, or it is damaged";
        case Error::keyfile_version_must_be_known:
            return "the key file was written by a version that this one does not know";
        case Error::keyfile_cost_must_be_within_bounds:
            return "opening the key file would take more time or memory than is allowed";
        case Error::keyfile_cost_must_fit_in_memory:
            return "there is not enough memory to derive the key from the passphrase";
        case Error::keyfile_must_open_with_the_passphrase:
            return "the passphrase is wrong, or the key file was changed";
        case Error::keyfile_must_hold_the_key_it_names:
            return "the key file holds another key than the one it names";
        case Error::note_must_be_within_its_size:
            return "the note is too large";
        case Error::note_must_be_plain_text:
            return "the note is not plain UTF-8 text";
        case Error::note_must_have_a_blank_line_before_its_signatures:
            return "the note has no blank line before its signatures";
        case Error::note_must_have_a_signature:
            return "the note has no signature";
        case Error::note_must_have_few_enough_signatures:
            return "the note has too many signatures";
        case Error::signature_line_must_be_well_formed:
            return "a signature line of the note is malformed";
        case Error::key_name_must_be_well_formed:
            return "a key name is empty, too long, or has a space, a plus sign or a control character";
        case Error::vkey_must_be_well_formed:
            return "the verifier key is not of the form name+id+key";
        case Error::vkey_type_must_be_known:
            return "the verifier key is of an unknown type";
        case Error::vkey_id_must_match_its_key:
            return "the id in the verifier key is not that of its name and key";
        case Error::key_must_be_in_the_prime_order_group:
            return "the public key is not a point of the prime-order group";
        case Error::signature_of_a_known_key_must_verify:
            return "the note carries a signature in the name of a known key that does not hold";
        case Error::checkpoint_must_be_well_formed:
            return "the checkpoint is not origin, size and root, one a line";
        case Error::proof_must_be_within_its_size:
            return "the proof is too large";
        case Error::proof_must_be_well_formed:
            return "the file is not a tlog-proof";
        case Error::proof_path_must_be_short_enough:
            return "the proof's path is longer than any tree is high";
        case Error::policy_must_be_well_formed:
            return "the policy is not origin, cosigners and quorum, one a line";
        case Error::policy_keys_must_be_distinct:
            return "the policy names a key twice";
        case Error::policy_quorum_must_be_reachable:
            return "the policy's quorum is not between 1 and the number of its cosigners";
        case Error::proof_origin_must_be_that_of_the_policy:
            return "the checkpoint is of another log than the policy's";
        case Error::proof_must_lead_to_the_root:
            return "the entry and the path do not lead to the checkpoint's root";
        case Error::proof_must_have_a_quorum_of_cosignatures:
            return "too few of the policy's cosigners signed the checkpoint";
    }
    return "unknown error";
}

}  // namespace datadeed::crypto
