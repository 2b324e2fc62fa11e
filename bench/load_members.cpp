#include "bench/load_members.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "crypto/random.h"
#include "ledger/operation.h"

namespace datadeed::bench {
namespace {

constexpr std::size_t admissions_a_transaction = 32;

// A node that is a block behind doesn't know them yet.
client::Outcome<void> wait_for_all(client::Session& session, const ledger::TxId& tx) {
    const client::Deadline deadline = client::after(std::chrono::seconds{30});
    for (const client::NodeAddress& node : session.profile().nodes) {
        client::Profile profile = session.profile();
        profile.nodes = {node};
        client::NodeLink link{profile, session.signer(), client::http_transport(profile.nodes)()};
        auto final = link.wait_for(tx, deadline);
        while (!final && final.error().code == "tx.not_found" && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
            final = link.wait_for(tx, deadline);
        }
        if (!final) return fail(final.error());
    }
    return {};
}

}  // namespace

client::Outcome<std::vector<LoadMember>> admit_members(client::Session& operator_session, std::uint64_t count) {
    const std::string run = to_hex(crypto::random_array<4>());
    std::vector<LoadMember> members;
    for (std::uint64_t i = 0; i < count; ++i) {
        members.push_back({ledger::MemberId{"load-" + run + "-" + std::to_string(i)}, crypto::SecretKey::generate()});
    }
    for (std::size_t from = 0; from < members.size(); from += admissions_a_transaction) {
        std::vector<ledger::Operation> operations;
        for (std::size_t i = from; i < std::min(members.size(), from + admissions_a_transaction); ++i) {
            operations.emplace_back(ledger::AdmitMember{.member = members[i].id,
                                                        .organisation = "load generator",
                                                        .roles = {ledger::Role::owner},
                                                        .keys = {members[i].key.public_key()}});
        }
        const auto signed_tx = operator_session.signer().sign(std::move(operations));
        if (!signed_tx) return fail(signed_tx.error());
        const auto admitted =
            operator_session.nodes().submit_and_wait(*signed_tx, client::after(std::chrono::seconds{30}));
        if (!admitted) return fail(admitted.error());
        if (const auto known = wait_for_all(operator_session, admitted->tx); !known) return fail(known.error());
    }
    return members;
}

}  // namespace datadeed::bench
