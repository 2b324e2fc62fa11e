#include "tests/sim/plan.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "consensus/messages.h"
#include "consensus/quorum.h"
#include "tests/sim/rng.h"

namespace datadeed::sim {
namespace {

// Most runs have some of the faults, few have all: what a fault hides, its absence shows.
std::uint64_t maybe(Rng& rng, std::uint64_t per_mille, std::uint64_t most) {
    const bool on = rng.chance(per_mille);
    const std::uint64_t value = rng.between(1, most);
    return on ? value : 0;
}

// Those that start what the others can use are drawn more often.
constexpr Lie often[] = {Lie::two_stories, Lie::mutates, Lie::opens_falsely, Lie::poisons, Lie::poisons};

// What an observer has a voice for.
constexpr Lie without_votes[] = {Lie::withholds, Lie::boastful, Lie::swaps_bodies, Lie::floods,
                                 Lie::parrots,   Lie::trims,    Lie::other_chain,  Lie::poisons};

// Of clocks, in millionths.
constexpr std::int64_t drift_max = 200;

Lie draw_lie(Rng& rng) {
    const std::uint64_t drawn = rng.between(1, last_drawn_lie + std::size(often));
    return drawn <= last_drawn_lie ? static_cast<Lie>(drawn) : often[drawn - last_drawn_lie - 1];
}

// Faults that came later draw last, from numbers of their own: a seed without them is the run that it was.
void draw_more(Plan& plan, Rng rng) {
    const std::size_t f = consensus::faults(plan.validators);
    if (plan.observers > 0 && rng.chance(250)) {
        while (plan.observer_lies.empty() || rng.chance(300)) {
            const Lie lie = without_votes[rng.below(std::size(without_votes))];
            if (std::ranges::count(plan.observer_lies, lie) == 0) plan.observer_lies.push_back(lie);
        }
    }
    plan.clog = maybe(rng, 300, 60);
    plan.fills_disks = rng.chance(500);
    if (!plan.hurts() && plan.faulty() < f && rng.chance(250)) {
        bool* const hurts[] = {&plan.loses_writes, &plan.misdirects, &plan.diverges};
        *hurts[rng.below(std::size(hurts))] = true;
    }
    if (rng.chance(300)) {
        for (std::size_t i = 0; i < plan.clocks.size(); ++i) {
            plan.drifts.push_back(static_cast<std::int64_t>(rng.below(2 * drift_max + 1)) - drift_max);
        }
    }
    plan.clock_steps = maybe(rng, 200, 60);
    plan.clocks_go_back = rng.chance(500);
    plan.reused_nonces = maybe(rng, 300, 200);
    // Whoever lost its chain lags behind, and old keys may lead it astray.
    if (plan.changes > 0 && !plan.hurts() && rng.chance(300)) {
        std::vector<Lie>& lies = plan.byzantine > 0 ? plan.lies : plan.observer_lies;
        if (plan.byzantine > 0 || plan.observers > 0) {
            lies.push_back(Lie::old_keys);
            plan.changes += rng.below(6);
        }
    }
}

}  // namespace

std::string_view name(Lie lie) {
    constexpr std::string_view names[] = {
        "none",           "silent",       "stalls",        "slow",        "censors",  "two stories",
        "wrong roots",    "swaps bodies", "withholds",     "selective",   "boastful", "backdated",
        "hides prepared", "forges",       "opens falsely", "opens twice", "mutates",  "votes as primary",
        "votes for all",  "impersonates", "reuses",        "floods",      "parrots",  "stuffs",
        "trims",          "other chain",  "poisons",       "old keys"};
    static_assert(std::size(names) == last_drawn_lie + 2);
    return names[static_cast<std::size_t>(lie)];
}

bool Plan::has(Lie lie) const {
    return std::ranges::find(lies, lie) != lies.end();
}

Plan make_plan(std::uint64_t seed) {
    Rng rng{seed};
    Plan plan{.seed = seed};
    constexpr std::size_t sizes[] = {4, 4, 4, 4, 4, 4, 5, 7, 1, 2};
    plan.validators = sizes[rng.below(10)];
    plan.observers = rng.below(2);
    const std::size_t f = consensus::faults(plan.validators);
    if (f > 0 && rng.chance(500)) {
        plan.byzantine = rng.between(1, f);
        // One lie or several at once: some need each other.
        const std::uint64_t count = rng.between(1, 3);
        for (std::uint64_t i = 0; i < count; ++i) {
            const Lie lie = draw_lie(rng);
            if (!plan.has(lie)) plan.lies.push_back(lie);
        }
    }
    plan.delay_us = rng.between(200, 8'000);
    plan.loss = maybe(rng, 600, 150);
    if (rng.chance(250)) {
        constexpr consensus::MessageKind kinds[] = {
            consensus::MessageKind::pre_prepare, consensus::MessageKind::prepare,     consensus::MessageKind::commit,
            consensus::MessageKind::commit,      consensus::MessageKind::view_change, consensus::MessageKind::new_view};
        plan.rare_kind = kinds[rng.below(std::size(kinds))];
    }
    plan.twice = maybe(rng, 500, 100);
    plan.slow = maybe(rng, 500, 80);
    plan.partition = maybe(rng, 400, 80);
    plan.tick_us = rng.between(20'000, 80'000);
    plan.crash = maybe(rng, 500, 40);
    plan.crash_in_write = maybe(rng, 500, 80);
    plan.pause = maybe(rng, 400, 30);
    plan.crash_all = maybe(rng, 200, 30);
    if (plan.byzantine < f && rng.chance(500)) {
        bool* const hurts[] = {&plan.loses_votes, &plan.rots_votes, &plan.rolls_back, &plan.wipes};
        *hurts[rng.below(std::size(hurts))] = true;
    }
    for (std::size_t i = 0; i < plan.validators + plan.observers; ++i) {
        plan.clocks.push_back(static_cast<std::int64_t>(rng.below(2 * clock_off_max_ms)) -
                              static_cast<std::int64_t>(clock_off_max_ms));
    }
    // An hour off, as one faulty validator.
    plan.wrong_clock = plan.faulty() < f && rng.chance(100);
    if (plan.wrong_clock) {
        plan.clocks[rng.below(plan.validators)] = rng.chance(500) ? 3'600'000 : -3'600'000;
    }
    // More of them can join where there are any.
    if (rng.chance(400)) {
        plan.changes = rng.between(1, 4);
        const std::size_t more = rng.below(3);
        for (std::size_t i = 0; i < more; ++i) plan.clocks.push_back(0);
        plan.observers += more;
    }
    plan.clients = rng.between(1, 4);
    plan.submissions = rng.between(10, 60);
    plan.faulty_ms = rng.between(2'000, 6'000);
    // Slow, or so slow that the first timeouts can't be long enough.
    if (rng.chance(200)) plan.healed_us = rng.between(50'000, rng.chance(150) ? 1'500'000 : 400'000);
    if (plan.wipes && rng.chance(500)) {
        plan.wipes = false;
        plan.loses_chain = true;
    }
    if (plan.has(Lie::poisons) || rng.chance(400)) plan.snapshots = rng.between(2, 12);
    if (plan.snapshots > 0 && rng.chance(500)) plan.keep_blocks = rng.between(1, 4);
    draw_more(plan, rng.split());
    return plan;
}

std::string Plan::text() const {
    std::ostringstream out;
    out << validators << " validators (" << byzantine << " Byzantine:";
    for (const Lie lie : lies) out << " " << name(lie) << ",";
    out << "), " << observers << " observers";
    for (const Lie lie : observer_lies) out << ", " << name(lie);
    out << "; delay " << delay_us << " us, loss " << loss
        << (rare_kind ? ", half of " + std::string{consensus::name(*rare_kind)} : "") << ", twice " << twice
        << ", slow " << slow << ", partition " << partition << ", clog " << clog << "; ticks " << tick_us
        << " us, crash " << crash << ", in a write " << crash_in_write << (fills_disks ? ", disks fill" : "")
        << ", all " << crash_all << ", pause " << pause << (loses_votes ? ", one loses its votes" : "")
        << (rots_votes ? ", the votes of one rot" : "") << (loses_writes ? ", one loses its last votes" : "")
        << (misdirects ? ", the last votes of one land elsewhere" : "")
        << (diverges ? ", the state of one differs" : "") << (rolls_back ? ", one is rolled back" : "")
        << (wipes ? ", one is wiped" : "") << (loses_chain ? ", one loses its chain" : "") << "; clocks";
    for (const std::int64_t clock : clocks) out << " " << clock;
    if (!drifts.empty()) out << ", drifting";
    out << " ms, set " << clock_steps << (clocks_go_back ? " back; " : " forwards; ") << snapshots
        << " transactions between snapshots, " << keep_blocks << " blocks kept; " << changes
        << " changes of validators; " << clients << " clients, nonces used again " << reused_nonces << ", "
        << submissions << " submissions in " << faulty_ms << " ms, then " << healed_us << " us";
    return out.str();
}

}  // namespace datadeed::sim
