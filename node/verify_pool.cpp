#include "node/verify_pool.h"

#include <span>

#include "node/clock.h"
#include "node/limits.h"
#include "node/process.h"

namespace datadeed::node {
namespace {

bool is_gossip(ByteView bytes) {
    return replica::kind_of(bytes) == replica::WireKind::transactions;
}

bool is_answer(ByteView bytes) {
    const std::optional<replica::WireKind> kind = replica::kind_of(bytes);
    return kind == replica::WireKind::blocks || kind == replica::WireKind::snapshot || kind == replica::WireKind::part;
}

std::size_t swelling_of(std::span<const replica::TransactionPtr> transactions) {
    std::size_t swelling = 0;
    for (const replica::TransactionPtr& each : transactions) swelling += replica::swelling_of(*each);
    return swelling;
}

// False when there is none.
bool take_one(std::atomic<std::size_t>& count) {
    std::size_t left = count.load();
    while (left > 0) {
        if (count.compare_exchange_weak(left, left - 1)) return true;
    }
    return false;
}

// False when it was there.
bool raise_to(std::atomic<std::uint64_t>& number, std::uint64_t least) {
    std::uint64_t before = number.load();
    while (before < least) {
        if (number.compare_exchange_weak(before, least)) return true;
    }
    return false;
}

}  // namespace

VerifyPool::VerifyPool(std::size_t threads, ContextPicture& context, Inbox& inbox, Senders& senders, Metrics& metrics,
                       VerifyReports reports)
    : context_{&context}, inbox_{&inbox}, senders_{&senders}, metrics_{&metrics}, reports_{std::move(reports)} {
    know_senders();
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run([this] { return turns_.take(); }, arrived_); });
    }
    threads_.emplace_back([this] { run([this] { return turns_.take_small(small_cost_max); }, small_arrived_); });
}

// Under mutex_, or before the threads begin.
void VerifyPool::know_senders() {
    for (std::size_t i = 0; i < senders_->size(); ++i) {
        const Rank rank = senders_->at(i).rank;
        for (const Queue each : {Queue::all_else, Queue::gossip}) {
            if (i < known_senders_) {
                turns_.set_rank(queue_number_of(i, each), rank);
            } else {
                turns_.add({.rank = rank, .one_at_a_time = i != Senders::clients});
            }
        }
    }
    known_senders_ = senders_->size();
}

std::size_t VerifyPool::queue_number_of(std::size_t sender, Queue which) {
    return sender * static_cast<std::size_t>(Queue::count) + static_cast<std::size_t>(which);
}

Sender& VerifyPool::sender_of(std::size_t queue) const {
    return senders_->at(queue / static_cast<std::size_t>(Queue::count));
}

void VerifyPool::begin_epoch(const ledger::ValidatorSet& nodes) {
    const std::lock_guard lock{mutex_};
    senders_->begin_epoch(nodes);
    know_senders();
    inbox_->set_capacity(senders_->events_max());
}

VerifyPool::~VerifyPool() {
    stop();
}

void VerifyPool::stop() {
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
    }
    arrived_.notify_all();
    small_arrived_.notify_all();
    threads_.clear();
}

bool VerifyPool::message(const std::string& peer, Bytes bytes) {
    const std::optional<std::size_t> number = senders_->find(peer);
    if (!number) {
        metrics_->message_dropped("unknown_peer");
        return false;
    }
    Sender& sender = senders_->at(*number);
    const std::size_t cost = bytes.size() + work_overhead;
    const bool gossip = is_gossip(bytes);
    std::optional<ByteBudget::Lease> lease =
        sender.share.take(cost, gossip ? sender.share.most() / gossip_part : sender.share.most());
    const bool taken = lease && push(queue_number_of(*number, gossip ? Queue::gossip : Queue::all_else), cost,
                                     Message{std::move(bytes), sender.link, std::move(*lease)});
    if (!taken) metrics_->message_dropped("queue_full");
    return taken;
}

void VerifyPool::expect_answer(const std::string& peer) {
    const std::optional<std::size_t> number = senders_->find(peer);
    if (!number) return;
    std::atomic<std::size_t>& due = senders_->at(*number).answers_due;
    if (due.load() < answers_due_max) ++due;
}

void VerifyPool::link(const std::string& peer, bool up) {
    const std::optional<std::size_t> number = senders_->find(peer);
    if (!number) return;
    if (up) ++senders_->at(*number).link;
    (void)push(queue_number_of(*number, Queue::all_else), work_overhead, Link{up});
}

bool VerifyPool::transaction(Bytes bytes, replica::RequestToken token) {
    const std::size_t cost = bytes.size() + work_overhead;
    std::optional<ByteBudget::Lease> lease = senders_->at(Senders::clients).share.take(cost);
    return lease && push(queue_number_of(Senders::clients, Queue::all_else), cost,
                         Submission{std::move(bytes), token, std::move(*lease)});
}

bool VerifyPool::push(std::size_t queue, std::size_t cost, Work work) {
    const bool small = cost <= small_cost_max && sender_of(queue).rank == Rank::validator;
    {
        const std::lock_guard lock{mutex_};
        if (closed_) return false;
        turns_.push(queue, cost, std::move(work));
    }
    arrived_.notify_one();
    if (small) small_arrived_.notify_one();
    return true;
}

