#include "tests/sim/twins.h"

#include <algorithm>
#include <map>
#include <memory>
#include <queue>
#include <sstream>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/fields.h"
#include "base/overloaded.h"
#include "tests/sim/checkers.h"
#include "tests/sim/network.h"
#include "tests/sim/node.h"
#include "tests/sim/prosecutor.h"

namespace datadeed::sim {
namespace {

constexpr std::uint64_t hop_ms = 1;
constexpr std::uint64_t tick_ms = 50;
constexpr std::uint64_t report_ms = 200;  // a multiple of ticks, between two tries
// When clients hand in the second time, if the first isn't settled before.
constexpr std::uint64_t second_wave_ms = 2'500;
// How long a VIEW-CHANGE stays within its camp, and when all splits end: after four timeouts, doubled each time.
constexpr std::uint64_t view_change_patience_ms = 200;
constexpr std::uint64_t splits_end_ms = 10'000;
// The timeouts of the four views, those of the views after them, and what fetching takes.
constexpr std::uint64_t end_ms = 120'000;

class TwinsRun {
public:
    TwinsRun(const World& world, const TwinsScenario& scenario, const Trace& trace)
        : world_{&world}, scenario_{scenario}, trace_{&trace}, checker_{world, 1} {
        for (std::size_t i = 0; i < twins_instances; ++i) {
            nodes_.push_back(std::make_unique<Node>(world, validator_name(identity_of_instance(i))));
        }
    }

    TwinsOutcome run() {
        for (std::size_t i = 0; i < twins_instances; ++i) start(i);
        while (now_ms_ < end_ms && !checker_.violation() && !done_) turn();
        if (!checker_.violation() && !done_)
            checker_.violate(Invariant::progress, "no progress:" + standing_of(nodes_));
        for (std::size_t i = 0; i < twins_instances && !checker_.violation(); ++i) {
            if (is_honest(i)) checker_.check_disk(*nodes_[i]);
        }
        check_convictions();
        outcome_.violation = checker_.violation();
        outcome_.blocks = checker_.height().value;
        outcome_.views = checker_.highest_view();
        return outcome_;
    }

private:
    [[nodiscard]] std::size_t identity_of_instance(std::size_t instance) const {
        return instance + 1 < twins_instances ? instance : scenario_.twin;
    }
    [[nodiscard]] bool is_honest(std::size_t instance) const {
        return identity_of_instance(instance) != scenario_.twin;
    }

    void note(std::size_t instance, const std::string& text) {
        if (!*trace_) return;
        (*trace_)({.at_us = now_ms_ * 1000, .node = label(instance), .from = {}, .text = text});
    }
    void note_message(const Parcel& parcel) {
        if (!*trace_) return;
        const std::string text = describe_message(*parcel.bytes);
        if (text.empty()) return;
        (*trace_)({.at_us = now_ms_ * 1000, .node = label(parcel.to), .from = label(parcel.from), .text = text});
    }
    // The twin is told from its brother.
    [[nodiscard]] std::string label(std::size_t instance) const {
        return nodes_[instance]->name().value + (instance + 1 == twins_instances ? "-twin" : "");
    }

    void start(std::size_t instance) {
        DATADEED_ASSERT(nodes_[instance]->start().has_value());
        tick(instance);
        for (std::size_t other = 0; other < 4; ++other) {
            if (other != identity_of_instance(instance)) step(instance, replica::PeerUp{.peer = validator_name(other)});
        }
    }

    void tick(std::size_t instance) {
        step(instance,
             replica::Tick{.now = replica::MonotonicMs{now_ms_}, .wall = nodes_[instance]->clock(epoch_ms + now_ms_)});
    }

    // One millisecond: what arrives, what clients hand in, what is due.
    void turn() {
        ++now_ms_;
        while (!parcels_.empty() && parcels_.front().at <= now_ms_ && !checker_.violation()) {
            const DueParcel parcel = std::move(parcels_.front());
            parcels_.pop();
            deliver(parcel);
        }
        if (now_ms_ == 1) wave();
        if (now_ms_ % tick_ms != 0) return;
        for (std::size_t i = 0; i < twins_instances; ++i) tick(i);
        if (now_ms_ % report_ms == 0) report();
        const bool settled = is_settled();
        done_ = settled && waves_ == 2;
        if (waves_ == 1 && (settled || now_ms_ >= second_wave_ms)) wave();
    }

