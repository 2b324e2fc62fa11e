#include <stdexcept>
#include <string_view>

#include "base/overloaded.h"
#include "tests/consensus/scenario.h"

// How a scenario tells what happened, and what a liar may be made to say.

namespace datadeed::consensus::testing {

namespace {

std::string slot(View view, Height height) {
    return "v" + std::to_string(view.value) + " h" + std::to_string(height.value);
}

template <class List>
std::string list(const List& indexes) {
    std::string text;
    for (const auto& index : indexes) text += (text.empty() ? "" : ",") + std::to_string(index.value);
    return "[" + text + "]";
}

std::string_view words_for(HaltReason reason) {
    switch (reason) {
        case HaltReason::one_height_must_have_one_certificate:
            return "two different blocks are certified at one height";
        case HaltReason::one_view_must_prepare_one_block:
            return "two different blocks are prepared in one view";
        case HaltReason::own_votes_must_be_in_the_journal:
            return "a peer holds a vote of this node that its journal lacks";
    }
    throw std::logic_error{"a reason to stop without words"};
}

}  // namespace

void Scenario::learn(const Proposal& block) {
    labels_[block.hash] = text_of(block.payload);
}

// The text and the beginning of the hash, so that a block proposed again can be seen to be the same.
std::string Scenario::label(const Digest& hash) const {
    const auto found = labels_.find(hash);
    return (found == labels_.end() ? "?" : found->second) + "#" + to_hex(hash).substr(0, 4);
}

std::string Scenario::describe(const Carried& carried) const {
    return slot(carried.view, carried.height) + " " + label(carried.hash);
}

std::string Scenario::describe(const Message& message) const {
    const Overloaded words{
        [](const Status& said) {
            return slot(said.view, said.committed) + (said.changing ? " changing" : "") +
                   (said.has_proposal ? " has" : "") + " vc" + list(said.view_changes) + " p" + list(said.prepares) +
                   " c" + list(said.commits) + (said.slow_primary ? " slow" : "");
        },
        [this](const ViewChange& said) {
            std::string text =
                "v" + std::to_string(said.new_view.value) + " committed " + std::to_string(said.committed.value);
            if (said.prepared)
                text += " prepared v" + std::to_string(said.prepared->view.value) + " " + label(said.prepared->hash);
            return text;
        },
        [this](const NewView& said) {
            std::vector<ValidatorIndex> from;
            for (const auto& change : said.view_changes) from.push_back(change.signer);
            return "v" + std::to_string(said.new_view.value) + " of " + list(from) + " base " +
                   std::to_string(said.base.value) + (said.carried ? " carried " + describe(*said.carried) : "");
        },
        [this](const auto& vote) { return slot(vote.view, vote.height) + " " + label(vote.hash); },
    };
    const std::string said = std::visit([&](const auto& statement) { return words(statement.message); }, message);
    const auto signer = std::visit([](const auto& statement) { return statement.signer.value; }, message);
    return std::string{name(kind_of(message))} + " by " + std::to_string(signer) + " " + said;
}

std::string Scenario::describe(const Wire& wire) const {
    return std::visit(
        Overloaded{
            [this](const Message& message) { return describe(message); },
            [this](const BodyRequest& request) { return "BODY? " + label(request.hash); },
            [this](const BodyAnswer& answer) { return "BODY " + label(answer.hash); },
            [](const BlocksRequest& request) { return "BLOCKS? from " + std::to_string(request.from.value); },
            [](const BlocksAnswer& answer) { return "BLOCKS " + std::to_string(answer.blocks.size()); },
        },
        wire);
}

std::string Scenario::describe(const VoteRecord& record) const {
    return std::visit(
        Overloaded{
            [this](const ProposalMade& made) { return "proposed " + describe(Message{made.proposal}); },
            [this](const ProposalAccepted& accepted) { return "accepted " + describe(Message{accepted.vote}); },
            [this](const BlockPrepared& prepared) { return "prepared " + describe(Message{prepared.vote}); },
            [this](const ViewChangeSent& sent) { return "leaving " + describe(Message{sent.message}); },
            [this](const ViewEntered& entered) { return "entered " + describe(Message{entered.message}); },
            [](const Checkpoint& sum) { return "checkpoint " + slot(sum.view, sum.committed); },
            [](const VotesLost& lost) { return "votes lost, final are " + std::to_string(lost.committed.value); },
        },
        record);
}

void Scenario::learn_proposed(const Action& action) {
    const auto* record = std::get_if<Persist>(&action);
    const auto* made = record == nullptr ? nullptr : std::get_if<ProposalMade>(&record->record);
    if (made == nullptr) return;
    const PrePrepare& said = made->proposal.message;
    if (!said.payload.empty()) labels_[said.hash] = text_of(said.payload);
}

// One line an action, indented under the message that caused it.
void Scenario::note(const Node& who, const Action& action) {
    learn_proposed(action);
    const std::string head = "  " + std::to_string(who.self().value) + " ";
    std::visit(
        Overloaded{
            [&](const Persist& does) { tell(head + "record " + describe(does.record)); },
            [&](const Send& does) {
                const std::string what = describe(does.message);
                if (hidden_.contains(what.substr(0, what.find(' ')))) return;
                tell(head + "send " + (does.to ? std::to_string(does.to->value) : "all") + " " + what);
            },
            [&](const Build& does) { tell(head + "build " + slot(does.view, does.height)); },
            [&](const Validate& does) {
                learn(does.proposal);
                tell(head + "validate " + label(does.proposal.hash) + (does.fresh ? "" : " carried"));
            },
            [&](const Decide& does) {
                learn(does.block);
                std::vector<ValidatorIndex> from;
                for (const auto& vote : does.certificate.votes) from.push_back(vote.signer);
                tell(head + "decide h" + std::to_string(does.block.height.value) + " " + label(does.block.hash) +
                     " by v" + std::to_string(does.certificate.view.value) + list(from));
            },
            [&](const FetchBody& does) {
                tell(head + "fetch body " + label(does.hash) + " from " + list(does.holders));
            },
            [&](const FetchBlocks& does) {
                tell(head + "fetch blocks from " + std::to_string(does.peer.value) + " at h" +
                     std::to_string(does.from.value));
            },
            [&](const ReportEvidence& does) {
                tell(head + "evidence " + describe(does.evidence.first) +
                     (does.evidence.second ? " against " + describe(*does.evidence.second) : " against itself"));
            },
            [&](const EnteredView& does) {
                tell(head + "in view " + std::to_string(does.view.value) + " of " + std::to_string(does.primary.value));
            },
            [&](const Halt& does) { tell(head + "halt: " + std::string{words_for(does.reason)}); },
        },
        action);
}

void Scenario::show() {
    for (const auto& each : nodes_) {
        std::string line = std::to_string(each->self().value) + ": ";
        if (!each->up()) {
            tell(line + (monitor_->is_byzantine(each->self()) ? "lies" : "down"));
            continue;
        }
        const Pbft& core = each->core();
        line += "view " + std::to_string(core.view().value) + (core.changing() ? " changing" : "") + ", height " +
                std::to_string(core.height().value);
        if (core.height().value > 0) line += " " + label(core.tip());
        tell(line + ", timeout " + std::to_string(core.timeout_ms()) + (core.halted() ? ", halted" : ""));
    }
}

std::vector<ValidatorIndex> Scenario::parse_targets(const Words& words) const {
    std::vector<ValidatorIndex> targets;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != "to") continue;
        for (std::size_t k = i + 1; k < words.size(); ++k) {
            targets.push_back(ValidatorIndex{static_cast<std::uint32_t>(std::stoul(words[k]))});
        }
    }
    if (targets.empty()) throw std::runtime_error{"a forged message needs 'to' and its targets"};
    return targets;
}

