#include "consensus/evidence.h"

#include "consensus/view_change.h"

namespace datadeed::consensus {

namespace {

template <class M>
bool same_slot(const M& a, const M& b) {
    return a.view == b.view && a.height == b.height && a.hash != b.hash;
}

bool contradicts(const PrePrepare& a, const PrePrepare& b) {
    return same_slot(a, b);
}
bool contradicts(const Prepare& a, const Prepare& b) {
    return same_slot(a, b);
}
bool contradicts(const Commit& a, const Commit& b) {
    return same_slot(a, b);
}
bool contradicts(const ViewChange& a, const ViewChange& b) {
    return a.new_view == b.new_view && a != b;
}
bool contradicts(const NewView& a, const NewView& b) {
    return a.new_view == b.new_view && a != b;
}
bool contradicts(const Status&, const Status&) {
    return false;
}

// COMMIT says that everything below `height` is final here and that a prepared certificate of its view is on disk. A
// VIEW-CHANGE to a later view comes after it (N10), so it must show the height final, or all below it and a certificate
// of that view or a later one. What a later view prepared may be another block: this one wasn't final then.
bool hides(const ViewChange& change, const Commit& commit) {
    if (change.new_view <= commit.view || change.committed >= commit.height) return false;
    if (change.committed.next() != commit.height || !change.prepared) return true;
    const PreparedCertificate& prepared = *change.prepared;
    return prepared.view < commit.view || (prepared.view == commit.view && prepared.hash != commit.hash);
}

bool is_amnesia(const Message& first, const Message& second) {
    const auto* commit = std::get_if<Signed<Commit>>(&first);
    const auto* change = std::get_if<Signed<ViewChange>>(&second);
    return commit != nullptr && change != nullptr && commit->signer == change->signer &&
           hides(change->message, commit->message);
}

// Whether the NEW-VIEW concludes otherwise than its own VIEW-CHANGEs demand.
bool contradicts_itself(const Message& message) {
    const auto* opened = std::get_if<Signed<NewView>>(&message);
    if (opened == nullptr) return false;
    const Result<Opening, HaltReason> demanded = open_view(opened->message.view_changes);
    return demanded && (demanded->base != opened->message.base || demanded->carried != opened->message.carried);
}

}  // namespace

bool contradict(const Message& first, const Message& second) {
    if (is_amnesia(first, second) || is_amnesia(second, first)) return true;
    return std::visit(
        [&second]<class M>(const Signed<M>& a) {
            const auto* b = std::get_if<Signed<M>>(&second);
            return b != nullptr && a.signer == b->signer && contradicts(a.message, b->message);
        },
        first);
}

Result<ValidatorIndex, Error> verify(const Evidence& evidence, Verifier& verifier) {
    const bool proves =
        evidence.second ? contradict(evidence.first, *evidence.second) : contradicts_itself(evidence.first);
    if (!proves) return fail(Error::evidence_must_contradict_itself);
    if (const auto first = verifier.verify(evidence.first); !first) return fail(first.error());
    if (evidence.second) {
        if (const auto second = verifier.verify(*evidence.second); !second) return fail(second.error());
    }
    return std::visit([](const auto& statement) { return statement.signer; }, evidence.first);
}

}  // namespace datadeed::consensus
