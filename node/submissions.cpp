#include "node/submissions.h"

#include <utility>

#include "base/assert.h"
#include "base/overloaded.h"
#include "crypto/cose.h"

namespace datadeed::node {
namespace {

// How long a client that doesn't want to wait may have to wait until its transaction was looked at.
constexpr std::chrono::seconds patience{10};

std::optional<crypto::PublicKey> claimed_signer(ByteView transaction) {
    const auto message = crypto::decode_sign1(transaction);
    return message ? std::optional{message->header.kid} : std::nullopt;
}

}  // namespace

void Submissions::submit(Bytes transaction, std::chrono::milliseconds wait, Clock::time_point now,
                         api::WhenSubmitted done) {
    if (stopping_) return done(api::ApiError::node_must_not_be_stopping);
    const std::optional<crypto::PublicKey> signer = claimed_signer(transaction);
    const auto refuse = [&](const api::Submitted& outcome) {
        count(outcome);
        done(outcome);
    };
    if (signer && throttled_.contains(*signer, now)) {
        return refuse(replica::NotTaken{.tx = {}, .reason = replica::Busy::member_has_too_many});
    }
    const replica::RequestToken token{++last_token_};
    if (!pool_->transaction(std::move(transaction), token)) return refuse(api::ApiError::node_must_not_be_overloaded);
    const bool at_once = wait.count() == 0;
    const Clock::time_point until = now + (at_once ? std::chrono::milliseconds{patience} : wait);
    const auto deadline = deadlines_.emplace(until, token);
    waiting_.emplace(
        token, Waiting{.done = std::move(done), .at_once = at_once, .deadline = deadline, .id = {}, .signer = signer});
}

void Submissions::on_reply(const replica::Reply& reply, Clock::time_point now) {
    const auto entry = waiting_.find(reply.token);
    if (entry == waiting_.end()) return;
    std::visit(Overloaded{
                   [&](const replica::Accepted& accepted) { on_accepted(entry, accepted); },
                   [&](const replica::NotTaken& busy) { on_not_taken(entry, busy, now); },
                   [&](const auto& last) { finish(entry, last); },
               },
               reply.outcome);
}

void Submissions::on_refused(replica::RequestToken token, const replica::Unusable& why) {
    if (const auto entry = waiting_.find(token); entry != waiting_.end()) finish(entry, why);
}

void Submissions::on_overload(replica::RequestToken token) {
    if (const auto entry = waiting_.find(token); entry != waiting_.end()) {
        finish(entry, api::ApiError::node_must_not_be_overloaded);
    }
}

// Its signature was checked before the replica saw it.
void Submissions::on_not_taken(Entries::iterator entry, const replica::NotTaken& busy, Clock::time_point now) {
    const bool full = busy.reason == replica::Busy::member_has_too_many;
    if (full && entry->second.signer) throttled_.add(*entry->second.signer, now);
    finish(entry, busy);
}

void Submissions::on_accepted(Entries::iterator entry, const replica::Accepted& accepted) {
    if (entry->second.id) return;
    entry->second.id = accepted.tx;
    ++accepted_[accepted.tx];
    if (entry->second.at_once) answer(entry, accepted);
}

void Submissions::on_time(Clock::time_point now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto entry = waiting_.find(deadlines_.begin()->second);
        DATADEED_ASSERT(entry != waiting_.end());
        if (entry->second.id) {
            answer(entry, replica::Accepted{.tx = *entry->second.id});
        } else {
            finish(entry, api::ApiError::node_must_not_be_overloaded);
        }
    }
}

void Submissions::stop() {
    stopping_ = true;
    while (!waiting_.empty()) finish(waiting_.begin(), api::ApiError::node_must_not_be_stopping);
}

api::WhenSubmitted Submissions::take_done(Entries::iterator entry) {
    if (!entry->second.done) return nullptr;
    deadlines_.erase(entry->second.deadline);
    return std::exchange(entry->second.done, nullptr);
}

// The client has its answer; the transaction is followed further, if there is room.
void Submissions::answer(Entries::iterator entry, const api::Submitted& outcome) {
    count(outcome);
    const api::WhenSubmitted done = take_done(entry);
    if (followed_ < followed_max) {
        ++followed_;
    } else {
        inbox_->push_always(InboxItem{.event = replica::ForgetRequest{.token = entry->first}, .lease = {}});
        erase(entry);
    }
    if (done) done(outcome);
}

void Submissions::finish(Entries::iterator entry, const api::Submitted& outcome) {
    const api::WhenSubmitted done = take_done(entry);
    if (done) {
        count(outcome);
    } else {
        --followed_;
    }
    erase(entry);
    if (done) done(outcome);
}

void Submissions::erase(Entries::iterator entry) {
    if (entry->second.id) {
        const auto accepted = accepted_.find(*entry->second.id);
        if (--accepted->second == 0) accepted_.erase(accepted);
    }
    waiting_.erase(entry);
}

void Submissions::count(const api::Submitted& outcome) {
    metrics_->submission_answered(std::visit(Overloaded{
                                                 [](const replica::Accepted&) { return "accepted"; },
                                                 [](const replica::Committed&) { return "committed"; },
                                                 [](const replica::Refused&) { return "refused"; },
                                                 [](const replica::Unusable&) { return "refused"; },
                                                 [](const replica::NotTaken&) { return "busy"; },
                                                 [](const api::ApiError&) { return "busy"; },
                                             },
                                             outcome));
}

}  // namespace datadeed::node
