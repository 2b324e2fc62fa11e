#include "bench/load_members.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "crypto/random.h"
#include "ledger/operation.h"

namespace datadeed::bench {
namespace {

constexpr std::size_t admissions_a_transaction = 32;

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
    }
    return members;
}

}  // namespace datadeed::bench
