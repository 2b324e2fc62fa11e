#include "node/replica/cosign.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "consensus/quorum.h"
#include "crypto/checkpoint.h"
#include "ledger/checkpoint_names.h"

namespace datadeed::replica {
namespace {

// The blob of a cosignature: the time in seconds, 8 bytes, big end first, then the signature.
crypto::NoteSignature as_note_signature(const crypto::VerifierKey& key, const Cosignature& cosignature) {
    crypto::NoteSignature signature{.name = key.name, .id = crypto::key_id(key), .blob = {}};
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        signature.blob.push_back(static_cast<std::uint8_t>(cosignature.time_s >> (shift - 8)));
    }
    append(signature.blob, cosignature.signature.value);
    return signature;
}

}  // namespace

Cosigner::Cosigner(const ledger::Genesis& genesis, const ledger::MemberId& self, Keys keys)
    : chain_name_{genesis.chain_name},
      origin_{ledger::checkpoint_origin(genesis.chain_name, ledger::chain_id(encode(genesis)))},
      self_{self},
      keys_{std::move(keys)} {}

std::shared_ptr<const Cosigner::Cosigners> Cosigner::cosigners_of(const ledger::Epoch& epoch) const {
    Cosigners cosigners{
        .from = epoch.from, .keys = {}, .quorum = consensus::quorum(epoch.nodes.validators.size()), .own = nullptr};
    for (const ledger::Validator& validator : epoch.nodes.validators) {
        cosigners.keys.emplace(validator.member,
                               crypto::VerifierKey{.name = ledger::cosigner_name(chain_name_, validator.member),
                                                   .type = crypto::KeyType::cosignature,
                                                   .key = validator.cosign});
        if (validator.member != self_) continue;
        const auto own = std::ranges::find(keys_, validator.cosign, [](const auto& key) { return key->public_key(); });
        if (own != keys_.end()) cosigners.own = own->get();
    }
    return std::make_shared<const Cosigners>(std::move(cosigners));
}

void Cosigner::begin_epoch(const Epochs& epochs) {
    epochs_.clear();
    for (const ledger::Epoch& epoch : epochs) epochs_.push_back(cosigners_of(epoch));
}

std::shared_ptr<const Cosigner::Cosigners> Cosigner::cosigners_at(Height height) const {
    for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch) {
        if ((*epoch)->from <= height) return *epoch;
    }
    return nullptr;
}

bool Cosigner::is_due(TimeMs block, TimeMs before) {
    return block.value / cosign_window_ms != before.value / cosign_window_ms;
}

std::optional<Cosignature> Cosigner::open(const FinalLog& log, std::uint64_t time_s) {
    if (log.height <= last_opened()) return std::nullopt;
    const std::shared_ptr<const Cosigners> cosigners = cosigners_at(log.height);
    if (!cosigners) return std::nullopt;
    Open open{
        .log = log,
        .cosigners = cosigners,
        .text = crypto::format_checkpoint({.origin = origin_, .size = log.size, .root = log.root, .extensions = {}})};
    std::optional<Cosignature> own;
    if (cosigners->own != nullptr) {
        const std::string& name = cosigners->keys.at(self_).name;
        const crypto::NoteSignature signature = crypto::cosign_note(open.text, name, *cosigners->own, time_s);
        own = Cosignature{.height = log.height, .time_s = time_s, .signature = {}};
        std::copy(signature.blob.begin() + 8, signature.blob.end(), own->signature.value.begin());
        open.own = own;
        open.signatures.emplace(signature.name, signature);
        open.complete = open.signatures.size() >= cosigners->quorum;
        open.changed = true;
    }
    Open& opened = open_.emplace(log.height, std::move(open)).first->second;
    for (auto early = early_.begin(); early != early_.end();) {
        if (early->second.height == log.height) (void)count(opened, early->first, early->second);
        early = early->second.height <= log.height ? early_.erase(early) : std::next(early);
    }
    while (open_.size() > checkpoints_open_max) open_.erase(open_.begin());
    return own;
}

Cosigner::Taken Cosigner::receive(const ledger::MemberId& peer, const Cosignature& cosignature) {
    const auto open = open_.find(cosignature.height);
    if (open != open_.end()) return count(open->second, peer, cosignature);
    const std::shared_ptr<const Cosigners> cosigners = cosigners_at(cosignature.height);
    if (!cosigners || !cosigners->keys.contains(peer)) return Taken::not_a_validator;
    if (cosignature.height > last_opened()) early_.insert_or_assign(peer, cosignature);
    return Taken::not_open;
}

Cosigner::Taken Cosigner::count(Open& open, const ledger::MemberId& peer, const Cosignature& cosignature) {
    const auto cosigner = open.cosigners->keys.find(peer);
    if (cosigner == open.cosigners->keys.end()) return Taken::not_a_validator;
    const crypto::VerifierKey& key = cosigner->second;
    if (open.signatures.contains(key.name)) return Taken::known;
    if (open.wrong.contains(peer)) return Taken::wrong;
    crypto::NoteSignature signature = as_note_signature(key, cosignature);
    const Result<std::vector<crypto::NoteSigner>, crypto::Error> signers =
        crypto::verify_note({.text = open.text, .signatures = {signature}}, std::span{&key, 1});
    if (!signers) {
        open.wrong.insert(peer);
        return Taken::wrong;
    }
    DATADEED_ASSERT(signers->size() == 1);  // there's one signature, in the name of this key
    open.signatures.emplace(key.name, std::move(signature));
    open.complete = open.signatures.size() >= open.cosigners->quorum;
    open.changed = true;
    return Taken::counted;
}

std::vector<Cosigner::Complete> Cosigner::take_complete() {
    std::vector<Complete> complete;
    for (auto& [height, open] : open_) {
        if (!open.complete || !open.changed) continue;
        open.changed = false;
        last_complete_ = std::max(last_complete_, height);
        crypto::Note note{.text = open.text, .signatures = {}};
        for (const auto& [name, signature] : open.signatures) note.signatures.push_back(signature);
        complete.push_back({.height = height, .size = open.log.size, .note = crypto::format_note(note)});
    }
    // What lies below a complete checkpoint is of no more use.
    while (!open_.empty() && open_.begin()->first < last_complete_) open_.erase(open_.begin());
    return complete;
}

std::optional<Cosignature> Cosigner::unfinished() const {
    if (open_.empty() || open_.rbegin()->second.complete) return std::nullopt;
    return open_.rbegin()->second.own;
}

}  // namespace datadeed::replica
