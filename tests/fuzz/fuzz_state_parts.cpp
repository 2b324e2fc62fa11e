#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/assert.h"
#include "ledger/part_cutter.h"
#include "ledger/state_parts.h"
#include "ledger/tree_builder.h"
#include "tests/fuzz/cut_state.h"
#include "tests/fuzz/second_state_tree.h"
#include "tests/fuzz/tape.h"

// A state cut into parts, and what a lying peer may make of a list of parts and of a part: whatever is taken for the
// state of a root is exactly that state, and only one of its cuts keeps to the rule.

namespace datadeed::ledger {
namespace {

using fuzz::CutState;
using fuzz::root_by_definition;
using fuzz::Tape;
using Part = PartCutter::Part;

struct Cut {
    Digest root{};
    std::size_t bytes_max{};
    CutState state{};
    std::vector<StatePart> list{};
    std::vector<PartContent> contents{};
};

StateRecord some_record(Tape& tape) {
    const std::size_t size = tape.below(40);
    return {.key = to_bytes(as_bytes("key " + std::to_string(tape.next()))), .value = Bytes(size, tape.next())};
}

Cut some_state(Tape& tape) {
    std::map<Bytes, Bytes> values;
    std::map<Digest, StateRecord> sorted;
    for (std::size_t count = tape.below(40); count > 0; --count) {
        StateRecord record = some_record(tape);
        values[record.key] = record.value;
        sorted[leaf_of(record).key_hash] = std::move(record);
    }
    Cut cut{.root = root_by_definition(values), .bytes_max = tape.next(), .state = {}, .list = {}, .contents = {}};
    PartCutter cutter{cut.bytes_max};
    std::vector<StateRecord> records;
    TreeBuilder builder{1};
    const auto take_all = [&] {
        while (std::optional<Part> part = cutter.next()) {
            cut.list.push_back(part->part);
            cut.contents.push_back(std::move(part->content));
        }
    };
    for (const auto& [hash, record] : sorted) {
        builder.add(leaf_of(record));
        cutter.add(record);
        records.push_back(record);
        take_all();
    }
    cutter.end();
    take_all();
    DATADEED_ASSERT(builder.finish() == cut.root);
    DATADEED_ASSERT(root_of(cut.list) == cut.root);
    cut.state = CutState{std::move(records)};
    return cut;
}

void change_list(Tape& tape, const CutState& state, std::vector<StatePart>& list) {
    for (std::size_t edits = tape.below(4); edits > 0 && !list.empty(); --edits) {
        const std::size_t at = tape.next() % list.size();
        const std::size_t other = tape.next() % list.size();
        switch (tape.below(8)) {
            case 0:
                list[at].bits += tape.below(3);
                break;
            case 6:
                fuzz::merge(list, at);
                break;
            case 7:
                state.split(list, at);
                break;
            case 1:
                list[at].bits -= tape.below(3);
                break;
            case 2:
                list[at].root = list[other].root;
                break;
            case 3:
                list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 4:
                list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), list[other]);
                break;
            default:
                std::swap(list[at], list[other]);
                break;
        }
    }
}

void change_content(Tape& tape, PartContent& content, const PartContent& other) {
    for (std::size_t edits = tape.below(4); edits > 0; --edits) {
        const std::size_t at = content.records.empty() ? 0 : tape.next() % content.records.size();
        const auto place = content.records.begin() + static_cast<std::ptrdiff_t>(at);
        switch (tape.below(5)) {
            case 0:
                content.records.insert(place, some_record(tape));
                break;
            case 1:
                if (!content.records.empty()) content.records.erase(place);
                break;
            case 2:
                if (!content.records.empty()) content.records[at] = some_record(tape);
                break;
            case 3:
                if (!content.records.empty()) std::swap(content.records[at], content.records.front());
                break;
            default:
                content = other;
                break;
        }
    }
}

void run(Tape& tape) {
    const Cut cut = some_state(tape);
    const std::vector<TreePlace> places = places_of(cut.list).value();

    // A list that still fits the root is of the same state, however it's cut; by the rule there's one cut.
    std::vector<StatePart> list = cut.list;
    change_list(tape, cut.state, list);
    if (root_of(list) == cut.root) {
        DATADEED_ASSERT(cut.state.has_all(list));
        DATADEED_ASSERT(cut.state.is_cut_by_rule(list, cut.bytes_max) == (list == cut.list));
    }

    const std::size_t at = tape.next() % cut.list.size();
    DATADEED_ASSERT(check_part(cut.list[at], places[at], encode(cut.contents[at])).has_value());
    PartContent content = cut.contents[at];
    change_content(tape, content, cut.contents[tape.next() % cut.list.size()]);
    Bytes bytes = encode(content);
    if (tape.below(3) == 0) bytes[tape.next() % bytes.size()] ^= tape.next();
    if (const auto checked = check_part(cut.list[at], places[at], bytes)) {
        DATADEED_ASSERT(checked->records == cut.contents[at].records);
        DATADEED_ASSERT(bytes == encode(cut.contents[at]));
    }
    // As it comes from the network.
    Bytes raw;
    while (!tape.ended()) raw.push_back(tape.next());
    if (const auto checked = check_part(cut.list[at], places[at], raw)) {
        DATADEED_ASSERT(checked->records == cut.contents[at].records);
    }
}

}  // namespace
}  // namespace datadeed::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 1024) return 0;
    datadeed::fuzz::Tape tape{{data, size}};
    datadeed::ledger::run(tape);
    return 0;
}
