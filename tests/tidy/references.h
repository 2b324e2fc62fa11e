#pragma once

#include "tests/tidy/house_rules.h"

// What comments and pages say of other places in the project. Each returns one sentence a breach, with file and line.

namespace datadeed::tidy {

// A source file or page that a comment of a source file names, or that a page names with its folder, and that isn't
// there. A name without a folder stands beside the file that names it; tests/ may name those of the room they test.
[[nodiscard]] Breaches check_named_files(const SourceTree& tree);

// An event of the node's log that docs/operations.md doesn't list in its table, and one listed that nothing logs.
[[nodiscard]] Breaches check_log_events(const SourceTree& tree);

}  // namespace datadeed::tidy
