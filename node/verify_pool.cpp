#include "node/verify_pool.h"

#include <functional>

namespace datadeed::node {
namespace {

constexpr std::size_t work_max = 16'384;  // items that wait for one thread
constexpr std::size_t work_at_once = 64;
constexpr std::chrono::milliseconds patience{1000};

}  // namespace

VerifyPool::VerifyPool(std::size_t threads, const replica::VerifyContext& context, Inbox& inbox, ByteBudget& budget,
                       Metrics& metrics, VerifyReports reports)
    : context_{&context}, inbox_{&inbox}, budget_{&budget}, metrics_{&metrics}, reports_{std::move(reports)} {
    for (std::size_t i = 0; i < threads; ++i) queues_.push_back(std::make_unique<Queue<Work>>(work_max));
    for (const auto& queue : queues_) threads_.emplace_back([this, &queue] { run(*queue); });
}

VerifyPool::~VerifyPool() {
    stop();
}

void VerifyPool::stop() {
    for (const auto& queue : queues_) queue->close();
    threads_.clear();
}

Queue<VerifyPool::Work>& VerifyPool::queue_of(const std::string& peer) {
    return *queues_[std::hash<std::string>{}(peer) % queues_.size()];
}

void VerifyPool::message(const std::string& peer, Bytes bytes) {
    std::optional<ByteBudget::Lease> lease = budget_->take(bytes.size());
    const bool taken = lease && queue_of(peer).push(Message{peer, std::move(bytes), std::move(*lease)});
    if (!taken) metrics_->message_dropped("queue_full");
}

void VerifyPool::link(const std::string& peer, bool up) {
    queue_of(peer).push_always(Link{peer, up});
}

bool VerifyPool::transaction(Bytes bytes, replica::RequestToken token) {
    std::optional<ByteBudget::Lease> lease = budget_->take(bytes.size());
    if (!lease) return false;
    Queue<Work>& queue = *queues_[next_.fetch_add(1) % queues_.size()];
    return queue.push(Submission{std::move(bytes), token, std::move(*lease)});
}

void VerifyPool::run(Queue<Work>& queue) {
    while (!queue.is_drained()) {
        for (Work& work : queue.take(patience, work_at_once)) {
            std::visit([this](auto& item) { check(std::move(item)); }, work);
        }
    }
}

void VerifyPool::check(Message work) {
    Result<replica::PeerEvent, replica::WireError> event = replica::decode_and_verify(work.bytes, *context_);
    if (!event) {
        metrics_->message_dropped("bad_message");
        return reports_.on_bad_message(work.peer, event.error());
    }
    replica::PeerMessage message{.peer = ledger::MemberId{work.peer}, .message = std::move(*event)};
    if (!inbox_->push(InboxItem{.event = std::move(message), .lease = std::move(work.lease)})) {
        metrics_->message_dropped("queue_full");
    }
}

void VerifyPool::check(Link work) {
    ledger::MemberId peer{std::move(work.peer)};
    if (work.up) {
        inbox_->push_always(InboxItem{.event = replica::PeerUp{.peer = std::move(peer)}, .lease = {}});
    } else {
        inbox_->push_always(InboxItem{.event = replica::PeerDown{.peer = std::move(peer)}, .lease = {}});
    }
}

void VerifyPool::check(Submission work) {
    Result<replica::TransactionPtr, ledger::Refusal> checked = replica::check_transaction(work.bytes, *context_);
    if (!checked) return reports_.on_refused(work.token, checked.error());
    replica::SubmitTransaction event{.transaction = std::move(*checked), .token = work.token};
    if (!inbox_->push(InboxItem{.event = std::move(event), .lease = std::move(work.lease)})) {
        reports_.on_overload(work.token);
    }
}

}  // namespace datadeed::node
