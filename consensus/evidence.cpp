#include "consensus/evidence.h"

#include <concepts>
#include <map>
#include <set>
#include <tuple>
#include <utility>

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

// What two statements that contradict each other amount to.
template <Vote A, Vote B>
Accusation accuse(const A& a, const B&, ValidatorIndex signer) {
    return {.offence = Offence::two_votes, .accused = signer, .view = a.view, .height = a.height};
}
Accusation accuse(const ViewChange& a, const ViewChange&, ValidatorIndex signer) {
    return {.offence = Offence::two_view_changes, .accused = signer, .view = a.new_view, .height = {}};
}
Accusation accuse(const NewView& a, const NewView&, ValidatorIndex signer) {
    return {.offence = Offence::two_new_views, .accused = signer, .view = a.new_view, .height = {}};
}
Accusation accuse(const Commit& commit, const ViewChange& change, ValidatorIndex signer) {
    return {.offence = Offence::hidden_commit, .accused = signer, .view = change.new_view, .height = commit.height};
}
Accusation accuse(const ViewChange& change, const Commit& commit, ValidatorIndex signer) {
    return accuse(commit, change, signer);
}

// What saying both amounts to; nothing where a correct validator says both.
std::optional<Accusation> accuse(const Message& first, const Message& second) {
    return std::visit(
        []<class A, class B>(const Signed<A>& a, const Signed<B>& b) -> std::optional<Accusation> {
            if constexpr (requires { accuse(a.message, b.message, a.signer); }) {
                if (a.signer == b.signer && contradicts(a.message, b.message)) {
                    return accuse(a.message, b.message, a.signer);
                }
            }
            return std::nullopt;
        },
        first, second);
}

// Votes as they come, and of each signer the first two that contradict each other.
class Votes {
public:
    void add(const CommitCertificate& certificate) {
        const Commit said{.view = certificate.view, .height = certificate.height, .hash = certificate.hash};
        for (const VoteSignature& vote : certificate.votes) add(said, vote.signer, vote.signature);
    }
    void add(const PreparedCertificate& certificate, ValidatorIndex primary) {
        const auto& [view, height, hash, pre_prepare, prepares] = certificate;
        add(PrePrepare{.view = view, .height = height, .hash = hash, .payload = {}}, primary, pre_prepare);
        const Prepare said{.view = view, .height = height, .hash = hash};
        for (const VoteSignature& vote : prepares) add(said, vote.signer, vote.signature);
    }
    [[nodiscard]] std::vector<Evidence> take() && { return std::move(found_); }

private:
    template <Vote M>
    void add(const M& said, ValidatorIndex signer, const crypto::Signature& signature) {
        const Message vote = Signed<M>{.message = said, .signer = signer, .signature = signature};
        const Message& first = first_.try_emplace({signer, said.view, said.height}, vote).first->second;
        if (!contradict(first, vote) || !accused_.insert(signer).second) return;
        found_.push_back({.first = first, .second = vote});
    }

    std::map<std::tuple<ValidatorIndex, View, Height>, Message> first_;
    std::set<ValidatorIndex> accused_;
    std::vector<Evidence> found_;
};

}  // namespace

std::vector<Evidence> contradictions(const CommitCertificate& first, const CommitCertificate& second) {
    Votes votes;
    votes.add(first);
    votes.add(second);
    return std::move(votes).take();
}

std::vector<Evidence> contradictions(std::span<const Signed<ViewChange>> shown, const ValidatorSet& validators) {
    Votes votes;
    for (const Signed<ViewChange>& change : shown) {
        if (const auto& committed = change.message.certificate) votes.add(*committed);
        if (const auto& prepared = change.message.prepared) votes.add(*prepared, validators.primary(prepared->view));
    }
    return std::move(votes).take();
}

bool contradict(const Message& first, const Message& second) {
    return accuse(first, second).has_value();
}

Result<Accusation, Error> accusation_of(const Evidence& evidence) {
    if (evidence.second) {
        const std::optional<Accusation> accusation = accuse(evidence.first, *evidence.second);
        if (!accusation) return fail(Error::evidence_must_contradict_itself);
        return *accusation;
    }
    if (!contradicts_itself(evidence.first)) return fail(Error::evidence_must_contradict_itself);
    const auto signer = std::visit([](const auto& statement) { return statement.signer; }, evidence.first);
    return Accusation{
        .offence = Offence::wrong_new_view, .accused = signer, .view = view_of(evidence.first), .height = {}};
}

Result<void, Error> check_said(const Evidence& evidence, const Verifier& verifier) {
    const Result<void, Error> first = verifier.check_said(evidence.first);
    return first && evidence.second ? verifier.check_said(*evidence.second) : first;
}

Result<Accusation, Error> verify(const Evidence& evidence, const Verifier& verifier) {
    const Result<Accusation, Error> accusation = accusation_of(evidence);
    if (!accusation) return accusation;
    if (const auto said = check_said(evidence, verifier); !said) return fail(said.error());
    return accusation;
}

}  // namespace datadeed::consensus