void VerifyPool::run(const std::function<std::optional<Turn>()>& take, std::condition_variable& arrived) {
    name_thread("verify");
    replica::CheckedBefore before;
    std::unique_lock lock{mutex_};
    while (true) {
        release_due();
        std::optional<Turn> turn = take();
        if (!turn && closed_ && turns_.is_empty()) return;
        if (!turn) {
            wait(lock, arrived);
            continue;
        }
        lock.unlock();
        const std::size_t queue = turn->sender;
        const Clock::time_point not_before = work_on(std::move(*turn), before);
        lock.lock();
        finish(queue, not_before);
    }
}

void VerifyPool::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& arrived) {
    if (resting_.empty()) {
        arrived.wait(lock);
    } else {
        const Clock::time_point next = resting_.begin()->first;
        arrived.wait_until(lock, next);
    }
}

// When the pool ends, nobody rests: what waits is finished.
void VerifyPool::release_due() {
    while (!resting_.empty() && (closed_ || resting_.begin()->first <= Clock::now())) {
        const std::size_t queue = resting_.begin()->second;
        resting_.erase(resting_.begin());
        finish(queue, {});
    }
}

VerifyPool::Clock::time_point VerifyPool::work_on(Turn turn, replica::CheckedBefore& before) {
    Sender& sender = sender_of(turn.sender);
    if (auto* const link = std::get_if<Link>(&turn.work)) {
        check(sender, *link);
        return {};
    }
    if (auto* const submission = std::get_if<Submission>(&turn.work)) {
        check(sender, std::move(*submission));
        return {};
    }
    auto& message = std::get<Message>(turn.work);
    const bool answers = is_answer(message.bytes);
    const bool asked_for = answers && take_one(sender.answers_due);
    // Answers that nobody asked for are of use where a fork is shown, and honest nodes send them never else: they have
    // the smaller part, whatever their size.
    const bool small = message.bytes.size() + work_overhead <= small_cost_max || answers;
    TimeShare& share = is_gossip(message.bytes) ? sender.gossip_time : small ? sender.small_time : sender.large_time;
    const std::chrono::microseconds begin = thread_time();
    const std::size_t transactions = check(sender, std::move(message), before);
    if (asked_for) return {};
    const auto least = std::max(message_time_min, transaction_time_min * static_cast<std::int64_t>(transactions));
    share.spend(std::max(thread_time() - begin, least), Clock::now());
    return share.free_at();
}

// What else the queue has waiting may be for another thread than this one.
void VerifyPool::finish(std::size_t queue, Clock::time_point not_before) {
    if (!closed_ && not_before > Clock::now()) {
        resting_.emplace(not_before, queue);
        // Whoever is idle looks after it.
        arrived_.notify_one();
        small_arrived_.notify_one();
        return;
    }
    const bool more = turns_.done(queue);
    if (closed_) {
        arrived_.notify_all();
        small_arrived_.notify_all();
    } else if (more) {
        arrived_.notify_one();
        if (sender_of(queue).rank == Rank::validator) small_arrived_.notify_one();
    }
}

std::size_t VerifyPool::check(Sender& sender, Message work, replica::CheckedBefore& before) {
    if (work.link <= sender.shunned_link) {
        metrics_->message_dropped("shunned");
        return 0;
    }
    Result<replica::PeerEvent, replica::WireError> event =
        replica::decode_and_verify(work.bytes, *context_->get(), before);
    if (!event) {
        metrics_->message_dropped("bad_message");
        count_bad(sender, work.link, 1, event.error());
        return 0;
    }
    std::size_t transactions = 0;
    if (const auto* gossip = std::get_if<replica::CheckedTransactions>(&*event); gossip != nullptr) {
        transactions = gossip->transactions.size();
        if (gossip->bad > 0) {
            metrics_->message_dropped("bad_transaction");
            count_bad(sender, work.link, gossip->bad, replica::WireError::transaction_must_verify);
        }
        if (!work.lease.grow(swelling_of(gossip->transactions), sender.share.most() / gossip_part)) {
            metrics_->message_dropped("queue_full");
            return transactions;
        }
    }
    replica::PeerMessage message{.peer = ledger::MemberId{sender.name}, .message = std::move(*event)};
    if (!inbox_->push(InboxItem{.event = std::move(message), .lease = std::move(work.lease)})) {
        metrics_->message_dropped("queue_full");
    }
    return transactions;
}

void VerifyPool::check(const Sender& sender, Link work) {
    ledger::MemberId peer{sender.name};
    if (work.up) {
        inbox_->push_always(InboxItem{.event = replica::PeerUp{.peer = std::move(peer)}, .lease = {}});
    } else {
        inbox_->push_always(InboxItem{.event = replica::PeerDown{.peer = std::move(peer)}, .lease = {}});
    }
}

void VerifyPool::check(Sender& clients, Submission work) {
    Result<replica::TransactionPtr, ledger::Refusal> checked = replica::check_transaction(work.bytes, *context_->get());
    if (!checked) return reports_.on_refused(work.token, replica::explain(work.bytes, checked.error()));
    if (!work.lease.grow(swelling_of({&*checked, 1}), clients.share.most())) return reports_.on_overload(work.token);
    replica::SubmitTransaction event{.transaction = std::move(*checked), .token = work.token};
    if (!inbox_->push(InboxItem{.event = std::move(event), .lease = std::move(work.lease)})) {
        reports_.on_overload(work.token);
    }
}

void VerifyPool::count_bad(Sender& sender, std::uint64_t link, std::size_t bad, replica::WireError error) {
    reports_.on_bad_message(sender.name, error);
    if (!sender.conduct.is_too_bad(bad, monotonic_now().value)) return;
    // Its other queue may have told so already.
    if (!raise_to(sender.shunned_link, link)) return;
    reports_.on_misconduct(sender.name);
}

}  // namespace datadeed::node
