#pragma once

#include <set>
#include <utility>
#include <variant>

#include "base/result.h"
#include "consensus/error.h"
#include "consensus/messages.h"

namespace datadeed::consensus {

class Verifier;

// A value that a Verifier found genuine: nothing else can make one, so what asks for a Verified<M> can't be handed
// something unchecked. Of a Signed<M>: the signer is a validator that may say this, the signature is its key's over
// exactly this, all certificates inside hold. Of a CommitCertificate: it holds.
template <class T>
class Verified {
public:
    [[nodiscard]] const T& value() const { return value_; }
    [[nodiscard]] const T* operator->() const { return &value_; }
    [[nodiscard]] const T& operator*() const { return value_; }
    [[nodiscard]] T take() && { return std::move(value_); }

private:
    friend class Verifier;
    explicit Verified(T value) : value_{std::move(value)} {}

    T value_;
};

using VerifiedMessage = std::variant<Verified<Signed<PrePrepare>>, Verified<Signed<Prepare>>, Verified<Signed<Commit>>,
                                     Verified<Signed<ViewChange>>, Verified<Signed<NewView>>, Verified<Signed<Status>>>;

// The one door from bytes of strangers to Pbft. It finds the key by the signer's index, so the signer is whose key
// verified. Remembers certificates found valid (bounded), since the messages of a view change tend to carry the same
// ones: keep it from message to message. Not to be shared by threads: give each its own.
class Verifier {
public:
    // Borrows `signatures`, which must outlive it.
    Verifier(const ChainId& chain, ValidatorSet validators, const VoteVerifier& signatures);

    // All or nothing: a VIEW-CHANGE or NEW-VIEW with one bad certificate is refused whole, with the first rule broken.
    // What a NEW-VIEW concludes from its VIEW-CHANGEs (base, carried) is judged by Pbft, since a wrong conclusion is
    // genuine, signed evidence against its primary.
    template <class M>
    [[nodiscard]] Result<Verified<Signed<M>>, Error> verify(Signed<M> message) {
        if (const Result<void, Error> checked = check(message); !checked) return fail(checked.error());
        return Verified<Signed<M>>{std::move(message)};
    }
    [[nodiscard]] Result<VerifiedMessage, Error> verify(Message message);
    [[nodiscard]] Result<Verified<CommitCertificate>, Error> verify(CommitCertificate certificate);

    // Whether a validator of this epoch has said this, of a view of this epoch, and a vote for a height of it: its
    // signature. Whether it may, and whether the certificates inside hold, isn't asked: for evidence.
    [[nodiscard]] Result<void, Error> check_said(const Message& message) const;

    [[nodiscard]] const ValidatorSet& validators() const { return validators_; }
    [[nodiscard]] const ChainId& chain() const { return chain_; }

private:
    template <class M>
    [[nodiscard]] Result<void, Error> check_signature(const Signed<M>& message) const;
    template <class C>
    [[nodiscard]] Result<void, Error> check_certificate(const C& certificate);
    [[nodiscard]] Result<void, Error> check(const Signed<PrePrepare>& message);
    [[nodiscard]] Result<void, Error> check(const Signed<Prepare>& message);
    [[nodiscard]] Result<void, Error> check(const Signed<Commit>& message);
    [[nodiscard]] Result<void, Error> check(const Signed<ViewChange>& message);
    [[nodiscard]] Result<void, Error> check(const Signed<NewView>& message);
    [[nodiscard]] Result<void, Error> check(const Signed<Status>& message);

    ChainId chain_;
    ValidatorSet validators_;
    const VoteVerifier* signatures_;
    std::set<Digest> known_;  // hashes of certificates that hold; emptied when full
};

}  // namespace datadeed::consensus
