#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "ledger/epoch.h"
#include "ledger/error.h"
#include "ledger/types.h"

// Proof that a validator contradicted itself, as the state keeps it. What consensus' statements mean the ledger doesn't
// know: it asks a judge. Plain values; any thread.

namespace datadeed::ledger {

// Evidence is the encoding of consensus::Evidence (docs/consensus.md). Two NEW-VIEWs of more than some 19 validators
// may be longer, and one of more than some 30; they convict off the chain.
inline constexpr std::size_t evidence_size_max = 60'000;

// Of each kind so many offences of one validator in one epoch are recorded: more say nothing new, and it can make any
// number. Each kind has its own count, or small offences would leave no room for a grave one.
inline constexpr std::uint32_t convictions_max = 16;

// What a validator did. Numbers stand in the state: never reuse one.
enum class Offence : std::uint8_t {
    two_votes = 1,
    two_view_changes = 2,
    two_new_views = 3,
    wrong_new_view = 4,
    hidden_commit = 5,
};
[[nodiscard]] constexpr bool is_known(Offence offence) {
    return offence >= Offence::two_votes && offence <= Offence::hidden_commit;
}
// "two_votes" and so on.
[[nodiscard]] std::string_view name(Offence offence);
// For people: what was done, after the validator's name.
[[nodiscard]] std::string_view describe(Offence offence);

// Of what a piece of evidence accuses whom, by its words.
struct Charge {
    Offence offence{};
    EpochNumber epoch{};
    std::uint32_t view{};       // of the epoch, from 0
    Height height{};            // 0 where the offence is about none
    std::uint32_t validator{};  // its place among the validators of the epoch

    friend bool operator==(const Charge&, const Charge&) = default;
};

// Evidence as a judge has read it.
struct ReadEvidence {
    Charge charge{};
    // Whether the validator of the charge, which must be among those of the epoch, signed the statements on this chain:
    // two signatures at most. Refusal: evidence_not_proven.
    std::function<Result<void, Refusal>(const Epoch& epoch, const ChainId& chain)> prove{};
};

// Whoever knows what the statements of consensus mean (chain/evidence_judge.h). Pure: the same answer everywhere, for
// ever. Any thread.
class EvidenceJudge {
public:
    EvidenceJudge() = default;
    EvidenceJudge(const EvidenceJudge&) = delete;
    EvidenceJudge& operator=(const EvidenceJudge&) = delete;
    virtual ~EvidenceJudge() = default;

    // By the words alone. The answer may outlive the bytes, not the judge. Refusals: evidence_malformed,
    // evidence_not_contradicting.
    [[nodiscard]] virtual Result<ReadEvidence, Refusal> read(ByteView evidence) const = 0;
};

// SHA-256 of CBOR ["datadeed/evidence/1", offence, epoch, view, height, accused]: the offence, whatever statements
// prove it.
[[nodiscard]] EvidenceId evidence_id(const Charge& charge, const MemberId& accused);

// Evidence that names a validator of an epoch. Nothing is proved before prove says so.
struct Accusation {
    Charge charge{};
    Validator accused{};
    EvidenceId id{};
    std::function<Result<void, Refusal>(const ChainId& chain)> prove{};  // as ReadEvidence
};
using FindEpoch = std::function<std::optional<Epoch>(EpochNumber number)>;
// Refusals: those of read, evidence_epoch_unknown, evidence_signer_unknown.
[[nodiscard]] Result<Accusation, Refusal> accuse(const EvidenceJudge& judge, ByteView evidence,
                                                 const FindEpoch& find_epoch);

struct EvidenceRecord {
    Offence offence{};
    MemberId accused{};
    EpochNumber epoch{};
    std::uint32_t view{};
    Height height{};
    MemberId reporter{};
    Height reported{};
    TxId tx{};        // whose operation brought it
    Digest digest{};  // SHA-256 of the evidence

    static constexpr void fields(auto& self, auto&& visit) {
        visit("offence", self.offence);
        visit("accused", self.accused, Limit{member_id_max});
        visit("epoch", self.epoch);
        visit("view", self.view);
        visit("height", self.height);
        visit("reporter", self.reporter, Limit{member_id_max});
        visit("reported_height", self.reported);
        visit("tx", self.tx);
        visit("evidence_sha256", self.digest);
    }
    friend bool operator==(const EvidenceRecord&, const EvidenceRecord&) = default;
};

}  // namespace datadeed::ledger
