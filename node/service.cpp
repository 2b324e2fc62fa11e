#include "node/service.h"

#include "node/clock.h"

namespace datadeed::node {

Service::Service(api::NodeFacts facts, const OpenStores& stores, const StatusPicture& status, Submissions& submissions,
                 const EvidenceBook& evidence, chain::OnStateError on_error)
    : facts_{std::move(facts)},
      stores_{&stores},
      status_{&status},
      submissions_{&submissions},
      evidence_{&evidence},
      on_error_{std::move(on_error)} {}

TimeMs Service::now() const {
    return wall_now();
}

Result<std::unique_ptr<chain::StateSnapshot>, chain::Error> Service::state(std::optional<Height> at) const {
    return chain::StateSnapshot::open(*stores_->state, at, on_error_);
}

void Service::submit(Bytes transaction, std::chrono::milliseconds wait, api::WhenSubmitted done) {
    submissions_->submit(std::move(transaction), wait, Submissions::Clock::now(), std::move(done));
}

}  // namespace datadeed::node
