#include "consensus/error.h"

namespace datadeed::consensus {

std::string_view describe(Error error) {
    switch (error) {
        case Error::signer_must_be_a_validator:
            return "the signer must be one of the validators";
        case Error::signature_must_verify:
            return "the signature must be the signer's over exactly this statement";
        case Error::number_must_be_within_its_limit:
            return "views and heights must be below 2^53, and heights above 0";
        case Error::proposal_must_come_from_the_primary:
            return "only the primary of a view may propose in it";
        case Error::prepare_must_not_come_from_the_primary:
            return "the primary's proposal is its vote, it sends no PREPARE";
        case Error::new_view_must_come_from_the_primary:
            return "only the primary of a view may open it";
        case Error::certificate_must_have_a_quorum:
            return "a commit certificate must have a quorum of votes";
        case Error::certificate_signers_must_be_distinct_and_in_order:
            return "signers must rise from one vote to the next";
        case Error::prepared_certificate_must_have_a_quorum:
            return "a prepared certificate must have a quorum, less the primary";
        case Error::committed_height_must_have_its_certificate:
            return "a committed height must come with its own certificate, what the epoch stands on with none";
        case Error::prepared_height_must_follow_the_committed:
            return "what is prepared must stand right above what is committed";
        case Error::prepared_view_must_be_before_the_new_view:
            return "what is prepared must be of an earlier view";
        case Error::new_view_must_have_a_quorum_of_view_changes:
            return "a new view must rest on exactly a quorum";
        case Error::view_changes_must_be_for_the_new_view:
            return "every view change must be for the view that it opens";
        case Error::evidence_must_contradict_itself:
            return "the statements must contradict each other";
        case Error::view_must_be_of_the_epoch:
            return "the view must be of the epoch whose validators are asked";
        case Error::height_must_be_of_the_epoch:
            return "the height must be above what the epoch stands on";
    }
    return "an unknown rule was broken";
}

}  // namespace datadeed::consensus