    void wave() {
        ++waves_;
        for (std::size_t i = 0; i < twins_instances; ++i) submit(i);
    }

    // Each instance has a client of its own, so that primaries that are twins propose different blocks.
    void submit(std::size_t instance) {
        const std::string name = "d" + std::to_string(instance) + "-" + std::to_string(now_ms_);
        const ledger::TxId id = hand_in(
            instance,
            ledger::RegisterData{.data = ledger::DatasetId{name}, .title = "Twin", .type = "table", .commitment = {}});
        if (is_honest(instance)) waiting_.push_back(id);
    }

    // What honest nodes have found, by a client of one of them, and the same words in somebody else's mouth.
    void report() {
        std::size_t honest = 0;
        while (!is_honest(honest)) ++honest;
        for (const Bytes& evidence : prosecutor_.missing(checker_.state())) {
            hand_in(honest, ledger::ReportEvidence{.evidence = evidence});
            hand_in(honest, ledger::ReportEvidence{.evidence = Prosecutor::forged(evidence)});
        }
    }

    ledger::TxId hand_in(std::size_t instance, ledger::Operation operation) {
        const Bytes raw = sign_order(*world_, {.owner = instance,
                                               .nonce_us = (epoch_ms + now_ms_) * 1000 + ++tokens_ % 1000,
                                               .expires_ms = epoch_ms + 600'000,
                                               .operations = {std::move(operation)}});
        const replica::TransactionPtr transaction = checked(*world_, raw);
        step(instance,
             replica::SubmitTransaction{.transaction = transaction, .token = replica::RequestToken{++tokens_}});
        return transaction->tx.id();
    }

    // What decides whether two instances hear each other: the view of the message, if it has one, else its sender's.
    // VIEW-CHANGEs pass everywhere after a while, else a split without a quorum on either side would be the last.
    [[nodiscard]] bool passes(std::size_t from, std::size_t to, const consensus::Message* vote) {
        std::uint64_t view = nodes_[from]->replica().status().view;
        bool changes = false;
        const auto look = [&](const auto& said) {
            if constexpr (requires { said.message.view; }) {
                view = said.message.view.value;
            } else {
                view = said.message.new_view.value;
                changes = std::is_same_v<std::remove_cvref_t<decltype(said.message)>, consensus::ViewChange>;
            }
        };
        if (vote != nullptr) std::visit(look, *vote);
        if (scenario_.together(view, from, to) || now_ms_ >= splits_end_ms) return true;
        if (!changes) return false;
        return now_ms_ >= asked_ms_.try_emplace(view, now_ms_).first->second + view_change_patience_ms;
    }

    void send(std::size_t from, const replica::SendTo& send) {
        Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(*send.bytes);
        DATADEED_ASSERT(decoded.has_value());
        const auto* votes = std::get_if<replica::Votes>(&*decoded);
        for (std::size_t to = 0; to < twins_instances; ++to) {
            if (std::ranges::find(send.peers, nodes_[to]->name()) == send.peers.end()) continue;
            if (passes(from, to, votes == nullptr ? nullptr : &votes->message)) {
                parcels_.push({{.from = from, .to = to, .bytes = send.bytes}, now_ms_ + hop_ms});
            }
        }
    }

    void deliver(const Parcel& parcel) {
        Result<replica::PeerEvent, replica::WireError> event =
            replica::decode_and_verify(*parcel.bytes, *world_->context);
        if (!event) return checker_.violate(Invariant::running, "a twin's message doesn't verify");
        note_message(parcel);
        step(parcel.to, replica::PeerMessage{.peer = nodes_[parcel.from]->name(), .message = std::move(*event)});
    }

    void step(std::size_t instance, replica::Event event) {
        for (replica::Action& action : nodes_[instance]->replica().step(std::move(event))) perform(instance, action);
    }

