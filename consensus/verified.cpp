#include "consensus/verified.h"

#include "crypto/hash.h"

namespace datadeed::consensus {

namespace {

// Of a vote, its own. The others are for a view, whichever heights it will have.
template <class M>
Height height_of(const M& message, const Epoch& epoch) {
    if constexpr (requires { message.height; }) {
        return message.height;
    } else {
        return epoch.base.next();
    }
}

}  // namespace

Verifier::Verifier(const ChainId& chain, ValidatorSet validators, const VoteVerifier& signatures)
    : chain_{chain}, validators_{std::move(validators)}, signatures_{&signatures} {}

template <class M>
Result<void, Error> Verifier::check_signature(const Signed<M>& message) const {
    if (!validators_.contains(message.signer)) return fail(Error::signer_must_be_a_validator);
    const Validator& signer = validators_.at(message.signer);
    if (!signatures_->verify(signer.vote_key, statement(chain_, message.message), message.signature)) {
        return fail(Error::signature_must_verify);
    }
    return {};
}

template <class C>
Result<void, Error> Verifier::check_certificate(const C& certificate) {
    const Bytes bytes = encode(certificate);
    const std::uint8_t kind = std::same_as<C, CommitCertificate> ? 1 : 2;
    const Digest name = crypto::sha256({ByteView{&kind, 1}, bytes});
    if (known_.contains(name)) return {};
    if (const auto checked = consensus::verify(certificate, validators_, chain_, *signatures_); !checked)
        return checked;
    if (known_.size() >= verified_certificates_max) known_.clear();
    known_.insert(name);
    return {};
}

Result<void, Error> Verifier::check(const Signed<PrePrepare>& message) {
    if (const auto slot = check_slot(message.message.view, message.message.height, validators_.epoch()); !slot)
        return slot;
    if (message.signer != validators_.primary(message.message.view))
        return fail(Error::proposal_must_come_from_the_primary);
    return check_signature(message);
}

Result<void, Error> Verifier::check(const Signed<Prepare>& message) {
    if (const auto slot = check_slot(message.message.view, message.message.height, validators_.epoch()); !slot)
        return slot;
    if (message.signer == validators_.primary(message.message.view)) {
        return fail(Error::prepare_must_not_come_from_the_primary);
    }
    return check_signature(message);
}

Result<void, Error> Verifier::check(const Signed<Commit>& message) {
    if (const auto slot = check_slot(message.message.view, message.message.height, validators_.epoch()); !slot)
        return slot;
    return check_signature(message);
}

// The signature comes first, so that nobody but a validator can make us check a certificate.
Result<void, Error> Verifier::check(const Signed<ViewChange>& message) {
    const ViewChange& change = message.message;
    if (const auto slot = check_slot(change.new_view, change.committed.next(), validators_.epoch()); !slot) return slot;
    // What the epoch stands on is final in the one before, to whoever votes in this one.
    const Height base = validators_.epoch().base;
    const bool certificate_fits = change.certificate
                                      ? change.certificate->height == change.committed && change.committed > base
                                      : change.committed == base;
    if (!certificate_fits) return fail(Error::committed_height_must_have_its_certificate);
    if (change.prepared) {
        if (change.prepared->height != change.committed.next()) {
            return fail(Error::prepared_height_must_follow_the_committed);
        }
        if (change.prepared->view >= change.new_view) return fail(Error::prepared_view_must_be_before_the_new_view);
    }
    if (const auto signature = check_signature(message); !signature) return signature;
    if (change.certificate) {
        if (const auto checked = check_certificate(*change.certificate); !checked) return checked;
    }
    if (change.prepared) return check_certificate(*change.prepared);
    return {};
}

Result<void, Error> Verifier::check(const Signed<NewView>& message) {
    const NewView& opened = message.message;
    if (const auto slot = check_slot(opened.new_view, validators_.epoch().base.next(), validators_.epoch()); !slot)
        return slot;
    if (message.signer != validators_.primary(opened.new_view)) return fail(Error::new_view_must_come_from_the_primary);
    if (opened.view_changes.size() != validators_.quorum()) {
        return fail(Error::new_view_must_have_a_quorum_of_view_changes);
    }
    for (std::size_t i = 0; i < opened.view_changes.size(); ++i) {
        if (i > 0 && opened.view_changes[i - 1].signer >= opened.view_changes[i].signer) {
            return fail(Error::certificate_signers_must_be_distinct_and_in_order);
        }
        if (opened.view_changes[i].message.new_view != opened.new_view) {
            return fail(Error::view_changes_must_be_for_the_new_view);
        }
    }
    if (const auto signature = check_signature(message); !signature) return signature;
    for (const Signed<ViewChange>& change : opened.view_changes) {
        if (const auto checked = check(change); !checked) return checked;
    }
    return {};
}

Result<void, Error> Verifier::check(const Signed<Status>& message) {
    const Status& status = message.message;
    if (const auto slot = check_slot(status.view, status.committed.next(), validators_.epoch()); !slot) return slot;
    return check_signature(message);
}

Result<void, Error> Verifier::check_said(const Message& message) const {
    return std::visit(
        [this](const auto& said) -> Result<void, Error> {
            const Epoch& epoch = validators_.epoch();
            if (const auto slot = check_slot(view_of(said), height_of(said.message, epoch), epoch); !slot) return slot;
            return check_signature(said);
        },
        message);
}

Result<VerifiedMessage, Error> Verifier::verify(Message message) {
    return std::visit(
        [this]<class M>(Signed<M>& statement) -> Result<VerifiedMessage, Error> {
            auto verified = verify(std::move(statement));
            if (!verified) return fail(verified.error());
            return VerifiedMessage{std::move(*verified)};
        },
        message);
}

Result<Verified<CommitCertificate>, Error> Verifier::verify(CommitCertificate certificate) {
    if (const auto checked = check_certificate(certificate); !checked) return fail(checked.error());
    return Verified<CommitCertificate>{std::move(certificate)};
}

}  // namespace datadeed::consensus
