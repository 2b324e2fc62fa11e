#pragma once

#include "tests/tidy/house_rules.h"

// What comments and pages say of other places in the project. Each returns one sentence a breach, with file and line.

namespace datadeed::tidy {

// A source file or page that a comment of a source file names, or that a page names with its folder, and that isn't
// there. A name without a folder stands beside the file that names it; tests/ may name those of the room they test.
[[nodiscard]] Breaches check_named_files(const SourceTree& tree);

// An event of the node's log that docs/operations.md doesn't list in its table, and one listed that nothing logs.
[[nodiscard]] Breaches check_log_events(const SourceTree& tree);

// docs/limits.md: a bound of the code that it doesn't name, a name that isn't in the file which it names, a test that
// it cites and that isn't there.
[[nodiscard]] Breaches check_limits(const SourceTree& tree);

// docs/quality/runs.csv: runs that aren't numbered from 1 on, a run that a page cites ("[run 7]") and that isn't there,
// a measured figure in the table of docs/benchmarks.md without its run.
[[nodiscard]] Breaches check_runs(const SourceTree& tree);

// A code with which a server or a link refuses and that no page lists: http.* in docs/api.md, net.* in
// docs/operations.md.
[[nodiscard]] Breaches check_refusal_codes(const SourceTree& tree);

}  // namespace datadeed::tidy
