#include "tests/torture/verdict.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::torture {

namespace {

const LastWords damaged{.code = "state.damaged", .hint = "Move it away."};

}  // namespace

TEST_CASE("an end is right when its code fits the file, its status the code, and a hint is there") {
    CHECK(judge_end("state/values/*.ldb", 5, damaged).fate == Fate::refused);
    CHECK(judge_end("state/values/*.ldb", 0, damaged).fate == Fate::silent);
    CHECK(judge_end("state/values/*.ldb", 1, damaged).fate == Fate::silent);
    CHECK(judge_end("state/values/*.ldb", 139, damaged).fate == Fate::silent);
    CHECK(judge_end("state/values/*.ldb", 5, {.code = "state.damaged", .hint = ""}).fate == Fate::silent);
    CHECK(judge_end("state/values/*.ldb", 5, {.code = "", .hint = "Move it away."}).fate == Fate::silent);
    CHECK(judge_end("chain/*.ldb", 5, damaged).fate == Fate::silent);
    CHECK(judge_end("data/votes", 5, damaged).fate == Fate::silent);
    CHECK(judge_end("data/lock", 5, damaged).fate == Fate::silent);
    CHECK(judge_end("node.toml", 2, {.code = "config.syntax", .hint = ""}).fate == Fate::refused);
    CHECK(judge_end("node.toml", 8, {.code = "node.port_in_use", .hint = "stop it"}).fate == Fate::refused);
    CHECK(judge_end("genesis.cbor", 21, {.code = "key.not_registrable", .hint = "use it"}).fate == Fate::refused);
    CHECK(judge_end("genesis.cbor", 1, {.code = "key.not_registrable", .hint = "use it"}).fate == Fate::silent);
}

TEST_CASE("a node with votes that its chain knows to be gone must not vote, and no other may fall silent") {
    const Verdict served{.fate = Fate::harmless, .code = {}, .detail = {}};
    const auto fate = [&](const std::string& kind, std::uint64_t offset, const std::string& silence) {
        return judge_silence({.kind = kind, .file = "", .tears = false, .offset = offset, .bit = 0}, 1000, silence,
                             served)
            .fate;
    };
    CHECK(fate("data/votes", 999, "votes.corrupt") == Fate::silenced);
    CHECK(fate("data/votes", 999, "") == Fate::silent);
    CHECK(fate("data/votes", 999, "store.io") == Fate::silent);
    // The end of the file that no block speaks of: a crash may have torn it, for all that the node can know.
    CHECK(fate("data/votes", 1000, "") == Fate::harmless);
    CHECK(fate("data/votes", 1000, "votes.corrupt") == Fate::silenced);
    CHECK(fate("state/values/*.ldb", 0, "") == Fate::harmless);
    CHECK(fate("state/values/*.ldb", 0, "votes.corrupt") == Fate::silent);
    CHECK(fate("chain/CURRENT", 0, std::string{observes}) == Fate::silent);
    const Verdict behind{.fate = Fate::behind, .code = {}, .detail = {}};
    CHECK(judge_silence({.kind = "chain/CURRENT", .file = "", .tears = false, .offset = 0, .bit = 0}, 1000,
                        std::string{observes}, behind) == behind);
    const Verdict wrong = silent("it tells another chain");
    CHECK(judge_silence({.kind = "data/votes", .file = "", .tears = false, .offset = 0, .bit = 0}, 1000,
                        "votes.corrupt", wrong) == wrong);
}

TEST_CASE("evidence that is damaged must be disowned, and nothing else may differ") {
    const Verdict served{.fate = Fate::harmless, .code = {}, .detail = {}};
    CHECK(judge_evidence(true, served).code == "evidence.damaged");
    CHECK(judge_evidence(false, served).fate == Fate::silent);
    CHECK(judge_evidence(true, silent("it tells another chain")).fate == Fate::silent);
    CHECK(judge_evidence(true, {.fate = Fate::behind, .code = {}, .detail = {}}).fate == Fate::silent);
}

TEST_CASE("the last words are those of the last error, from the log or the terminal") {
    const LastWords words = last_words(
        "{\"event\":\"node.fault\",\"code\":\"file.io\",\"hint\":\"look\"}\nerror: it broke [store.io]\n  try: "
        "dmesg\n");
    CHECK(words.code == "store.io");
    CHECK(words.hint == "dmesg");
    CHECK(last_words("{\"event\":\"node.fault\",\"code\":\"file.io\",\"hint\":\"look\"}\n").hint == "look");
    CHECK(last_words("node.toml:3:1: error: no such key - mend it [config.unknown_key]\n").code ==
          "config.unknown_key");
    CHECK(last_words("{\"event\":\"node.serving\"}\n").code.empty());
}

TEST_CASE("files are of a kind by what doesn't count up in their names") {
    CHECK(kind_of("nodes/node-1/data/chain/000005.ldb") == "chain/*.ldb");
    CHECK(kind_of("data/state/tree/MANIFEST-000002") == "state/tree/MANIFEST");
    CHECK(kind_of("nodes/node-1/data/votes") == "data/votes");
    CHECK(kind_of("nodes/node-1/data/snapshots/0/part-00ff") == "snapshots/0/part");
    CHECK(kind_of("nodes/node-1/data/genesis.cbor") == "data/genesis.cbor");
    CHECK(kind_of("genesis.cbor") == "genesis.cbor");
    CHECK(kind_of("nodes/node-1/keys/vote.key") == "vote.key");
}

TEST_CASE("a damage turns the one bit that it names, or leaves as many bytes as it names") {
    const support::Folder folder;
    const auto content = [&folder] {
        std::ifstream in{folder / "votes", std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{in}, {}};
    };
    (void)folder.write("votes", "abc");
    apply({.kind = "", .file = "votes", .tears = false, .offset = 1, .bit = 0}, folder.path());
    CHECK(content() == "acc");
    apply({.kind = "", .file = "votes", .tears = true, .offset = 2, .bit = 0}, folder.path());
    CHECK(content() == "ac");
}

TEST_CASE("one seed draws the same damage again, and every kind of file is drawn") {
    const support::Folder folder;
    (void)folder.write("votes", std::string(10'000, 'v'));
    (void)folder.write("genesis.cbor", "g");
    const std::vector<FileKind> kinds = kinds_in(folder.path());
    REQUIRE(kinds.size() == 2);
    std::size_t small = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Random one{seed};
        Random other{seed};
        const Damage damage = draw_damage(folder.path(), kinds, one);
        CHECK(damage == draw_damage(folder.path(), kinds, other));
        small += damage.file == "genesis.cbor" ? 1U : 0U;
    }
    CHECK(small > 25);
}

TEST_CASE("what is to be damaged alone must be there, else the names that are there are told") {
    const std::vector<FileKind> all{{.name = "chain/*.ldb", .files = {"a"}}, {.name = "data/votes", .files = {"b"}}};
    const auto names = [&](const std::string& prefix) {
        std::string text;
        const auto kinds = kinds_that_begin(prefix, all);
        if (!kinds) return kinds.error();
        for (const FileKind& kind : *kinds) text += kind.name + ";";
        return text;
    };
    CHECK(names("") == "chain/*.ldb;data/votes;");
    CHECK(names("data/") == "data/votes;");
    CHECK(names("votes") == "no kind of file begins with 'votes'; there are: chain/*.ldb data/votes");
}

}  // namespace datadeed::torture
