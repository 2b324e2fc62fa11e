#include "tests/sim/trace.h"

#include <algorithm>
#include <variant>

#include "base/fields.h"
#include "consensus/messages.h"
#include "node/replica/wire.h"

namespace datadeed::sim {
namespace {

std::string short_of(const Digest& hash) {
    return to_hex(hash).substr(0, 8);
}

std::string view_text(consensus::View view) {
    const std::string place = std::to_string(consensus::Epoch::place_of(view));
    const std::uint32_t epoch = consensus::Epoch::of(view);
    return " view " + (epoch == 0 ? place : std::to_string(epoch) + "/" + place);
}

template <class M>
std::string vote_text(const M& vote) {
    return view_text(vote.view) + " height " + std::to_string(vote.height.value) + " " + short_of(vote.hash);
}

std::string details(const consensus::PrePrepare& said) {
    return vote_text(said);
}
std::string details(const consensus::Prepare& said) {
    return vote_text(said);
}
std::string details(const consensus::Commit& said) {
    return vote_text(said);
}
std::string details(const consensus::ViewChange& said) {
    std::string text = view_text(said.new_view) + " committed " + std::to_string(said.committed.value);
    if (said.prepared) text += ", prepared" + vote_text(*said.prepared);
    return text;
}
std::string details(const consensus::NewView& said) {
    std::string text = view_text(said.new_view) + " base " + std::to_string(said.base.value);
    if (said.carried) text += ", carries" + vote_text(*said.carried);
    return text;
}
std::string details(const consensus::Status& said) {
    return view_text(said.view) + (said.changing ? " changing" : "") + " committed " +
           std::to_string(said.committed.value);
}

std::string message_text(const replica::Votes& votes) {
    return std::visit(
        []<class M>(const consensus::Signed<M>& said) {
            return std::string{consensus::name(M::kind)} + details(said.message);
        },
        votes.message);
}
std::string message_text(const replica::FetchBlocks& asked) {
    return "asks for blocks from " + std::to_string(asked.from.value);
}
std::string message_text(const replica::Blocks& answer) {
    return std::to_string(answer.blocks.size()) + " blocks from " + std::to_string(answer.from.value);
}
std::string message_text(const replica::FetchBody& asked) {
    return "asks for proposal " + short_of(asked.hash);
}
std::string message_text(const replica::Body& answer) {
    return "proposal " + short_of(answer.hash);
}
template <class Other>
std::string message_text(const Other&) {
    return {};
}

}  // namespace

std::string describe_message(ByteView wire) {
    const Result<replica::WireMessage, cbor::DecodeError> message = decode<replica::WireMessage>(wire);
    if (!message) return "bytes that are no message";
    return std::visit([](const auto& known) { return message_text(known); }, *message);
}

std::string text_of(const TraceEvent& event) {
    const std::string time =
        std::to_string(event.at_us / 1000) + "." + std::to_string((event.at_us / 100) % 10) + " ms  ";
    const std::string what = event.from.empty() ? event.text : "hears from " + event.from + ": " + event.text;
    return time + event.node + "  " + what;
}

std::string mermaid_of(const TraceEvent& event) {
    // What ends a statement of Mermaid, or begins an entity.
    std::string text = event.text;
    std::ranges::replace_if(text, [](char c) { return c == ';' || c == '#'; }, ',');
    const std::string time = std::to_string(event.at_us / 1000) + " ms: ";
    if (event.from.empty()) return "    Note over " + event.node + ": " + time + text;
    return "    " + event.from + "->>" + event.node + ": " + time + text;
}

}  // namespace datadeed::sim
