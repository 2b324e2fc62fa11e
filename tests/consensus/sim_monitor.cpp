#include "tests/consensus/sim_monitor.h"

#include <algorithm>

namespace datadeed::consensus::testing {

namespace {

template <class Record, class Matches>
bool on_disk(const Node& node, Matches matches) {
    return std::any_of(node.disk().journal.begin(), node.disk().journal.end(), [&](const VoteRecord& record) {
        const auto* found = std::get_if<Record>(&record);
        return found != nullptr && matches(*found);
    });
}

const Checkpoint* checkpoint_of(const Node& node) {
    return node.disk().journal.empty() ? nullptr : std::get_if<Checkpoint>(&node.disk().journal.front());
}

// Whether the journal may have forgotten votes of this height.
bool is_summed(const Node& node, Height height) {
    const Checkpoint* summed = checkpoint_of(node);
    return summed != nullptr && summed->committed >= height;
}

}  // namespace

void Monitor::fail(const Node& node, const std::string& what) {
    if (!violation_) violation_ = "validator " + std::to_string(node.self().value) + ": " + what;
}

void Monitor::on_action(const Node& node, const Action& action) {
    const bool correct = !is_byzantine(node.self());
    if (const auto* decided = std::get_if<Decide>(&action)) {
        check_decided(*decided);
        ++seen_.decided;
    } else if (const auto* entered = std::get_if<EnteredView>(&action)) {
        if (entered->view.value > 0) ++seen_.views;
    } else if (const auto* report = std::get_if<ReportEvidence>(&action)) {
        ++seen_.evidence;
        QuickVerifier quick;
        Verifier verifier{test_chain(), validators_, quick};
        const auto guilty = verify(report->evidence, verifier);
        if (correct && !guilty) fail(node, "evidence must hold");
        if (correct && guilty && !is_byzantine(guilty->accused))
            fail(node, "evidence must not frame a correct validator");
    } else if (std::holds_alternative<FetchBody>(action)) {
        ++seen_.bodies;
    } else if (std::holds_alternative<FetchBlocks>(action)) {
        ++seen_.blocks;
    } else if (std::holds_alternative<Halt>(action) && correct) {
        fail(node, "a correct validator with a sound disk must not halt");
    }
}

void Monitor::check_decided(const Decide& action) {
    const auto [place, is_new] = final_.try_emplace(action.block.height, action.block.hash);
    if (place->second != action.block.hash && !violation_) violation_ = "agreement is broken";
    const QuickVerifier quick;
    const CommitCertificate& certificate = action.certificate;
    const bool fits = certificate.hash == action.block.hash && certificate.height == action.block.height;
    if ((!fits || !verify(certificate, validators_, test_chain(), quick)) && !violation_) {
        violation_ = "a decided block must have a valid certificate";
    }
    if (make_proposal(action.block.height, action.block.parent, text_of(action.block.payload)).hash !=
            action.block.hash &&
        !violation_) {
        violation_ = "a decided payload must be what its hash binds";
    }
}

void Monitor::on_leave(const Node& node, const Packet& packet) {
    if (is_byzantine(node.self())) return;
    const auto* message = std::get_if<Message>(&packet.wire);
    if (message == nullptr) return;
    std::visit(
        [&](const auto& statement) {
            if (statement.signer == node.self()) check_sent(node, statement);
        },
        *message);
}

// One value a slot for ever, and none in a view that was left.
template <class M>
void Monitor::check_vote(const Node& node, const Signed<M>& message) {
    const M& said = message.message;
    const Bytes value{said.hash.begin(), said.hash.end()};
    const auto [place, is_new] = said_.try_emplace({node.self(), M::kind, said.view, said.height}, value);
    if (place->second != value) fail(node, std::string{name(M::kind)} + " must be cast once a slot");
    const auto [voted, first] = voted_for_.try_emplace({node.self(), said.view, said.height}, said.hash);
    if (voted->second != said.hash) fail(node, "all votes of a slot must be for one block");
    const auto left = left_below_.find(node.self());
    if (left != left_below_.end() && said.view < left->second) {
        fail(node, std::string{name(M::kind)} + " must not be sent in a view that was left");
    }
}

void Monitor::check_sent(const Node& node, const Signed<PrePrepare>& message) {
    check_vote(node, message);
    const PrePrepare& said = message.message;
    const bool durable = on_disk<ProposalMade>(node, [&](const ProposalMade& record) {
        const PrePrepare& made = record.proposal.message;
        return made.view == said.view && made.height == said.height && made.hash == said.hash;
    });
    if (!durable && !is_summed(node, said.height))
        fail(node, "PRE-PREPARE must not leave before its record is on disk");
}

void Monitor::check_sent(const Node& node, const Signed<Prepare>& message) {
    check_vote(node, message);
    const auto matches = [&](const ProposalAccepted& record) { return record.vote == message; };
    if (is_summed(node, message.message.height)) return;
    if (!on_disk<ProposalAccepted>(node, matches)) fail(node, "PREPARE must not leave before its record is on disk");
    // Kept bytes: whoever prepares must be able to serve the block.
    const bool has_bytes =
        on_disk<ProposalAccepted>(node,
                                  [&](const ProposalAccepted& record) {
                                      return record.proposal.message.hash == message.message.hash &&
                                             !record.proposal.message.payload.empty();
                                  }) ||
        on_disk<ProposalMade>(node, [&](const ProposalMade& record) {
            return record.proposal.message.hash == message.message.hash && !record.proposal.message.payload.empty();
        });
    if (!has_bytes) fail(node, "PREPARE must not leave before the payload is on disk");
}

// Whatever a correct validator ever committed, none of its VIEW-CHANGEs hides it: amnesia frames nobody.
void Monitor::check_memory(const Node& node, const Signed<Commit>& commit, const Signed<ViewChange>& change) {
    if (contradict(commit, change)) fail(node, "VIEW-CHANGE must not hide what was committed");
}

void Monitor::check_sent(const Node& node, const Signed<Commit>& message) {
    check_vote(node, message);
    const std::pair slot{message.message.view, message.message.height};
    if (commits_[node.self()].try_emplace(slot, message).second) {
        for (const Signed<ViewChange>& change : view_changes_[node.self()]) check_memory(node, message, change);
    }
    const auto matches = [&](const BlockPrepared& record) {
        const PreparedCertificate& prepared = record.certificate;
        const QuickVerifier quick;
        return record.vote == message && prepared.view == message.message.view &&
               prepared.hash == message.message.hash && prepared.height == message.message.height &&
               verify(prepared, validators_, test_chain(), quick).has_value();
    };
    if (on_disk<BlockPrepared>(node, matches) || is_summed(node, message.message.height)) return;
    fail(node, "COMMIT must not leave before its certificate is on disk");
}

void Monitor::check_sent(const Node& node, const Signed<ViewChange>& message) {
    ++seen_.view_changes;
    const auto [place, is_new] =
        said_.try_emplace({node.self(), MessageKind::view_change, message.message.new_view, Height{}}, encode(message));
    if (place->second != encode(message)) fail(node, "VIEW-CHANGE must be the same bytes each time");
    if (is_new) {
        view_changes_[node.self()].push_back(message);
        for (const auto& [slot, commit] : commits_[node.self()]) check_memory(node, commit, message);
    }
    View& left = left_below_[node.self()];
    left = std::max(left, message.message.new_view);
    const bool durable =
        on_disk<ViewChangeSent>(node, [&](const ViewChangeSent& record) { return record.message == message; });
    const Checkpoint* summed = checkpoint_of(node);
    const bool in_sum = summed != nullptr && summed->view >= message.message.new_view;
    if (!durable && !in_sum) fail(node, "VIEW-CHANGE must not leave before its record is on disk");
}

void Monitor::check_sent(const Node& node, const Signed<NewView>& message) {
    const auto [place, is_new] =
        said_.try_emplace({node.self(), MessageKind::new_view, message.message.new_view, Height{}}, encode(message));
    if (place->second != encode(message)) fail(node, "NEW-VIEW must be the same bytes each time");
    if (is_new && message.message.carried) {
        ++seen_.carried;
        if (message.message.carried->view.value + 1 < message.message.new_view.value) ++seen_.old_carried;
    }
    const bool durable =
        on_disk<ViewEntered>(node, [&](const ViewEntered& record) { return record.message == message; });
    const Checkpoint* summed = checkpoint_of(node);
    const bool in_sum = summed != nullptr && summed->new_view == message;
    if (!durable && !in_sum) fail(node, "NEW-VIEW must not leave before its record is on disk");
}

}  // namespace datadeed::consensus::testing
