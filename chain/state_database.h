#pragma once

#include <memory>
#include <string>

#include "chain/file.h"
#include "chain/kv_store.h"

namespace datadeed::chain {

// The state's two databases as one. Tree nodes (keys::tree_node) are most of what a block writes, and their keys rise
// from block to block: alone in a LevelDB their tables never overlap, so it never merges them again. Among values,
// whose keys come in any order, it merges all of them over and over (docs/decisions/0016).
//
// A batch is in when `values` has it. What a crash leaves behind before that is nodes that nothing names yet, and the
// same batch, written again, puts the same nodes; so a batch must not replace a node, and erases only nodes that no
// snapshot to come will ask for. Otherwise as KvStore says, but: between the two writes reads see the new nodes
// already; after an error of one database the other still answers, so the caller ends the process at the first error;
// and a scan with an empty prefix sees the values alone.
[[nodiscard]] std::unique_ptr<KvStore> split_tree_nodes(std::unique_ptr<KvStore> values,
                                                        std::unique_ptr<KvStore> nodes);

// LevelDB in `folder`/values and `folder`/tree. Makes what is missing. Errors: those of open_leveldb; file_*.
[[nodiscard]] Result<std::unique_ptr<KvStore>, Error> open_state_database(FileSystem& files, const std::string& folder);

}  // namespace datadeed::chain
