#include "tests/consensus/scenario.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace datadeed::consensus::testing {

namespace {

std::vector<std::string> split(const std::string& line) {
    std::istringstream stream{line};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::uint32_t index_of(const std::string& word) {
    return static_cast<std::uint32_t>(std::stoul(word));
}

}  // namespace

Scenario::Scenario() {
    hidden_.insert("STATUS");
}

std::string Scenario::command(const std::string& line) {
    transcript_.clear();
    const Words words = split(line);
    if (words.empty()) throw std::runtime_error{"an empty command"};
    if (words[0] == "nodes") {
        nodes(words);
    } else if (words[0] == "show") {
        show();
    } else if (words[0] == "hide") {
        hidden_.insert(words.at(1));
    } else if (words[0] == "tell") {
        hidden_.erase(words.at(1));
    } else if (!network_command(words) && !node_command(words)) {
        throw std::runtime_error{"unknown command: " + line};
    }
    return transcript_.empty() ? "ok\n" : transcript_;
}

bool Scenario::network_command(const Words& words) {
    if (words[0] == "submit") {
        submit(words);
    } else if (words[0] == "deliver") {
        deliver(parse_filter(words));
    } else if (words[0] == "drop") {
        drop(parse_filter(words));
    } else if (words[0] == "tick") {
        tick(std::stoull(words.at(1)));
    } else if (words[0] == "run") {
        run(std::stoull(words.at(1)));
    } else if (words[0] == "partition") {
        partition(words);
    } else if (words[0] == "heal") {
        sides_.clear();
    } else if (words[0] == "lag") {
        lag_ms_ = std::stoull(words.at(1));
    } else if (words[0] == "rounds") {
        rounds(std::stoul(words.at(1)));
    } else {
        return false;
    }
    return true;
}

bool Scenario::node_command(const Words& words) {
    Node& target = node(words.at(1));
    if (words[0] == "crash") {
        target.crash();
    } else if (words[0] == "crash-at") {
        target.crash_at_action(std::stoul(words.at(2)));
    } else if (words[0] == "restart") {
        start(target);
    } else if (words[0] == "nosync") {
        target.set_auto_sync(false);
    } else if (words[0] == "sync") {
        target.set_auto_sync(true);
        target.sync();
        collect(target);
    } else if (words[0] == "byzantine") {
        monitor_->trust_not(target.self());
        target.crash();
    } else if (words[0] == "forget-votes") {
        target.disk().journal.clear();
        monitor_->trust_not(target.self());
    } else if (words[0] == "slow") {
        for (const ValidatorIndex to : parse_targets(words)) {
            slow_ms_[{target.self().value, to.value}] = std::stoull(words.at(2));
        }
    } else if (words[0] == "forge") {
        forge(words);
    } else {
        return false;
    }
    return true;
}

void Scenario::nodes(const Words& words) {
    const std::size_t count = std::stoul(words.at(1));
    monitor_.emplace(quick_set(count));
    const Node::Observer observer{
        .on_action =
            [this](const Node& who, const Action& action) {
                monitor_->on_action(who, action);
                note(who, action);
            },
        .on_leave = [this](const Node& who, const Packet& packet) { monitor_->on_leave(who, packet); }};
    for (std::uint32_t i = 0; i < count; ++i) {
        nodes_.push_back(std::make_unique<Node>(quick_set(count), ValidatorIndex{i}, Timing{}, observer));
    }
    for (const auto& each : nodes_) start(*each);
    queue_.clear();  // the first STATUS of each, which says nothing
    transcript_.clear();
}

void Scenario::start(Node& target) {
    target.start(now_);
    collect(target);
}

void Scenario::submit(const Words& words) {
    std::vector<std::string> to(words.begin() + 2, words.end());
    for (const auto& each : nodes_) {
        const bool chosen =
            to.empty() || std::find(to.begin(), to.end(), std::to_string(each->self().value)) != to.end();
        if (chosen) each->submit(words.at(1));
        collect(*each);
    }
}

void Scenario::collect(Node& target) {
    for (Packet& packet : target.take_packets()) {
        const auto* message = std::get_if<Message>(&packet.wire);
        const auto* change = message == nullptr ? nullptr : std::get_if<Signed<ViewChange>>(message);
        if (change != nullptr) view_changes_.insert_or_assign({change->message.new_view, change->signer}, *change);
        post(std::move(packet));
    }
}

void Scenario::post(Packet packet) {
    const auto* message = std::get_if<Message>(&packet.wire);
    const bool proposal = message != nullptr && std::holds_alternative<Signed<PrePrepare>>(*message);
    const auto slow = slow_ms_.find({packet.from.value, packet.to.value});
    const std::uint64_t delay_ms = lag_ms_ + (proposal && slow != slow_ms_.end() ? slow->second : 0);
    if (delay_ms == 0) {
        queue_.push_back(std::move(packet));
    } else {
        late_.emplace(now_ + delay_ms, std::move(packet));
    }
}

void Scenario::release_late() {
    while (!late_.empty() && late_.begin()->first <= now_) {
        queue_.push_back(std::move(late_.begin()->second));
        late_.erase(late_.begin());
    }
}

bool Scenario::is_cut(const Packet& packet) const {
    const auto from = sides_.find(packet.from.value);
    const auto to = sides_.find(packet.to.value);
    return from != sides_.end() && to != sides_.end() && from->second != to->second;
}

bool Scenario::matches(const Filter& filter, const Packet& packet) const {
    if (filter.from && *filter.from != packet.from.value) return false;
    if (filter.to && *filter.to != packet.to.value) return false;
    if (filter.kind.empty()) return true;
    return describe(packet.wire).starts_with(filter.kind);
}

void Scenario::deliver_one(std::size_t position) {
    const Packet packet = queue_[position];
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(position));
    if (is_cut(packet)) return;
    Node& target = *nodes_[packet.to.value];
    if (target.now() < now_) target.tick(now_);  // as real nodes do at the beginning of a turn
    const std::string what = describe(packet.wire);
    const std::string kind = what.substr(0, what.find(' '));
    if (target.up() && !hidden_.contains(kind)) {
        tell(std::to_string(packet.from.value) + ">" + std::to_string(packet.to.value) + " " + what);
    }
    target.deliver(packet);
    collect(target);
}

