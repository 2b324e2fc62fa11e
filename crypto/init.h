#pragma once

namespace datadeed::crypto {

// Makes libsodium ready for use; asserts that it could. What needs it in this room calls it itself, so a program need
// not, though calling it first in main shows a broken installation early. Cheap after the first time; any thread may
// call.
void init();

}  // namespace datadeed::crypto
