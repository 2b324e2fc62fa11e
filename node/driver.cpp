#include "node/driver.h"

#include <chrono>

#include "base/overloaded.h"
#include "node/clock.h"
#include "node/process.h"
#include "node/replica/limits.h"

namespace datadeed::node {
namespace {

// As many events as one turn may have: they share one sync of the votes, but a tick must not wait for long.
constexpr std::size_t events_at_once = 256;
constexpr std::uint64_t publish_period_ms = 200;

std::pair<std::uint32_t, std::uint32_t> place_of(const replica::Status& status) {
    return {status.epoch, status.view};
}

LogLevel level_of(replica::LogEvent::Level level) {
    switch (level) {
        case replica::LogEvent::Level::debug:
            return LogLevel::debug;
        case replica::LogEvent::Level::info:
            return LogLevel::info;
        case replica::LogEvent::Level::warning:
            return LogLevel::warn;
        case replica::LogEvent::Level::error:
            return LogLevel::error;
    }
    return LogLevel::error;
}

}  // namespace

Driver::Driver(std::unique_ptr<replica::Replica> replica, Inbox& inbox, Metrics& metrics, const Log& log,
               StatusPicture& status, DriverEffects effects)
    : replica_{std::move(replica)},
      inbox_{&inbox},
      metrics_{&metrics},
      log_{&log},
      status_{&status},
      effects_{std::move(effects)},
      view_{place_of(replica_->status())} {
    publish();
}

Driver::~Driver() {
    stop();
}

void Driver::start() {
    thread_ = std::thread{[this] { run(); }};
}

void Driver::stop() {
    stopping_ = true;
    inbox_->close();
    if (thread_.joinable()) thread_.join();
}

void Driver::run() {
    name_thread("replica");
    while (!stopping_) turn(inbox_->take(std::chrono::milliseconds{replica::tick_period_ms}, events_at_once));
}

void Driver::turn(std::vector<InboxItem> items) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<replica::Event> events;
    events.reserve(items.size() + 1);
    // Every turn begins with the time, so that block times and timers are as exact as turns are short.
    events.emplace_back(replica::Tick{.now = monotonic_now(), .wall = wall_now()});
    for (InboxItem& item : items) events.push_back(std::move(item.event));
    const std::size_t count = events.size();
    perform(replica_->step(std::move(events)));
    if (changed_ || monotonic_now().value - published_.value >= publish_period_ms) publish();
    const auto took = std::chrono::steady_clock::now() - begin;
    metrics_->replica_step(std::chrono::duration_cast<std::chrono::microseconds>(took), count);
}

void Driver::perform(std::vector<replica::Action> actions) {
    std::vector<replica::Reply> replies;
    for (replica::Action& action : actions) {
        std::visit(Overloaded{
                       [&](replica::SendTo& send) { effects_.send(std::move(send)); },
                       [&](replica::Reply& reply) { replies.push_back(reply); },
                       [&](replica::BlockCommitted& block) { on_block(block); },
                       [&](replica::StatusChanged&) { changed_ = true; },
                       [&](replica::LogEvent& event) {
                           std::vector<LogField> fields;
                           for (const auto& [key, value] : event.fields) fields.emplace_back(key, value);
                           log_->write(level_of(event.level), event.name, std::move(fields));
                       },
                       [&](replica::EpochBegan& began) { effects_.begin_epoch(began.epochs); },
                       [&](replica::ReadyAnswer& answer) { effects_.ready(std::move(answer)); },
                       [&](replica::EvidenceFound& found) { effects_.evidence(std::move(found)); },
                       [&](replica::WriteSnapshot& what) { effects_.store_work(what); },
                       [&](replica::ArchiveBlocks& what) { effects_.store_work(what); },
                       [&](replica::CompactBlocks& what) { effects_.store_work(what); },
                       [&](replica::StartAgain& again) { effects_.start_again(again); },
                       [&](replica::Halt& halt) { effects_.halt(halt); },
                   },
                   action);
    }
    // The picture first: who is told of a block must not be shown an older height then.
    if (changed_) publish();
    if (!replies.empty()) effects_.reply(std::move(replies));
}

void Driver::on_block(const replica::BlockCommitted& block) {
    changed_ = true;
    const TimeMs now = wall_now();
    const std::uint64_t after = now > block.time ? now.value - block.time.value : 0;
    if (!block.caught_up) metrics_->block_committed(std::chrono::milliseconds{after}, block.transactions);
    log_->debug("block.committed", {{"height", block.height.value},
                                    {"transactions", block.transactions},
                                    {"epoch", block.epoch},
                                    {"view", block.view},
                                    {"caught_up", block.caught_up}});
}

void Driver::publish() {
    auto status = std::make_shared<const replica::Status>(replica_->status());
    const std::pair place = place_of(*status);
    // The first view of an epoch was entered by a block, not by a view change.
    const std::uint32_t before = place.first == view_.first ? view_.second : 0;
    for (std::uint32_t view = before; view < place.second; ++view) metrics_->view_changed();
    view_ = place;
    metrics_->show(*status);
    metrics_->set_queue_size(inbox_->size());
    status_->set(std::move(status));
    published_ = monotonic_now();
    changed_ = false;
}

}  // namespace datadeed::node