// forge LIAR pre-prepare|prepare|commit VIEW HEIGHT TEXT to NODES...
// forge LIAR view-change VIEW broken|forgetful to NODES...
// forge LIAR new-view VIEW [empty] to NODES...       (of the VIEW-CHANGEs that went over the network)
void Scenario::forge(const Words& words) {
    Node& liar = node(words.at(1));
    const QuickSigner key{quick_key(liar.self().value)};
    const std::vector<ValidatorIndex> to = parse_targets(words);
    const View view{std::stoull(words.at(3))};
    const auto post = [&](const auto& message) {
        for (const ValidatorIndex target : to) {
            queue_.push_back(
                {.from = liar.self(), .to = target, .wire = sign(test_chain(), message, liar.self(), key)});
        }
    };
    if (words[2] == "new-view") {
        forge_new_view(liar, words, to);
        return;
    }
    if (words[2] == "view-change") {
        ViewChange change{.new_view = view, .committed = {}, .certificate = {}, .prepared = {}};
        if (words.at(4) == "broken") {
            change.prepared = PreparedCertificate{.view = {},
                                                  .height = Height{1},
                                                  .hash = {},
                                                  .pre_prepare = {},
                                                  .prepares = {{ValidatorIndex{1}, {}}, {ValidatorIndex{2}, {}}}};
        }
        post(change);
        return;
    }
    const Height height{std::stoull(words.at(4))};
    Digest parent{};
    for (const auto& each : nodes_) {
        if (each->disk().chain.size() + 1 >= height.value && height.value > 1) {
            parent = each->disk().chain[height.value - 2].block.hash;
        }
    }
    const Proposal block = make_proposal(height, parent, words.at(5));
    learn(block);
    if (words[2] == "pre-prepare") {
        post(PrePrepare{.view = view, .height = height, .hash = block.hash, .payload = block.payload});
    } else if (words[2] == "prepare") {
        post(Prepare{.view = view, .height = height, .hash = block.hash});
    } else if (words[2] == "commit") {
        post(Commit{.view = view, .height = height, .hash = block.hash});
    } else {
        throw std::runtime_error{"can't forge " + words[2]};
    }
}

void Scenario::forge_new_view(Node& liar, const Words& words, const std::vector<ValidatorIndex>& to) {
    const View view{std::stoull(words.at(3))};
    const std::size_t quorum = quick_set(nodes_.size()).quorum();
    NewView opened{.new_view = view, .view_changes = {}, .base = {}, .carried = {}};
    for (const auto& [key, change] : view_changes_) {
        if (key.first == view && opened.view_changes.size() < quorum) opened.view_changes.push_back(change);
    }
    const auto demanded = open_view(opened.view_changes);
    if (!demanded) throw std::runtime_error{"the view changes show a fork"};
    opened.base = demanded->base;
    if (words.at(4) != "empty") opened.carried = demanded->carried;
    const auto message = sign(test_chain(), opened, liar.self(), QuickSigner{quick_key(liar.self().value)});
    for (const ValidatorIndex target : to) queue_.push_back({.from = liar.self(), .to = target, .wire = message});
}

}  // namespace datadeed::consensus::testing
