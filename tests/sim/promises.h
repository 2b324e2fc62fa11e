#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "consensus/messages.h"

namespace datadeed::sim {

// What each honest validator committed lately, held against the VIEW-CHANGEs that it sends later: no node may be there
// to see both, and nobody honest may have said both (I15).
class Promises {
public:
    void note(const std::string& node, const consensus::Signed<consensus::Commit>& commit);
    // This node has lost its votes: it may break what it promised, and only that.
    void forget(const std::string& node) { commits_.erase(node); }
    // The COMMIT of the same node and epoch that this contradicts, if any.
    [[nodiscard]] std::optional<consensus::Commit> broken_by(
        const std::string& node, const consensus::Signed<consensus::ViewChange>& change) const;

private:
    std::map<std::string, std::deque<consensus::Signed<consensus::Commit>>> commits_;  // the latest of each
};

}  // namespace datadeed::sim
