#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "ledger/evidence.h"

// Evidence against validators: what `net` and `audit` say about it.

namespace datadeed::cli {

[[nodiscard]] Command net_evidence_command();
[[nodiscard]] Command net_report_command();
[[nodiscard]] Command audit_evidence_command();

// What people read of GET /v1/evidence: who did what, who reported it, and what is held and not on the chain yet.
[[nodiscard]] std::string evidence_text(const json::Value& body);

// "node-2 voted for two blocks at one height in one view (epoch 0, view 1, block 9)"
[[nodiscard]] std::string charge_text(const std::string& accused, const ledger::Charge& charge);

// Who is convicted on a replayed chain.
[[nodiscard]] json::Value convicted_json(const std::vector<ledger::EvidenceRecord>& convicted);
[[nodiscard]] std::string convicted_text(const std::vector<ledger::EvidenceRecord>& convicted);

}  // namespace datadeed::cli
