#pragma once

#include <initializer_list>

#include "tests/consensus/sim_node.h"

// Short ways to say what a test needs. Everything is signed with quick keys on the test chain.

namespace datadeed::consensus::testing {

[[nodiscard]] inline Digest digest_of(const std::string& text) {
    return make_proposal(Height{1}, {}, text).hash;
}

inline const Digest hash_a = digest_of("a");
inline const Digest hash_b = digest_of("b");

template <class M>
[[nodiscard]] Signed<M> by(std::uint32_t signer, M message) {
    return sign(test_chain(), std::move(message), ValidatorIndex{signer}, QuickSigner{quick_key(signer)});
}

template <class M>
[[nodiscard]] std::vector<VoteSignature> votes_by(std::initializer_list<std::uint32_t> signers, const M& vote) {
    std::vector<VoteSignature> votes;
    for (const std::uint32_t signer : signers) {
        votes.push_back({.signer = ValidatorIndex{signer}, .signature = by(signer, vote).signature});
    }
    return votes;
}

[[nodiscard]] inline CommitCertificate committed(std::uint64_t view, std::uint64_t height, const Digest& hash,
                                                 std::initializer_list<std::uint32_t> signers) {
    const Commit vote{.view = View{view}, .height = Height{height}, .hash = hash};
    return {.view = vote.view, .height = vote.height, .hash = hash, .votes = votes_by(signers, vote)};
}

// `signers` without the primary; the primary of `view` among n is view mod n.
[[nodiscard]] inline PreparedCertificate prepared(std::uint64_t view, std::uint64_t height, const Digest& hash,
                                                  std::initializer_list<std::uint32_t> signers, std::uint32_t n = 4) {
    const Prepare vote{.view = View{view}, .height = Height{height}, .hash = hash};
    const PrePrepare proposal{.view = View{view}, .height = Height{height}, .hash = hash, .payload = {}};
    return {.view = vote.view,
            .height = vote.height,
            .hash = hash,
            .pre_prepare = by(static_cast<std::uint32_t>(view % n), proposal).signature,
            .prepares = votes_by(signers, vote)};
}

[[nodiscard]] inline Signed<ViewChange> view_change(std::uint32_t signer, std::uint64_t view,
                                                    std::optional<CommitCertificate> certificate = {},
                                                    std::optional<PreparedCertificate> proof = {}) {
    const Height height = certificate ? certificate->height : Height{};
    return by(signer, ViewChange{.new_view = View{view},
                                 .committed = height,
                                 .certificate = std::move(certificate),
                                 .prepared = std::move(proof)});
}

// By the primary of `view` among four.
[[nodiscard]] inline Signed<NewView> new_view(std::uint64_t view, std::vector<Signed<ViewChange>> changes,
                                              Height base = {}) {
    return by(static_cast<std::uint32_t>(view % 4),
              NewView{.new_view = View{view}, .view_changes = std::move(changes), .base = base, .carried = {}});
}

}  // namespace datadeed::consensus::testing
