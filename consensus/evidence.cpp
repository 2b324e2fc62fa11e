#include "consensus/evidence.h"

#include <concepts>

#include "consensus/view_change.h"

namespace datadeed::consensus {

namespace {

template <class M>
concept Vote = std::same_as<M, PrePrepare> || std::same_as<M, Prepare> || std::same_as<M, Commit>;

// A validator that sends COMMIT has proposed or prepared that very block in that view, so the kinds needn't be equal.
template <Vote A, Vote B>
bool contradicts(const A& a, const B& b) {
    return a.view == b.view && a.height == b.height && a.hash != b.hash;
}
bool contradicts(const ViewChange& a, const ViewChange& b) {
    return a.new_view == b.new_view && a != b;
}
bool contradicts(const NewView& a, const NewView& b) {
    return a.new_view == b.new_view && a != b;
}
// COMMIT says that everything below `height` is final here and that a prepared certificate of its view is on disk. A
// VIEW-CHANGE to a later view comes after it (N10), so it must show the height final, or all below it and a certificate
// of that view or a later one. What a later view prepared may be another block: this one wasn't final then.
bool contradicts(const Commit& commit, const ViewChange& change) {
    if (change.new_view <= commit.view || change.committed >= commit.height) return false;
    if (change.committed.next() != commit.height || !change.prepared) return true;
    const PreparedCertificate& prepared = *change.prepared;
    return prepared.view < commit.view || (prepared.view == commit.view && prepared.hash != commit.hash);
}
bool contradicts(const ViewChange& change, const Commit& commit) {
    return contradicts(commit, change);
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
    return std::visit(
        []<class A, class B>(const Signed<A>& a, const Signed<B>& b) {
            if constexpr (requires { contradicts(a.message, b.message); }) {
                return a.signer == b.signer && contradicts(a.message, b.message);
            } else {
                return false;
            }
        },
        first, second);
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
