#include "node/evidence_keeper.h"

#include <string>
#include <utility>

namespace datadeed::node {

Result<void, chain::Error> EvidenceKeeper::open() {
    const auto state = state_();
    if (!state) return fail(state.error());
    tell(book_->open(**state));
    if (book_->waiting() == 0) return {};
    log_->info("evidence.waits", {{"files", book_->waiting()},
                                  {"why", "this node's chain doesn't know their epoch yet: read again then"}});
    return {};
}

void EvidenceKeeper::look_again() {
    if (book_->waiting() == 0) return;
    const auto state = state_();
    if (state) return tell(book_->look_again(**state));
    log_->warn("evidence.not_kept", {{"why", "what waits can't be judged: " + chain::to_text(state.error())}});
}

void EvidenceKeeper::keep(const replica::EvidenceFound& found) {
    const auto state = state_();
    if (!state) return say_not_kept(found, chain::to_text(state.error()));
    const auto kept = book_->keep(found.evidence, **state);
    if (!kept) return say_not_kept(found, chain::to_text(kept.error()));
    switch (*kept) {
        case EvidenceBook::Kept::written:
        case EvidenceBook::Kept::known:
            return;
        case EvidenceBook::Kept::full:
            return say_not_kept(found, "as much is held as may be");
        case EvidenceBook::Kept::no_evidence:
            return say_not_kept(found, "it proves nothing against anybody of this chain");
    }
}

void EvidenceKeeper::say_not_kept(const replica::EvidenceFound& found, std::string why) const {
    log_->warn("evidence.not_kept", {{"validator", found.accused.value}, {"why", std::move(why)}});
}

void EvidenceKeeper::tell(const std::vector<EvidenceBook::Damaged>& files) const {
    for (const EvidenceBook::Damaged& damaged : files) {
        log_->warn("evidence.damaged", {{"file", damaged.file}, {"why", damaged.why}});
    }
}

}  // namespace datadeed::node
