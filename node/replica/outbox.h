#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/types.h"
#include "node/replica/actions.h"

namespace datadeed::replica {

// Who can be reached, and what is to be done when the step is over. One thread.
class Outbox {
public:
    Outbox() = default;
    explicit Outbox(std::set<ledger::MemberId> validators) : validators_{std::move(validators)} {}

    // Who votes from now on.
    void begin_epoch(std::set<ledger::MemberId> validators) { validators_ = std::move(validators); }

    // Sends it what comers are to have.
    void set_up(const ledger::MemberId& peer);
    void set_down(const ledger::MemberId& peer) { up_.erase(peer); }
    [[nodiscard]] bool is_up(const ledger::MemberId& peer) const { return up_.contains(peer); }
    [[nodiscard]] bool is_validator(const ledger::MemberId& peer) const { return validators_.contains(peer); }

    // Each sends to those of the named who are up; nothing when there are none.
    void send(const ledger::MemberId& peer, Bytes bytes, Lane lane);
    // To another one each time: any may lie or be gone.
    void send_one_of(const std::vector<ledger::MemberId>& peers, Bytes bytes, Lane lane);
    void send_validators(Bytes bytes, Lane lane);
    void send_all(Bytes bytes, Lane lane);
    // Also to whoever comes up from now on.
    void send_all_and_comers(const Bytes& bytes, Lane lane);

    void reply(RequestToken token, Outcome outcome);
    using Fields = std::vector<std::pair<std::string, std::string>>;
    void log(LogEvent::Level level, std::string name, Fields fields = {});
    // Names a peer that did what nobody honest does, in a warning of this name with the field `peer` first: once in
    // blame_again_ms, so that it can't fill the log.
    void blame(const ledger::MemberId& peer, const std::string& name, std::uint64_t now_ms, Fields more = {});
    void push(Action&& action);

    [[nodiscard]] std::vector<Action> take() { return std::exchange(actions_, {}); }
    // Drops all but what was found: lines of the log, and evidence.
    void keep_findings();

private:
    std::set<ledger::MemberId> validators_;
    std::set<ledger::MemberId> up_;
    std::size_t turns_{0};  // of send_one_of
    std::vector<std::pair<Bytes, Lane>> for_comers_;
    std::map<std::pair<std::string, ledger::MemberId>, std::uint64_t> blamed_until_ms_;
    std::vector<Action> actions_;
};

}  // namespace datadeed::replica
