#pragma once

#include "node/api/backend.h"
#include "node/driver.h"
#include "node/evidence_book.h"
#include "node/startup.h"
#include "node/submissions.h"

namespace datadeed::node {

// What the API sees of this node: the stores read through snapshots, the published status, and the way of submissions.
// The API's thread only.
class Service final : public api::Backend {
public:
    // `on_error` is called when a store fails or is damaged: it must end the process. All that is borrowed must outlive
    // it.
    Service(api::NodeFacts facts, const OpenStores& stores, const StatusPicture& status, Submissions& submissions,
            const EvidenceBook& evidence, chain::OnStateError on_error);

    [[nodiscard]] const api::NodeFacts& facts() const override { return facts_; }
    [[nodiscard]] std::shared_ptr<const replica::Status> status() const override { return status_->get(); }
    [[nodiscard]] TimeMs now() const override;
    [[nodiscard]] chain::ChainView chain() const override { return chain::ChainView{*stores_->chain}; }
    [[nodiscard]] Result<std::unique_ptr<chain::StateSnapshot>, chain::Error> state(
        std::optional<Height> at) const override;
    [[nodiscard]] const api::HeldEvidences& held_evidence() const override { return evidence_->held(); }
    [[nodiscard]] bool is_pending(const ledger::TxId& id) const override { return submissions_->is_pending(id); }
    void submit(Bytes transaction, std::chrono::milliseconds wait, api::WhenSubmitted done) override;

private:
    api::NodeFacts facts_;
    const OpenStores* stores_;
    const StatusPicture* status_;
    Submissions* submissions_;
    const EvidenceBook* evidence_;
    chain::OnStateError on_error_;
};

}  // namespace datadeed::node
