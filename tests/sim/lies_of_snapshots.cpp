#include "base/fields.h"
#include "tests/sim/byzantine.h"

namespace datadeed::sim {
namespace {

void flip_a_bit(Bytes& bytes, Rng& rng) {
    if (!bytes.empty()) bytes[rng.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << rng.below(8));
}

}  // namespace

// Another one than it has: a bit off, or cut otherwise, so that nobody else has its parts.
std::optional<Bytes> Liar::false_snapshot(replica::Snapshot answer) {
    Result<chain::SnapshotManifest, chain::Error> manifest = chain::decode_manifest(answer.manifest);
    switch (rng_.below(4)) {
        case 0:
            return std::nullopt;
        case 1:
            flip_a_bit(answer.manifest, rng_);
            break;
        case 2:
            if (!manifest) break;
            manifest->parts = {{.bits = 0, .root = manifest->header.state_root}};
            answer.manifest = encode(*manifest);
            break;
        default:
            break;
    }
    return encode(replica::WireMessage{std::move(answer)});
}

// A bit off, another part in its place, an answer to another question, none at all, or for once what was asked for.
std::optional<Bytes> Liar::spoiled_part(replica::Part answer) {
    if (!answer.part.empty()) parts_.push_back(answer.part);
    switch (rng_.below(6)) {
        case 0:
            return std::nullopt;
        case 4:
            answer.root[rng_.below(answer.root.size())] ^= 1U;
            break;
        case 1:
            answer.part.clear();
            break;
        case 2:
            if (!parts_.empty()) answer.part = parts_[rng_.below(parts_.size())];
            break;
        case 3:
            flip_a_bit(answer.part, rng_);
            break;
        default:
            break;
    }
    return encode(replica::WireMessage{std::move(answer)});
}

std::optional<Bytes> Liar::made_up_snapshot(const ledger::MemberId& peer, std::uint64_t request) {
    const auto tip = tips_.find(peer);
    if (!old_keys_ || tip == tips_.end()) return std::nullopt;
    std::optional<Bytes> manifest = old_keys_->manifest_for(tip->second, rng_);
    if (!manifest) return std::nullopt;
    ++made_up_;
    return encode(replica::WireMessage{replica::Snapshot{.request = request, .manifest = std::move(*manifest)}});
}

// To whoever just said where it stands, unasked.
void Liar::make_up(const ledger::MemberId& from, const Bytes& heard, Out& out) {
    const bool is_tip = heard.size() > 2 && heard[1] == static_cast<std::uint8_t>(replica::WireKind::tip);
    if (!is_tip) return;
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(heard);
    if (!decoded) return;
    const replica::Tip& tip = tips_.insert_or_assign(from, std::get<replica::Tip>(*decoded)).first->second;
    std::optional<Bytes> lie;
    if (rng_.chance(500)) {
        lie = made_up_snapshot(from, 0);
    } else if ((lie = old_keys_->block_for(tip, rng_))) {
        ++made_up_;
    }
    if (!lie) return;
    out.push_back(
        {.send = {
             .peers = {from}, .bytes = std::make_shared<const Bytes>(std::move(*lie)), .lane = replica::Lane::votes}});
}

}  // namespace datadeed::sim
