#include "ledger/evidence.h"

#include <utility>

#include "base/cbor.h"
#include "crypto/hash.h"

namespace datadeed::ledger {

std::string_view name(Offence offence) {
    switch (offence) {
        case Offence::two_votes:
            return "two_votes";
        case Offence::two_view_changes:
            return "two_view_changes";
        case Offence::two_new_views:
            return "two_new_views";
        case Offence::wrong_new_view:
            return "wrong_new_view";
        case Offence::hidden_commit:
            return "hidden_commit";
    }
    return {};
}

std::string_view describe(Offence offence) {
    switch (offence) {
        case Offence::two_votes:
            return "voted for two blocks at one height in one view";
        case Offence::two_view_changes:
            return "gave two accounts of what it had prepared when it asked for a view";
        case Offence::two_new_views:
            return "opened one view in two ways";
        case Offence::wrong_new_view:
            return "opened a view otherwise than what it was shown demands";
        case Offence::hidden_commit:
            return "hid a block that it had committed to when it asked for a later view";
    }
    return {};
}

EvidenceId evidence_id(const Charge& charge, const MemberId& accused) {
    cbor::Writer writer;
    writer.array(6);
    writer.text("datadeed/evidence/1");
    encode_to(writer, charge.offence);
    encode_to(writer, charge.epoch);
    encode_to(writer, charge.view);
    encode_to(writer, charge.height);
    encode_to(writer, accused);
    return EvidenceId{crypto::sha256(writer.data())};
}

Result<Accusation, Refusal> accuse(const EvidenceJudge& judge, ByteView evidence, const FindEpoch& find_epoch) {
    Result<ReadEvidence, Refusal> read = judge.read(evidence);
    if (!read) return fail(read.error());
    std::optional<Epoch> epoch = find_epoch(read->charge.epoch);
    if (!epoch) return fail(Refusal::evidence_epoch_unknown);
    if (read->charge.validator >= epoch->nodes.validators.size()) return fail(Refusal::evidence_signer_unknown);
    const Validator accused = epoch->nodes.validators[read->charge.validator];
    return Accusation{.charge = read->charge,
                      .accused = accused,
                      .id = evidence_id(read->charge, accused.member),
                      .prove = [prove = std::move(read->prove), epoch = std::move(*epoch)](const ChainId& chain) {
                          return prove(epoch, chain);
                      }};
}

}  // namespace datadeed::ledger
