#include "tests/sim/byzantine.h"

#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "base/overloaded.h"
#include "node/replica/wire_codec.h"

namespace datadeed::sim {
namespace {

// How long a slow primary holds its proposals back: just under what a view is given.
constexpr std::uint64_t slow_us = 420'000;
constexpr std::size_t history_max = 200;
constexpr std::size_t blocks_max = 20;

// Only these say something about final blocks.
bool is_about_blocks(Lie lie) {
    return lie == Lie::stuffs || lie == Lie::trims || lie == Lie::other_chain || lie == Lie::swaps_bodies;
}

}  // namespace

Liar::Liar(Self self, std::vector<Lie> lies, Rng rng)
    : who_{std::move(self)},
      validators_{who_.validators},
      lies_{std::move(lies)},
      rng_{rng},
      signer_{who_.keys.front().signer} {
    begin_epoch(validators_);
    if (tells(Lie::old_keys)) old_keys_.emplace(*who_.genesis, who_.chain, who_.name);
}

void Liar::begin_epoch(const consensus::ValidatorSet& validators) {
    validators_ = validators;
    votes_ = false;
    others_.clear();
    view_changes_.clear();
    for (std::uint32_t i = 0; i < validators.size(); ++i) {
        const std::string& name = validators.at(consensus::ValidatorIndex{i}).name;
        if (name != who_.name.value) {
            others_.emplace_back(name);
            continue;
        }
        votes_ = true;
        self_ = consensus::ValidatorIndex{i};
        const auto own = std::ranges::find(who_.keys, validators.at(self_).vote_key, &replica::VoteKey::key);
        if (own != who_.keys.end()) signer_ = own->signer;
    }
}

bool Liar::tells(Lie lie) const {
    return std::ranges::find(lies_, lie) != lies_.end();
}

bool Liar::ignores(const Bytes& bytes) const {
    return tells(Lie::censors) && bytes.size() > 1 &&
           bytes[1] == static_cast<std::uint8_t>(replica::WireKind::transactions);
}

bool Liar::hears_truth(const ledger::MemberId& peer) const {
    return (static_cast<std::size_t>(peer.value.back()) + who_.number) % 2 == 0;
}

void Liar::tell(const Said& instead_of, Bytes bytes, Out& out) const {
    Said said = instead_of;
    said.send.bytes = std::make_shared<const Bytes>(std::move(bytes));
    out.push_back(std::move(said));
}

void Liar::tell_all(Bytes bytes, Out& out) const {
    out.push_back({.send = {.peers = others_,
                            .bytes = std::make_shared<const Bytes>(std::move(bytes)),
                            .lane = replica::Lane::votes}});
}

std::vector<Said> Liar::say(const replica::SendTo& send) {
    Out said{{.send = send}};
    if (!votes_ && !who_.observes) return said;
    for (const Lie lie : lies_) {
        Out next;
        for (const Said& one : said) apply(lie, one, next);
        said = std::move(next);
    }
    return said;
}

void Liar::apply(Lie lie, const Said& said, Out& out) {
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(*said.send.bytes);
    if (!decoded) return out.push_back(said);
    std::visit(Overloaded{[&](const replica::Votes& votes) { apply_to_vote(lie, said, votes.message, out); },
                          [&](const replica::Blocks& blocks) {
                              if (lie == Lie::withholds) return;
                              if (!is_about_blocks(lie) || blocks.blocks.empty()) return out.push_back(said);
                              tell(said, false_blocks(lie, blocks), out);
                          },
                          [&](const replica::Tip& tip) {
                              if (lie != Lie::boastful) return out.push_back(said);
                              if (++boasts_ % 2 == 0) return tell(said, another_tip(tip), out);
                              const replica::Tip boast{.height = Height{UINT64_MAX},
                                                       .hash = {},
                                                       .votes = tip.votes,
                                                       .first = {},
                                                       .snapshot = Height{UINT64_MAX}};
                              tell(said, encode(replica::WireMessage{boast}), out);
                          },
                          [&](const replica::Snapshot& snapshot) {
                              if (lie == Lie::old_keys) {
                                  auto other = made_up_snapshot(said.send.peers.front(), snapshot.request);
                                  if (other) return tell(said, std::move(*other), out);
                              }
                              if (lie != Lie::poisons) return out.push_back(said);
                              if (auto other = false_snapshot(snapshot)) tell(said, std::move(*other), out);
                          },
                          [&](const replica::Part& part) {
                              if (lie != Lie::poisons) return out.push_back(said);
                              if (auto other = spoiled_part(part)) tell(said, std::move(*other), out);
                          },
                          [&](const replica::Body&) {
                              if (lie != Lie::withholds) out.push_back(said);
                          },
                          [&](const replica::Cosignature&) {
                              if (lie != Lie::silent) out.push_back(said);
                          },
                          [&](const auto&) { out.push_back(said); }},
               *decoded);
}

void Liar::apply_to_vote(Lie lie, const Said& said, const consensus::Message& message, Out& out) {
    const consensus::MessageKind kind = consensus::kind_of(message);
    const bool proposes = kind == consensus::MessageKind::pre_prepare;
    const auto instead = [&](std::optional<Bytes> other) {
        if (other) return tell(said, std::move(*other), out);
        out.push_back(said);
    };
    switch (lie) {
        case Lie::silent:
            return;
        case Lie::stalls:
            if (kind == consensus::MessageKind::status) status_ = *said.send.bytes;
            if (!proposes) out.push_back(said);
            return;
        case Lie::slow:
            out.push_back(said);
            out.back().delay_us += proposes ? slow_us : 0;
            return;
        case Lie::selective:
            return selective(said, out);
        case Lie::two_stories:
            if (std::optional<Bytes> other = second_story(message)) return two_stories(said, std::move(*other), out);
            return out.push_back(said);
        case Lie::boastful:
            return instead(boast(message));
        case Lie::backdated:
            return instead(backdate(message));
        case Lie::wrong_roots:
            return instead(spoil_roots(message));
        case Lie::swaps_bodies:
            return instead(swap_body(message));
        case Lie::hides_prepared:
            return instead(hide_prepared(message));
        case Lie::forges:
            return instead(forge_certificates(message));
        case Lie::opens_falsely:
            return instead(open_falsely(message));
        case Lie::opens_twice:
            if (std::optional<Bytes> other = open_otherwise(message)) return two_stories(said, std::move(*other), out);
            return out.push_back(said);
        case Lie::mutates:
            return instead(mutate(message));
        case Lie::votes_as_primary:
            out.push_back(said);
            return vote_as_primary(message, out);
        case Lie::impersonates:
            out.push_back(said);
            return impersonate(message, out);
        case Lie::none:
        case Lie::censors:
        case Lie::withholds:
        case Lie::votes_for_all:
        case Lie::reuses:
        case Lie::floods:
        case Lie::parrots:
        case Lie::stuffs:
        case Lie::trims:
        case Lie::other_chain:
        case Lie::poisons:
        case Lie::old_keys:
            return out.push_back(said);
    }
}

void Liar::selective(const Said& said, Out& out) const {
    Said some = said;
    std::erase_if(some.send.peers, [this](const ledger::MemberId& peer) { return !hears_truth(peer); });
    out.push_back(std::move(some));
}

std::vector<Said> Liar::hear(const ledger::MemberId& from, const Bytes& bytes) {
    Out out;
    if (!votes_ && !who_.observes) return out;
    if (old_keys_) make_up(from, bytes, out);
    if (status_ && tells(Lie::stalls)) tell_all(*status_, out);
    if (tells(Lie::parrots)) repeat_blocks(bytes, out);
    const bool is_vote = bytes.size() > 2 && bytes[1] == static_cast<std::uint8_t>(replica::WireKind::votes);
    if (!is_vote) return out;
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(bytes);
    if (!decoded) return out;
    ++heard_;
    const consensus::Message& message = std::get<replica::Votes>(*decoded).message;
    std::visit(
        [this]<class M>(const consensus::Signed<M>& said) {
            if constexpr (requires { said.message.hash; }) seen_.push_back(said.message.hash);
            if constexpr (std::is_same_v<M, consensus::ViewChange>) view_changes_.insert_or_assign(said.signer, said);
        },
        message);
    if (history_.size() < history_max) history_.push_back(bytes);
    for (const Lie lie : lies_) react(lie, message, out);
    return out;
}

// Its own height with another block.
Bytes Liar::another_tip(replica::Tip tip) {
    tip.hash[0] ^= 1U;
    return encode(replica::WireMessage{tip});
}

// Blocks that were asked for come again, unasked.
void Liar::repeat_blocks(const Bytes& bytes, Out& out) {
    const bool is_blocks = bytes.size() > 2 && bytes[1] == static_cast<std::uint8_t>(replica::WireKind::blocks);
    if (is_blocks && blocks_.size() < blocks_max) blocks_.push_back(bytes);
    if (!blocks_.empty() && ++heard_blocks_ % 8 == 0) tell_all(blocks_[heard_blocks_ / 8 % blocks_.size()], out);
}

void Liar::react(Lie lie, const consensus::Message& heard, Out& out) {
    if (lie == Lie::votes_for_all) vote_for_all(heard, out);
    if (lie == Lie::reuses) reuse(heard, out);
    if (lie == Lie::floods && heard_ % 2 == 0) flood(out);
    if (lie == Lie::parrots && rng_.chance(200)) tell_all(history_[rng_.below(history_.size())], out);
}

}  // namespace datadeed::sim
