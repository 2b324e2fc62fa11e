#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/evidence.h"
#include "consensus/journal.h"
#include "consensus/verified.h"

// All that goes into Pbft and all that comes out. The host performs the actions of a step in their order and finishes
// them before it gives the next event; what an action makes it learn (Built, Validated ...) is a later event.

namespace datadeed::consensus {

// A block as this room sees it. `hash` binds `payload`; the host made sure of that. `parent` is the hash at height - 1
// (zero at height 1: the host knows its genesis).
struct Proposal {
    Height height{};
    Digest hash{};
    Digest parent{};
    Bytes payload;

    friend bool operator==(const Proposal&, const Proposal&) = default;
};

// ---- events

// The monotonic clock, in ms. Give one whenever next_deadline() has come; more do no harm. Never goes back.
struct Tick {
    std::uint64_t now_ms{};
};
// `via` is the validator at the other end of the link that brought it: a proposal counts only from its own signer.
struct MessageIn {
    ValidatorIndex via{};
    VerifiedMessage message;
};
// The answer to Build; empty when there turned out to be nothing to propose (then WorkPending asks again).
struct Built {
    View view{};
    Height height{};
    std::optional<Proposal> proposal;
};
// The answer to Validate: whether `hash` binds the payload and the block may follow its parent with the roots it
// claims.
struct Validated {
    View view{};
    Digest hash{};
    bool ok{false};
    std::string reason;      // for people; "" when ok
    bool subjective{false};  // refused by this node's clock only: no proof against the primary
};
// Whether the host holds admitted transactions that are relayed to all validators and not committed. Give it whenever
// that changes and after each Decide or Adopted; about once a second while they wait, since `oldest_*` grows.
struct WorkPending {
    bool pending{false};
    std::uint64_t oldest_ms{};      // since the oldest was relayed to a primary; 0 when it wasn't
    std::uint64_t oldest_blocks{};  // committed since then, but for those that all members' firsts may take
};
// The host has verified, applied and stored a certified block that it fetched (or a snapshot): heights may jump.
struct Adopted {
    Verified<CommitCertificate> certificate;
};
// The answer to FetchBody: bytes that `hash` binds (the host checked), from anyone.
struct BodyAvailable {
    Height height{};
    Digest hash{};
    Bytes payload;
};
using Event = std::variant<Tick, MessageIn, Built, Validated, WorkPending, Adopted, BodyAvailable>;

// ---- actions. `after` is the number of a record: neither a message nor anything that shows a commit to the outside
// may leave before that record is on disk. One fsync may cover many records.

// Append to the journal. Numbers rise by one from Start::last_record.
struct Persist {
    std::uint64_t number{};
    VoteRecord record;
};
// To all other validators when `to` is empty. May be lost: whatever matters is sent again.
struct Send {
    std::optional<ValidatorIndex> to;
    Message message;
    std::uint64_t after{};
};
// Make a block on top of `parent`, executed, and answer with Built. This node is the primary of `view`.
struct Build {
    View view{};
    Height height{};
    Digest parent{};
};
// Judge and execute; answer with Validated. `fresh`: proposed for the first time, so the time rule applies.
struct Validate {
    View view{};
    Proposal proposal;
    bool fresh{true};
};
// The block is final: store it with its certificate and apply it, durably, before the next action. To the core the
// height is done with this action; there is no confirmation.
struct Decide {
    Proposal block;
    CommitCertificate certificate;
    std::uint64_t after{};
};
// Get the payload of `hash` from one of `holders` (any of them may lie, be gone, or be this node, which has lost it)
// and answer with BodyAvailable. Asked again, after a while, as long as it's wanted.
struct FetchBody {
    Height height{};
    Digest hash{};
    std::vector<ValidatorIndex> holders;
};
// `peer` seems to have certified blocks from this height on: get, verify and apply them, and tell by Adopted.
struct FetchBlocks {
    ValidatorIndex peer{};
    Height from{};
};
// Keep it and show it: a validator is proven faulty.
struct ReportEvidence {
    Evidence evidence;
};
// For logs and metrics: votes are cast in this view now.
struct EnteredView {
    View view{};
    ValidatorIndex primary{};
};
// Stop, for that reason: every later step returns nothing.
struct Halt {
    HaltReason reason{};
};
using Action =
    std::variant<Persist, Send, Build, Validate, Decide, FetchBody, FetchBlocks, ReportEvidence, EnteredView, Halt>;
using Actions = std::vector<Action>;

}  // namespace datadeed::consensus
