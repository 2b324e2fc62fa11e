#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "consensus/votes.h"

// What validators say to each other. On the wire a Message is [kind, statement, signer, signature] in CBOR
// (base/fields.h). What is signed is the CBOR array [domain, chain id, fields of the statement...], so a signature
// holds for one kind on one chain.

namespace datadeed::consensus {

// "I vote in no view below `new_view` any more; this is the last block that I know to be final, and what I have
// prepared above it." `certificate` is there iff `committed` is above the epoch's base; `prepared` is for the height
// after it, of the highest view.
struct ViewChange {
    static constexpr MessageKind kind = MessageKind::view_change;
    static constexpr std::string_view domain = "datadeed/pbft/view-change/1";

    View new_view{};
    Height committed{};
    std::optional<CommitCertificate> certificate;
    std::optional<PreparedCertificate> prepared;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("new_view", self.new_view);
        visit("committed", self.committed);
        visit("certificate", self.certificate);
        visit("prepared", self.prepared);
    }

    friend bool operator==(const ViewChange&, const ViewChange&) = default;
};

// The proposal that a new view must begin with, since it may have been committed in `view`.
struct Carried {
    View view{};
    Height height{};
    Digest hash{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
    }

    friend bool operator==(const Carried&, const Carried&) = default;
};

// The primary of `new_view` shows why the view begins as it does: exactly a quorum of VIEW-CHANGEs in order of signers,
// the highest height committed among them, and what must be proposed above it. Proves itself, whoever passes it on.
struct NewView {
    static constexpr MessageKind kind = MessageKind::new_view;
    static constexpr std::string_view domain = "datadeed/pbft/new-view/1";

    View new_view{};
    std::vector<Signed<ViewChange>> view_changes;
    Height base{};
    std::optional<Carried> carried;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("new_view", self.new_view);
        visit("view_changes", self.view_changes, Limit{validators_max});
        visit("base", self.base);
        visit("carried", self.carried);
    }

    friend bool operator==(const NewView&, const NewView&) = default;
};

// Where the sender stands, once a second, so that late and restarted nodes get what they miss. Believed for nothing
// else but the complaint: only certificates count. The lists are what it holds for `view` (and the height after
// `committed`), in order.
struct Status {
    static constexpr MessageKind kind = MessageKind::status;
    static constexpr std::string_view domain = "datadeed/pbft/status/1";

    View view{};
    bool changing{false};  // VIEW-CHANGE to `view` sent, NEW-VIEW not yet accepted
    Height committed{};
    bool has_proposal{false};
    std::vector<ValidatorIndex> view_changes;
    std::vector<ValidatorIndex> prepares;
    std::vector<ValidatorIndex> commits;
    bool slow_primary{false};  // a complaint about the primary of `view` (T7); a quorum of them demotes it

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("changing", self.changing);
        visit("committed", self.committed);
        visit("has_proposal", self.has_proposal);
        visit("view_changes", self.view_changes, Limit{validators_max});
        visit("prepares", self.prepares, Limit{validators_max});
        visit("commits", self.commits, Limit{validators_max});
        visit("slow_primary", self.slow_primary);
    }

    friend bool operator==(const Status&, const Status&) = default;
};

using Message = std::variant<Signed<PrePrepare>, Signed<Prepare>, Signed<Commit>, Signed<ViewChange>, Signed<NewView>,
                             Signed<Status>>;

// The bytes that `message` is signed as, on `chain`.
template <class M>
[[nodiscard]] Bytes statement(const ChainId& chain, const M& message) {
    cbor::Writer writer;
    std::size_t count = 2;
    cbor::Writer stated;
    const auto visit = [&](const char*, const auto& field, Limit = {}) {
        ++count;
        encode_to(stated, field);
    };
    if constexpr (requires { M::stated(message, visit); }) {
        M::stated(message, visit);
    } else {
        M::fields(message, visit);
    }
    writer.array(count);
    writer.text(M::domain);
    encode_to(writer, chain);
    writer.raw(stated.data());
    return writer.take();
}

// Signs `message` as `signer`.
template <class M>
[[nodiscard]] Signed<M> sign(const ChainId& chain, M message, ValidatorIndex signer, const VoteSigner& key) {
    const crypto::Signature signature = key.sign(statement(chain, message));
    return Signed<M>{.message = std::move(message), .signer = signer, .signature = signature};
}

[[nodiscard]] View view_of(const Message& message);

// A name for people and for metrics: "PRE-PREPARE".
[[nodiscard]] std::string_view name(MessageKind kind);

[[nodiscard]] MessageKind kind_of(const Message& message);

}  // namespace datadeed::consensus
