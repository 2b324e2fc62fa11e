#include "audit/evidence.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "consensus/evidence.h"

namespace datadeed::audit {
namespace {

using ledger::Refusal;

std::string number(Height height) {
    return std::to_string(height.value);
}

std::string text_of(consensus::View view) {
    return "view " + std::to_string(consensus::Epoch::place_of(view)) + " of epoch " +
           std::to_string(consensus::Epoch::of(view));
}

std::string block(Height height, const Digest& hash) {
    return "block " + number(height) + " with the hash " + to_hex(hash);
}

template <class M>
std::string words(const consensus::Signed<M>& said) {
    return std::string{consensus::name(M::kind)} + " for " + block(said.message.height, said.message.hash) + " in " +
           text_of(said.message.view);
}

std::string words(const consensus::Signed<consensus::ViewChange>& said) {
    const consensus::ViewChange& change = said.message;
    std::string text = "VIEW-CHANGE to " + text_of(change.new_view) + ": final up to block " +
                       number(change.committed) + ", above it ";
    if (!change.prepared) return text + "nothing prepared";
    return text + block(change.prepared->height, change.prepared->hash) + " prepared in " +
           text_of(change.prepared->view);
}

std::string words(const consensus::Signed<consensus::NewView>& said) {
    const consensus::NewView& opened = said.message;
    std::string by;
    for (const auto& change : opened.view_changes) {
        by += (by.empty() ? "" : ", ") + std::to_string(change.signer.value);
    }
    const std::string text = "NEW-VIEW for " + text_of(opened.new_view) + " by the VIEW-CHANGEs of validators " + by +
                             ": it begins above block " + number(opened.base) + " with ";
    if (!opened.carried) return text + "any block";
    return text + block(opened.carried->height, opened.carried->hash) + " out of " + text_of(opened.carried->view);
}

// It contradicts nothing.
std::string words(const consensus::Signed<consensus::Status>& said) {
    return "STATUS in " + text_of(said.message.view);
}

}  // namespace

std::vector<std::string> statements_of(ByteView evidence) {
    const auto decoded = decode<consensus::Evidence>(evidence);
    if (!decoded) return {};
    const auto in_words = [](const auto& said) { return words(said); };
    std::vector<std::string> statements{std::visit(in_words, decoded->first)};
    if (decoded->second) statements.push_back(std::visit(in_words, *decoded->second));
    return statements;
}

Result<ledger::Charge, Refusal> read_evidence(ByteView evidence) {
    const auto read = chain::evidence_judge().read(evidence);
    if (!read) return fail(read.error());
    return read->charge;
}

Result<EvidenceReport, Refusal> check_evidence(ByteView evidence, const Epochs& epochs) {
    const auto epoch_of = [&epochs](ledger::EpochNumber number) -> std::optional<ledger::Epoch> {
        const ledger::Epoch* const epoch = epochs.find(number);
        return epoch == nullptr ? std::nullopt : std::optional{*epoch};
    };
    const auto accusation = ledger::accuse(chain::evidence_judge(), evidence, epoch_of);
    if (!accusation) return fail(accusation.error());
    if (const auto proven = accusation->prove(epochs.chain()); !proven) return fail(proven.error());
    return EvidenceReport{.id = accusation->id,
                          .charge = accusation->charge,
                          .accused = accusation->accused.member,
                          .vote_key = accusation->accused.vote,
                          .statements = statements_of(evidence)};
}

}  // namespace datadeed::audit