// First in, first out; what is sent meanwhile is delivered too, as long as it matches.
void Scenario::deliver(const Filter& filter) {
    for (int guard = 0; guard < 5'000; ++guard) {
        std::size_t at = 0;
        while (at < queue_.size() && !matches(filter, queue_[at])) ++at;
        if (at == queue_.size()) return;
        deliver_one(at);
    }
    throw std::runtime_error{"the messages don't come to an end"};
}

void Scenario::drop(const Filter& filter) {
    std::erase_if(queue_, [&](const Packet& packet) { return matches(filter, packet); });
}

void Scenario::tick(std::uint64_t ms) {
    const std::uint64_t end = now_ + ms;
    while (true) {
        std::uint64_t next = end;
        for (const auto& each : nodes_) {
            if (each->up()) next = std::min(next, std::max(now_, each->next_deadline()));
        }
        now_ = next;
        for (const auto& each : nodes_) {
            if (!each->up() || (each->next_deadline() > now_ && now_ < end)) continue;
            each->tick(now_);
            collect(*each);
        }
        if (next == end) break;
    }
    release_late();
}

// Time and messages together: what is under way arrives every 10 ms.
void Scenario::run(std::uint64_t ms) {
    for (std::uint64_t passed = 0; passed < ms; passed += 10) {
        tick(10);
        deliver({});
    }
}

bool Scenario::all_up_hold(const std::string& text) const {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& each) {
        const auto& chain = each->disk().chain;
        return !each->up() || std::any_of(chain.begin(), chain.end(),
                                          [&](const Final& final) { return text_of(final.block.payload) == text; });
    });
}

// One transaction after the other, each decided before the next; told in one line.
void Scenario::rounds(std::size_t count) {
    const std::uint64_t began = now_;
    for (std::size_t i = 0; i < count; ++i) {
        tick(0);
        const std::string text = "round" + std::to_string(++rounds_);
        submit({"submit", text});
        deliver({});
        for (int guard = 0; guard < 6'000 && !all_up_hold(text); ++guard) run(10);
    }
    transcript_.clear();
    tell(std::to_string(count) + " rounds in " + std::to_string(now_ - began) + " ms");
}

// partition 0 1 | 2 3
void Scenario::partition(const Words& words) {
    sides_.clear();
    int side = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "|") {
            ++side;
        } else {
            sides_[index_of(words[i])] = side;
        }
    }
}

Node& Scenario::node(const std::string& word) {
    return *nodes_.at(index_of(word));
}

// deliver all | deliver PREPARE | deliver 0->1 | deliver PREPARE 0->1 | deliver ->1 | deliver 0->
Scenario::Filter Scenario::parse_filter(const Words& words) const {
    Filter filter;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::size_t arrow = words[i].find("->");
        if (arrow == std::string::npos) {
            if (words[i] != "all") filter.kind = words[i];
            continue;
        }
        if (arrow > 0) filter.from = index_of(words[i].substr(0, arrow));
        if (arrow + 2 < words[i].size()) filter.to = index_of(words[i].substr(arrow + 2));
    }
    return filter;
}

std::optional<std::string> Scenario::finish() {
    sides_.clear();
    slow_ms_.clear();
    lag_ms_ = 0;
    for (const auto& each : nodes_) {
        each->set_auto_sync(true);
        if (!each->up() && !monitor_->is_byzantine(each->self())) start(*each);
        each->sync();
        collect(*each);
    }
    submit({"submit", "finish"});
    run(10'000);
    if (violation()) return violation();
    std::set<Digest> tips;
    for (const auto& each : nodes_) {
        if (monitor_->is_byzantine(each->self())) continue;
        const auto& chain = each->disk().chain;
        const bool has = std::any_of(chain.begin(), chain.end(),
                                     [](const Final& final) { return text_of(final.block.payload) == "finish"; });
        if (!has) return "validator " + std::to_string(each->self().value) + " must decide the last block";
        tips.insert(chain.back().block.hash);
    }
    if (tips.size() != 1) return "all correct validators must be at one tip";
    return std::nullopt;
}

}  // namespace datadeed::consensus::testing
