#include "cli/progress.h"

#include "tests/support/catch.h"

namespace datadeed::cli {

TEST_CASE("a progress bar shows how far, how fast and how long still") {
    CHECK(render("importing", {.done = 1824, .total = 3648, .elapsed_ms = 2000}) ==
          "importing  [===============               ]   50%  1,824/3,648  912/s  2 s left");
    CHECK(render("importing", {.done = 0, .total = 10, .elapsed_ms = 0}) ==
          "importing  [                              ]    0%  0/10  0/s");
    CHECK(render("importing", {.done = 10, .total = 10, .elapsed_ms = 1000}) ==
          "importing  [==============================]  100%  10/10  10/s  0 s left");
    CHECK(render("x", {.done = 5, .total = 0, .elapsed_ms = 1000}).find("100%") != std::string::npos);
}

}  // namespace datadeed::cli