    void perform(std::size_t instance, replica::Action& action) {
        Node& node = *nodes_[instance];
        const bool honest = is_honest(instance);
        std::visit(Overloaded{[&](const replica::SendTo& known) {
                                  if (honest) checker_.on_send(node, known);
                                  send(instance, known);
                              },
                              [&](const replica::BlockCommitted& known) {
                                  note(instance, "commits block " + std::to_string(known.height.value) + " " +
                                                     to_hex(known.hash).substr(0, 8));
                                  if (honest) checker_.on_committed(node, known);
                              },
                              [&](const replica::Reply& known) {
                                  const auto* committed = std::get_if<replica::Committed>(&known.outcome);
                                  if (honest && committed != nullptr) checker_.on_answer(node, *committed);
                              },
                              [&](const replica::LogEvent& known) { on_log(instance, known); },
                              [&](const replica::EvidenceFound& known) {
                                  if (honest) prosecutor_.note(known);
                              },
                              // A twin that hears of the other's votes falls silent, as it should.
                              [&](const replica::Halt& known) {
                                  checker_.violate(Invariant::running, node.name().value + " halts: " + known.code);
                              },
                              [](const auto&) {}},
                   action);
    }

    void on_log(std::size_t instance, const replica::LogEvent& event) {
        std::string text = event.name;
        for (const auto& [name, value] : event.fields) text += " " + name + "=" + value.substr(0, 40);
        note(instance, text);
        if (!is_honest(instance)) return;
        if (event.name == "votes.silenced") checker_.violate(Invariant::memory, "an honest node is silenced");
        if (event.name != "validator.contradicted_itself") return;
        ++outcome_.contradictions;
        const std::string guilty = validator_name(scenario_.twin).value;
        const auto accused =
            std::ranges::find(event.fields, "validator", [](const auto& field) { return field.first; });
        checker_.on_evidence(*nodes_[instance], accused->second, accused->second == guilty);
    }

    void check_convictions() {
        for (const std::string& name : Prosecutor::convicted(checker_.state())) {
            if (name == validator_name(scenario_.twin).value) {
                outcome_.convicted = true;
            } else {
                checker_.violate(Invariant::evidence, name + ", who has no twin, is convicted on the chain");
            }
        }
    }

    [[nodiscard]] bool is_settled() const {
        for (std::size_t i = 0; i < twins_instances; ++i) {
            if (is_honest(i) && nodes_[i]->replica().status().block_hash != checker_.hash()) return false;
        }
        if (!prosecutor_.missing(checker_.state()).empty()) return false;
        return std::ranges::all_of(waiting_, [this](const auto& id) { return checker_.contains(id); });
    }

    const World* world_;
    TwinsScenario scenario_;
    const Trace* trace_;
    Checker checker_;
    Prosecutor prosecutor_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::map<std::uint64_t, std::uint64_t> asked_ms_;  // when each view was first asked for
    std::queue<DueParcel> parcels_;                    // all take equally long, so the first sent arrives first
    std::vector<ledger::TxId> waiting_;
    std::uint64_t tokens_{0};
    std::uint64_t waves_{0};
    bool done_{false};
    std::uint64_t now_ms_{0};
    TwinsOutcome outcome_{};
};

}  // namespace

bool TwinsScenario::together(std::uint64_t view, std::size_t a, std::size_t b) const {
    if (view >= twins_views) return true;
    const auto camp = [&](std::size_t instance) { return instance == 0 ? 0 : (camps[view] >> (instance - 1)) & 1; };
    return camp(a) == camp(b);
}

std::string TwinsScenario::text() const {
    std::ostringstream out;
    out << "node-" << twin << " has a twin (the fifth)";
    for (std::size_t view = 0; view < twins_views; ++view) {
        out << "; view " << view << ": ";
        for (const bool with_the_first : {true, false}) {
            out << (with_the_first ? "" : " |");
            for (std::size_t i = 0; i < twins_instances; ++i) {
                if (together(view, 0, i) == with_the_first) out << " " << i;
            }
        }
    }
    return out.str();
}

TwinsScenario twins_scenario(std::uint64_t number) {
    constexpr std::uint64_t stride = 101'111;  // odd, so that every scenario has its number
    const std::uint64_t spread = number * stride % twins_scenarios;
    TwinsScenario scenario{.twin = spread >> 16U};
    for (std::size_t view = 0; view < twins_views; ++view) {
        scenario.camps[view] = static_cast<std::uint8_t>((spread >> (4 * view)) & 15U);
    }
    return scenario;
}

TwinsOutcome run_twins(const World& world, const TwinsScenario& scenario, const Trace& trace) {
    return TwinsRun{world, scenario, trace}.run();
}

}  // namespace datadeed::sim
