#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "consensus/evidence.h"
#include "tests/consensus/bench.h"
#include "tests/fuzz/tape.h"

// VIEW-CHANGEs and NEW-VIEWs, right ones and wrong ones in every field, against a second judge that is written from the
// rules (C4, C5) without care for speed: what the verifier lets in, what a view must begin with, which view to join,
// and whether a backup enters or keeps evidence that convicts.

namespace datadeed::consensus::testing {
namespace {

using fuzz::Tape;

constexpr std::uint64_t views = 6;
constexpr std::uint64_t heights = 4;

Digest some_hash(Tape& tape) {
    return tape.below(2) == 0 ? hash_a : hash_b;
}

// Mostly in its place, now and then anything.
std::uint64_t some_number(Tape& tape, std::uint64_t limit) {
    const std::uint8_t choice = tape.next();
    if (choice == 255) return tape.number();
    return choice % limit;
}

template <class M>
VoteSignature some_vote(Tape& tape, const M& said, std::size_t n) {
    const auto signer = static_cast<std::uint32_t>(tape.below(n));
    VoteSignature vote{.signer = ValidatorIndex{signer}, .signature = by(signer, said).signature};
    if (tape.next() == 255) vote.signature.value[0] ^= 1U;
    if (tape.next() == 255) vote.signer = ValidatorIndex{tape.next()};
    return vote;
}

template <class M>
std::vector<VoteSignature> some_votes(Tape& tape, const M& said, std::size_t n, bool without_primary) {
    std::vector<VoteSignature> votes;
    const std::size_t count = quorum(n) - (without_primary ? 1 : 0);
    const auto primary = static_cast<std::uint32_t>(said.view.value % n);
    for (std::uint32_t signer = 0; signer < n && votes.size() < count; ++signer) {
        if (without_primary && signer == primary) continue;
        votes.push_back({.signer = ValidatorIndex{signer}, .signature = by(signer, said).signature});
    }
    const std::size_t edit = tape.below(16);
    if (edit == 1) votes.push_back(some_vote(tape, said, n));
    if (edit == 2 && !votes.empty()) votes.pop_back();
    if (edit == 3 && !votes.empty()) votes[tape.below(votes.size())] = some_vote(tape, said, n);
    if (edit == 4) std::ranges::reverse(votes);
    return votes;
}

CommitCertificate some_final(Tape& tape, Height height, std::size_t n) {
    const Commit said{.view = View{some_number(tape, views)}, .height = height, .hash = some_hash(tape)};
    return {.view = said.view, .height = height, .hash = said.hash, .votes = some_votes(tape, said, n, false)};
}

PreparedCertificate some_prepared(Tape& tape, Height height, View below, std::size_t n) {
    const View view{some_number(tape, below.value == 0 ? 1 : std::min(below.value, views))};
    const Prepare said{.view = view, .height = height, .hash = some_hash(tape)};
    const PrePrepare proposal{.view = view, .height = height, .hash = said.hash, .payload = {}};
    const auto proposer = static_cast<std::uint32_t>(tape.next() == 255 ? tape.below(n) : view.value % n);
    return {.view = view,
            .height = height,
            .hash = said.hash,
            .pre_prepare = by(proposer, proposal).signature,
            .prepares = some_votes(tape, said, n, true)};
}

// Most have decided as much as each other, or nothing could be prepared by two of them.
Signed<ViewChange> some_change(Tape& tape, std::uint32_t signer, View to, Height usual, std::size_t n) {
    const Height committed = tape.below(4) == 3 ? Height{some_number(tape, heights)} : usual;
    ViewChange said{.new_view = to, .committed = committed, .certificate = {}, .prepared = {}};
    const std::uint8_t shape = tape.next();
    if (said.committed.value > 0 ? shape % 16 != 1 : shape % 16 == 1) {
        said.certificate = some_final(tape, shape % 16 == 2 ? said.committed.next() : said.committed, n);
    }
    if (shape % 2 == 1) {
        const Height above = shape % 32 == 7 ? Height{some_number(tape, heights)} : said.committed.next();
        said.prepared = some_prepared(tape, above, shape % 64 == 11 ? to.next() : to, n);
    }
    Signed<ViewChange> change = by(signer, std::move(said));
    if (tape.next() == 255) change.signature.value[0] ^= 1U;
    return change;
}

// ---- the second judge

bool is_signed_by(std::uint32_t signer, std::size_t n, ByteView statement, const crypto::Signature& signature) {
    return signer < n && signature == quick_signature(quick_key(signer), statement);
}

bool are_numbers(View view, Height height) {
    const bool is_of_the_first_epoch = view.value < (std::uint64_t{1} << 32U);
    return is_of_the_first_epoch && height.value < number_max && height.value > 0;
}

// Enough of them, all good, and none twice or out of order.
bool are_votes(const std::vector<VoteSignature>& votes, std::size_t needed, std::size_t n, ByteView statement) {
    std::set<std::uint32_t> seen;
    for (const VoteSignature& vote : votes) {
        if (!is_signed_by(vote.signer.value, n, statement, vote.signature)) return false;
        if (!seen.empty() && vote.signer.value <= *seen.rbegin()) return false;
        seen.insert(vote.signer.value);
    }
    return seen.size() >= needed;
}

bool holds(const CommitCertificate& found, std::size_t n) {
    const Commit said{.view = found.view, .height = found.height, .hash = found.hash};
    return are_numbers(found.view, found.height) && are_votes(found.votes, quorum(n), n, statement(test_chain(), said));
}

bool holds(const PreparedCertificate& found, std::size_t n) {
    const Prepare said{.view = found.view, .height = found.height, .hash = found.hash};
    const PrePrepare proposal{.view = found.view, .height = found.height, .hash = found.hash, .payload = {}};
    const auto primary = static_cast<std::uint32_t>(found.view.value % n);
    const bool has_primary = std::ranges::any_of(
        found.prepares, [primary](const VoteSignature& vote) { return vote.signer.value == primary; });
    return are_numbers(found.view, found.height) && !has_primary &&
           is_signed_by(primary, n, statement(test_chain(), proposal), found.pre_prepare) &&
           are_votes(found.prepares, quorum(n) - 1, n, statement(test_chain(), said));
}

bool holds(const Signed<ViewChange>& change, std::size_t n) {
    const ViewChange& said = change.message;
    if (!are_numbers(said.new_view, said.committed.next())) return false;
    if (!is_signed_by(change.signer.value, n, statement(test_chain(), said), change.signature)) return false;
    if (said.certificate.has_value() != (said.committed.value > 0)) return false;
    if (said.certificate && (said.certificate->height != said.committed || !holds(*said.certificate, n))) return false;
    if (!said.prepared) return true;
    return said.prepared->height == said.committed.next() && said.prepared->view < said.new_view &&
           holds(*said.prepared, n);
}

bool holds(const Signed<NewView>& opened, std::size_t n) {
    const NewView& said = opened.message;
    if (!are_numbers(said.new_view, Height{1}) || opened.signer.value != said.new_view.value % n) return false;
    if (!is_signed_by(opened.signer.value, n, statement(test_chain(), said), opened.signature)) return false;
    if (said.view_changes.size() != quorum(n)) return false;
    for (std::size_t i = 0; i < said.view_changes.size(); ++i) {
        const Signed<ViewChange>& change = said.view_changes[i];
        if (i > 0 && change.signer <= said.view_changes[i - 1].signer) return false;
        if (change.message.new_view != said.new_view || !holds(change, n)) return false;
    }
    return true;
}

struct Demanded {
    Height base{};
    std::optional<Carried> carried{};
    bool forked{false};
};

// C4 by looking at every pair.
Demanded demanded_by(const std::vector<Signed<ViewChange>>& changes) {
    Demanded demanded;
    for (const auto& change : changes) demanded.base = std::max(demanded.base, change.message.committed);
    for (const auto& one : changes) {
        if (one.message.committed != demanded.base) continue;
        for (const auto& other : changes) {
            if (other.message.committed != demanded.base) continue;
            const auto &a = one.message, &b = other.message;
            if (a.certificate && b.certificate && a.certificate->hash != b.certificate->hash) demanded.forked = true;
            if (a.prepared && b.prepared && a.prepared->view == b.prepared->view &&
                a.prepared->hash != b.prepared->hash) {
                demanded.forked = true;
            }
        }
        const auto& prepared = one.message.prepared;
        if (prepared && (!demanded.carried || demanded.carried->view < prepared->view)) {
            demanded.carried = Carried{.view = prepared->view, .height = demanded.base.next(), .hash = prepared->hash};
        }
    }
    return demanded;
}

// ---- the two of them on one input

void try_joining(const ViewChanges& held, std::size_t n) {
    const std::size_t weak = weak_quorum(n);
    const auto reached = [&held](View view) {
        return static_cast<std::size_t>(
            std::ranges::count_if(held, [view](const auto& entry) { return entry.second.message.new_view >= view; }));
    };
    const std::optional<View> joined = view_to_join(held, weak);
    DATADEED_ASSERT(joined.has_value() == (held.size() >= weak));
    if (joined) DATADEED_ASSERT(reached(*joined) >= weak && reached(joined->next()) < weak);
}

void try_choosing(const ViewChanges& held, View view, std::size_t n) {
    std::size_t there = 0;
    for (const auto& [signer, change] : held) there += change.message.new_view == view ? 1U : 0U;
    for (std::uint32_t self = 0; self < n; ++self) {
        const auto chosen = for_view(held, view, quorum(n), ValidatorIndex{self});
        DATADEED_ASSERT(chosen.size() == std::min(there, quorum(n)));
        bool has_self = false;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            DATADEED_ASSERT(chosen[i].message.new_view == view && held.at(chosen[i].signer) == chosen[i]);
            if (i > 0) DATADEED_ASSERT(chosen[i - 1].signer < chosen[i].signer);
            has_self |= chosen[i].signer.value == self;
        }
        const auto own = held.find(ValidatorIndex{self});
        DATADEED_ASSERT(has_self == (own != held.end() && own->second.message.new_view == view));
    }
}

// Whether it shows words of its: an empty journal knows none of them.
bool has_words_of(std::uint32_t who, const NewView& said) {
    const auto is_of = [who](const auto& word) { return word.signer.value == who; };
    return std::ranges::any_of(said.view_changes, [&](const Signed<ViewChange>& change) {
        const auto& final = change.message.certificate;
        const auto& prepared = change.message.prepared;
        return is_of(change) || (final && std::ranges::any_of(final->votes, is_of)) ||
               (prepared && std::ranges::any_of(prepared->prepares, is_of));
    });
}

void try_entering(const Signed<NewView>& opened, const Demanded& demanded, std::size_t n) {
    const auto self = static_cast<std::uint32_t>((opened.signer.value + 1) % n);
    Bench backup{self, n};
    const View view = opened.message.new_view;
    if (view.value == 0) return;
    const Actions actions = backup.hear(opened);
    const bool right = demanded.base == opened.message.base && demanded.carried == opened.message.carried;
    if (demanded.forked) {
        DATADEED_ASSERT(backup.core.halted());
    } else if (right) {
        if (backup.core.halted()) return DATADEED_ASSERT(has_words_of(self, opened.message));
        DATADEED_ASSERT(backup.core.view() == view && !backup.core.changing());
    } else {
        DATADEED_ASSERT(backup.core.view() > view && backup.core.changing());
        Verifier verifier{test_chain(), quick_set(n), backup.quick};
        bool convicted = false;
        for (const auto& report : all<ReportEvidence>(actions)) {
            const auto guilty = verify(report.evidence, verifier);
            DATADEED_ASSERT(guilty.has_value());
            convicted |= guilty->accused == opened.signer;
        }
        DATADEED_ASSERT(convicted);
    }
}

void run(Tape& tape) {
    const std::size_t n = 4 + tape.below(4);
    const View view{some_number(tape, views)};
    const Height usual{tape.below(heights)};
    const QuickVerifier quick;
    Verifier verifier{test_chain(), quick_set(n), quick};
    ViewChanges held;
    std::vector<Signed<ViewChange>> given;
    for (std::uint32_t signer = 0; signer < n; ++signer) {
        const std::uint8_t shape = tape.next();
        if (shape % 8 == 7) continue;
        const View to = shape % 16 == 3 ? View{some_number(tape, views)} : view;
        const Signed<ViewChange> change = some_change(tape, signer, to, usual, n);
        DATADEED_ASSERT(verifier.verify(change).has_value() == holds(change, n));
        given.push_back(change);
        if (holds(change, n)) held.insert_or_assign(ValidatorIndex{signer}, change);
    }
    try_joining(held, n);
    try_choosing(held, view, n);

    // A NEW-VIEW of those that hold, or of whatever was given.
    const auto primary = static_cast<std::uint32_t>(view.value % n);
    const bool honest = tape.below(4) != 0;
    std::vector<Signed<ViewChange>> changes =
        honest ? for_view(held, view, quorum(n), ValidatorIndex{primary}) : std::move(given);
    const Demanded demanded = demanded_by(changes);
    NewView said{
        .new_view = view, .view_changes = std::move(changes), .base = demanded.base, .carried = demanded.carried};
    const std::size_t edit = tape.below(16);
    if (edit == 1) said.base = Height{some_number(tape, heights)};
    if (edit == 2) said.carried.reset();
    if (edit == 3) said.carried = Carried{.view = {}, .height = said.base.next(), .hash = some_hash(tape)};
    if (edit == 4) std::ranges::reverse(said.view_changes);
    Signed<NewView> opened = by(edit == 5 ? static_cast<std::uint32_t>(tape.below(n)) : primary, std::move(said));
    if (edit == 6) opened.signature.value[0] ^= 1U;
    const bool good = holds(opened, n);
    DATADEED_ASSERT(verifier.verify(opened).has_value() == good);
    if (!good) return;
    const auto opening = open_view(opened.message.view_changes);
    DATADEED_ASSERT(opening.has_value() == !demanded.forked);
    if (opening) {
        DATADEED_ASSERT(opening->base == demanded.base && opening->carried == demanded.carried);
        DATADEED_ASSERT(opening->certificate.has_value() == (opening->base.value > 0));
    }
    try_entering(opened, demanded, n);
}

}  // namespace

int fuzz_one(ByteView bytes) {
    if (bytes.size() > 2'048) return 0;
    Tape tape{bytes};
    run(tape);
    return 0;
}

}  // namespace datadeed::consensus::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return datadeed::consensus::testing::fuzz_one({data, size});
}
