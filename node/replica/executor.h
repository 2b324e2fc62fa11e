#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chain/committer.h"
#include "ledger/epoch.h"
#include "node/replica/actions.h"
#include "node/replica/assembly.h"
#include "node/replica/checked.h"
#include "node/replica/mempool.h"

namespace datadeed::replica {

// A block with all that it does to the state of the tip, ready to be written.
struct ExecutedBlock {
    BlockPtr block{};
    Bytes payload{};
    chain::Executed executed{};
};

// A certified block that doesn't give its roots here: "state.differs".
[[nodiscard]] Halt state_differs(std::string reason);
// A block that must be there, since later ones stand on it.
[[nodiscard]] chain::Error header_missing(Height height);

// Makes, judges and commits blocks on top of the stores. What was executed for a vote is kept until its height is
// decided, so that committing doesn't execute again. One thread.
class Executor {
public:
    // Borrows; must outlive it. `rules` are the chain's parameters.
    Executor(chain::Committer& committer, const ledger::Parameters& rules, const ledger::MemberId& self)
        : committer_{&committer}, rules_{rules}, self_{self} {}

    // The epoch whose nodes vote on the next block; the first one until this is said.
    void begin_epoch(const ledger::Epoch& present) {
        epoch_ = present.number;
        epoch_from_ = present.from;
    }

    struct Built {
        std::shared_ptr<const ExecutedBlock> block{};                     // null when nothing applies
        std::vector<std::pair<ledger::TxId, ledger::Refusal>> refused{};  // tried, but not in it
    };
    // A block of what applies among the pool's transactions, in its turns, as of `wall` or just after the tip. What
    // bounded members' shares in it bounds them in the next ones (ShareBound).
    // An error when the store can't be read: this node must stop.
    [[nodiscard]] Result<Built, chain::Error> build(const Mempool& pool, TimeMs wall);

    // Why a proposal doesn't get this node's vote.
    struct Objection {
        std::string reason{};
        bool subjective{};  // by this node's clock only
    };
    // What holds only for a block that wasn't proposed in an earlier view.
    struct Fresh {
        TimeMs now{};  // this node's clock
        ledger::MemberId primary{};
    };
    // Whether the block may follow the tip: links, certificate, form, execution, roots; if fresh, also time and
    // proposer.
    [[nodiscard]] Result<void, Objection> judge(BlockPtr block, ByteView payload, const std::optional<Fresh>& fresh);

    // Whether the payload of the block is what its hash binds, if it is the tip's next.
    [[nodiscard]] bool is_bound(const CheckedBlock& block) const;

    // Makes a certified block final on disk, executing it unless judge or build did. A block that is certified but
    // doesn't give its roots here is "state.differs": this node must stop.
    [[nodiscard]] Result<void, Halt> commit(const BlockPtr& block, const consensus::CommitCertificate& certificate,
                                            std::uint64_t votes_durable);

    // A proposal that was executed and isn't decided, to be served to others; null when it isn't there.
    [[nodiscard]] std::shared_ptr<const ExecutedBlock> find(const Digest& hash) const;

    // The chain's parameters.
    [[nodiscard]] const ledger::Parameters& rules() const { return rules_; }
    [[nodiscard]] const ledger::Tip& tip() const { return committer_->tip(); }
    // The time that a block made now would have.
    [[nodiscard]] TimeMs time_of_next(TimeMs wall) const;
    [[nodiscard]] const chain::Committer& committer() const { return *committer_; }

private:
    [[nodiscard]] Result<std::shared_ptr<const ExecutedBlock>, chain::Error> seal(
        ledger::StateChanges changes, std::vector<TransactionPtr> transactions, TimeMs time);
    [[nodiscard]] Result<chain::Executed, ledger::Refusal> execute(const CheckedBlock& block) const;
    [[nodiscard]] Result<void, ledger::Refusal> check_links(const CheckedBlock& block) const;
    void keep(std::shared_ptr<const ExecutedBlock> block);
    [[nodiscard]] std::uint32_t epoch_of_tip() const;

    chain::Committer* committer_;
    ledger::Parameters rules_;
    ledger::MemberId self_;
    ledger::EpochNumber epoch_{};
    Height epoch_from_{};
    ShareBound share_bound_;
    std::vector<std::shared_ptr<const ExecutedBlock>> executed_;  // for the height after the tip, oldest first
};

}  // namespace datadeed::replica
