#include "node/evidence_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "ledger/lookup.h"
#include "ledger/operations/report_evidence.h"
#include "node/limits.h"

namespace datadeed::node {
namespace {

using ledger::Refusal;

Result<ledger::Accusation, Refusal> accusation_of(ByteView bytes, const ledger::StateView& state) {
    const auto epoch_of = [&state](ledger::EpochNumber number) { return ledger::find_epoch(state, number); };
    return ledger::accuse(chain::evidence_judge(), bytes, epoch_of);
}

bool are_alike(const api::HeldEvidence& held, const ledger::Accusation& accusation) {
    return held.accused == accusation.accused.member && held.charge.epoch == accusation.charge.epoch &&
           held.charge.offence == accusation.charge.offence;
}

}  // namespace

std::string EvidenceBook::path_of(const ledger::EvidenceId& id) const {
    return folder_ + "/" + to_hex(id.value);
}

std::vector<EvidenceBook::Damaged> EvidenceBook::open(const ledger::StateView& state) {
    const auto there = files_->exists(folder_);
    if (!there) return {{.file = folder_, .why = to_text(there.error())}};
    if (!*there) return {};
    const auto names = files_->list(folder_);
    if (!names) return {{.file = folder_, .why = to_text(names.error())}};
    return read_all(*names, state);
}

std::vector<EvidenceBook::Damaged> EvidenceBook::look_again(const ledger::StateView& state) {
    return read_all(std::exchange(waiting_, {}), state);
}

std::vector<EvidenceBook::Damaged> EvidenceBook::read_all(const std::vector<std::string>& names,
                                                          const ledger::StateView& state) {
    std::vector<Damaged> damaged;
    for (const std::string& name : names) {
        if (name.ends_with(".new")) continue;  // of a write that broke off
        if (auto done = read(name, state); !done) {
            damaged.push_back({.file = folder_ + "/" + name, .why = std::move(done.error())});
        }
    }
    return damaged;
}

Result<void, std::string> EvidenceBook::read(const std::string& name, const ledger::StateView& state) {
    auto bytes = chain::read_file(*files_, folder_ + "/" + name, evidence_kept_bytes_max);
    if (!bytes) return fail(to_text(bytes.error()));
    const auto accusation = accusation_of(*bytes, state);
    if (!accusation && accusation.error() == Refusal::evidence_epoch_unknown && waiting_.size() < evidence_kept_max) {
        waiting_.push_back(name);
        return {};
    }
    if (!accusation) return fail(std::string{describe(accusation.error())});
    const auto proven = accusation->prove(chain_);
    if (!proven) return fail(std::string{describe(proven.error())});
    if (to_hex(accusation->id.value) != name) return fail(std::string{"its name isn't the id of what it proves"});
    if (!has_room_for(*accusation, bytes->size())) make_room(state);
    if (!has_room_for(*accusation, bytes->size())) return fail(std::string{"there is no room for it"});
    held_[accusation->id] = {.id = accusation->id,
                             .charge = accusation->charge,
                             .accused = accusation->accused.member,
                             .bytes = std::move(*bytes)};
    return {};
}

bool EvidenceBook::has_room_for(const ledger::Accusation& accusation, std::size_t size) const {
    std::size_t bytes = size;
    std::size_t long_bytes = size > ledger::evidence_size_max ? size : 0;
    std::size_t alike = 0;
    for (const auto& [id, held] : held_) {
        bytes += held.bytes.size();
        long_bytes += held.bytes.size() > ledger::evidence_size_max ? held.bytes.size() : 0;
        alike += are_alike(held, accusation) ? 1U : 0U;
    }
    return held_.size() < evidence_kept_max && bytes <= evidence_kept_bytes_max &&
           long_bytes <= evidence_kept_long_bytes_max && alike < evidence_kept_alike_max;
}

// Whatever is on the chain is kept there, and what the chain has enough of can't get there. A file that can't be
// removed is removed another time.
void EvidenceBook::make_room(const ledger::StateView& state) {
    std::erase_if(held_, [&](const auto& entry) {
        if (check_new(entry.second.charge, entry.second.accused, state)) return false;
        static_cast<void>(files_->remove(path_of(entry.first)).has_value());
        return true;
    });
}

Result<EvidenceBook::Kept, chain::Error> EvidenceBook::keep(const Bytes& evidence, const ledger::StateView& state) {
    const auto accusation = accusation_of(evidence, state);
    if (!accusation) return Kept::no_evidence;
    const ledger::EvidenceId& id = accusation->id;
    const ledger::MemberId& accused = accusation->accused.member;
    if (held_.contains(id) || !check_new(accusation->charge, accused, state)) return Kept::known;
    // Ids are those of charges: what proves nothing would keep out what does.
    if (!accusation->prove(chain_)) return Kept::no_evidence;
    if (!has_room_for(*accusation, evidence.size())) make_room(state);
    if (!has_room_for(*accusation, evidence.size())) return Kept::full;
    held_[id] = {.id = id, .charge = accusation->charge, .accused = accused, .bytes = evidence};
    if (const auto made = files_->create_folder(folder_); !made) return fail(made.error());
    if (const auto written = chain::replace_file(*files_, path_of(id), evidence); !written)
        return fail(written.error());
    return Kept::written;
}

}  // namespace datadeed::node
