#include <array>

#include "cli/commands/commands.h"

namespace datadeed::cli {
namespace {

constexpr std::array all_groups{
    Group{"dev", "a whole network on this machine, to try things on", dev_commands},
    Group{"member", "members of the chain: show, list, admit, rotate keys", member_commands},
    Group{"data", "data sets: register, import a catalogue, list, show, transfer ownership", data_commands},
    Group{"manager", "who manages a data set for its owners", manager_commands},
    Group{"grant", "usage rights: create, narrow, use, list, show, revoke", grant_commands},
    Group{"log", "query logs: anchor one side, compare both sides of a pair", log_commands},
    Group{"tx", "transactions: show, wait for finality, receipt", tx_commands},
    Group{"block", "blocks: show", block_commands},
    Group{"node", "nodes of the profile: status", node_commands},
    Group{"net", "who runs nodes, and votes on changes of that", net_commands},
    Group{"audit", "check receipts, evidence and whole chains offline", audit_commands},
    Group{"key", "key files: new, show", key_commands},
    Group{"genesis", "the chain's genesis document: show", genesis_commands},
    Group{"help", "texts that belong to no single command: exit-codes", help_commands},
    Group{"version", "the version of this program and of what it speaks", version_commands},
};

}  // namespace

std::span<const Group> groups() {
    return all_groups;
}

}  // namespace datadeed::cli
