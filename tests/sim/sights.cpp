#include "tests/sim/sights.h"

namespace datadeed::sim {
namespace {

struct Sight {
    const char* name{};
    std::uint64_t Sights::* count{};
    bool rare{false};
};

constexpr Sight all[] = {
    {"blocks", &Sights::blocks},
    {"transactions", &Sights::transactions},
    {"answers that something is final", &Sights::committed_answers},
    {"refusals", &Sights::refused_answers},
    {"nonces used again", &Sights::nonces_reused},
    {"crashes", &Sights::crashes},
    {"of them in a write", &Sights::crashes_in_write},
    {"for want of room", &Sights::disks_full},
    {"views entered", &Sights::views},
    {"blocks carried into a view", &Sights::carried},
    {"of them over a view or more", &Sights::carried_far},
    {"blocks fetched", &Sights::caught_up},
    {"nodes silenced", &Sights::silenced},
    {"rolled back", &Sights::rolled_back},
    {"wiped", &Sights::wiped},
    {"vote files lost", &Sights::votes_lost},
    {"vote files rotten", &Sights::votes_rotten},
    {"that had to notice", &Sights::recognised},
    {"nodes whose last writes were lost", &Sights::writes_lost},
    {"writes misdirected", &Sights::misdirected},
    {"chains lost", &Sights::chains_lost},
    {"states found to differ", &Sights::differed},
    {"proposals refused", &Sights::refused_proposals},
    {"blocks backdated", &Sights::backdated},
    {"contradictions shown", &Sights::evidence},
    {"validators convicted", &Sights::convicted},
    {"checkpoints", &Sights::checkpoints},
    {"changes of validators", &Sights::epochs},
    {"taken in while views change", &Sights::epochs_amid},
    {"snapshots written", &Sights::snapshots},
    {"gone on from", &Sights::taken_over},
    {"of them while views change", &Sights::taken_over_amid},
    {"files archived", &Sights::archived},
    {"spoiled snapshots noticed", &Sights::poisoned},
    {"voices given up", &Sights::voices, true},
    {"made up by old keys", &Sights::made_up},
};

}  // namespace

void Sights::add(const Sights& other) {
    for (const Sight& sight : all) this->*sight.count += other.*sight.count;
}

std::string Sights::text() const {
    std::string text;
    for (const Sight& sight : all) {
        text += (text.empty() ? "" : ", ") + std::to_string(this->*sight.count) + " " + sight.name;
    }
    return text;
}

std::string Sights::below(std::uint64_t least) const {
    std::string text;
    for (const Sight& sight : all) {
        if (!sight.rare && this->*sight.count < least) text += (text.empty() ? "" : ", ") + std::string{sight.name};
    }
    return text;
}

}  // namespace datadeed::sim
