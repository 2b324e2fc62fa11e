#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "tests/node/process.h"
#include "tests/support/catch.h"

// What the machine does to datadeed-node: disks that fill up, folders without rights, bytes that change, clocks that
// are wrong. Each ends or answers with its own code and what to do, and nothing that was acknowledged is lost.

namespace datadeed::node {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65'534;

// A small disk of its own at `path`, gone with the object. Only root may make one.
class SmallDisk {
public:
    SmallDisk(std::string path, const std::string& size) : path_{std::move(path)} {
        fs::create_directories(path_);
        is_there_ = ::mount("none", path_.c_str(), "tmpfs", 0, ("size=" + size + ",mode=0700").c_str()) == 0;
    }
    ~SmallDisk() {
        if (is_there_) (void)::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] bool is_there() const { return is_there_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    // Leaves at most `kib` KiB free. The filler lies where an interrupted start may leave something, so that it isn't
    // in the way.
    void fill_but(std::uint64_t kib) const {
        fs::create_directories(*this / "chain");
        const fs::space_info space = fs::space(path_);
        REQUIRE(space.available > (kib << 10U));
        std::ofstream{*this / "chain/filler", std::ios::binary} << std::string(space.available - (kib << 10U), 'x');
    }

private:
    std::string path_;
    bool is_there_{false};
};

void skip_without_root() {
    WARN("skipped: only root can mount a small disk to fill");
}

// Registers a0, a1, ... until the node goes away; those that were acknowledged.
std::set<std::string> register_until_it_ends(const test::Chain& chain, std::uint16_t api) {
    std::set<std::string> acknowledged;
    for (int i = 0; i < 5000; ++i) {
        const std::string id = "a" + std::to_string(i);
        const std::optional<http::Response> response = test::try_submit(api, chain.registration(id));
        if (!response || response->status != 200) break;
        acknowledged.insert(id);
    }
    return acknowledged;
}

TEST_CASE("a full disk ends the node with its own exit code; with space again, all that was acknowledged is there") {
    const test::Chain chain;
    const SmallDisk disk{chain.folder() / "nodes/n0/data", "24m"};
    if (!disk.is_there()) return skip_without_root();
    chain.write_config("[storage]\ndisk_free_min_mib = 1\n");
    std::set<std::string> acknowledged;
    {
        test::Process node{{"--config", chain.config_file()}, chain.folder() / "full.log"};
        const std::uint16_t api = test::port_of(node, "api");
        disk.fill_but(256);
        acknowledged = register_until_it_ends(chain, api);
        INFO(node.output());
        CHECK(node.wait_exit() == test::code_of(Exit::disk_full));
        CHECK(node.output().find("disk_full") != std::string::npos);
        CHECK(node.output().find("Free some space and start the node again") != std::string::npos);
    }
    CHECK(acknowledged.size() > 10);
    CHECK(acknowledged.size() < 5000);
    fs::remove(disk / "chain/filler");
    test::Process node{{"--config", chain.config_file()}, chain.folder() / "again.log"};
    const std::uint16_t api = test::port_of(node, "api");
    REQUIRE(node.wait_for("node.ready"));
    std::size_t lost = 0;
    for (const std::string& id : acknowledged) {
        if (test::get(api, "/v1/data/" + id, chain.token()).status != 200) ++lost;
    }
    CHECK(lost == 0);
    CHECK(test::submit(api, chain.registration("after")).status == 200);
}

TEST_CASE("a disk that is full at the start is said to be so") {
    const test::Chain chain;
    const SmallDisk disk{chain.folder() / "nodes/n0/data", "1m"};
    if (!disk.is_there()) return skip_without_root();
    disk.fill_but(0);
    test::refuses(chain, Exit::disk_full, "file.disk_full");
}

TEST_CASE("less space than the configuration asks for stands in the log") {
    const test::Chain chain;
    constexpr std::uint64_t most_mib = 1'048'576;
    if (fs::space(chain.folder().path()).available >> 20U >= most_mib) {
        WARN("skipped: there is more space than can be asked for");
        return;
    }
    chain.write_config("[storage]\ndisk_free_min_mib = " + std::to_string(most_mib) + "\n");
    test::Process node{{"--config", chain.config_file()}, chain.folder() / "low.log"};
    const std::optional<json::Value> line = node.wait_for("node.check_failed");
    REQUIRE(line);
    CHECK(line->text_at("check") == "disk");
    CHECK(node.output().find("node.ready") == std::string::npos);
}

TEST_CASE("a file in the data folder's place is a matter of the folder") {
    const test::Chain chain;
    std::ofstream{chain.folder() / "nodes/n0/data"} << "not a folder";
    test::refuses(chain, Exit::folder, "folder.is_a_file");
}

TEST_CASE("a folder that the node's user may not write is refused by its own code") {
    const test::Chain chain;
    const bool root = ::geteuid() == 0;
    const std::string home = chain.folder() / "nodes/n0";
    fs::create_directory(home + "/data");
    if (root) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator{chain.folder().path()}) {
            REQUIRE(::chown(entry.path().c_str(), nobody, nobody) == 0);
        }
        REQUIRE(::chown(chain.folder().path().c_str(), nobody, nobody) == 0);
    }
    const std::optional<uid_t> user = root ? std::optional{nobody} : std::nullopt;
    const std::string data = home + "/data";
    SECTION("the data folder") {
        REQUIRE(::chmod(data.c_str(), 0500) == 0);
        test::refuses(chain, Exit::folder, "folder.not_writable", user);
    }
    SECTION("the folder above, in which it isn't there yet") {
        fs::remove(data);
        REQUIRE(::chmod(home.c_str(), 0500) == 0);
        test::refuses(chain, Exit::folder, "folder.not_writable", user);
    }
    SECTION("a folder that it may not even look into") {
        REQUIRE(::chmod(data.c_str(), 0) == 0);
        test::refuses(chain, Exit::folder, "folder.not_writable", user);
    }
    CHECK(::chmod(home.c_str(), 0700) == 0);
    CHECK((!fs::exists(data) || ::chmod(data.c_str(), 0700) == 0));
    CHECK((!fs::exists(data) || fs::is_empty(data)));
}

// The largest of the files in which LevelDB keeps what was written.
fs::path largest_in(const std::string& store) {
    fs::path largest;
    for (const fs::directory_entry& entry : fs::directory_iterator{store}) {
        const std::string kind = entry.path().extension().string();
        if (kind != ".log" && kind != ".ldb") continue;
        if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
}

TEST_CASE("a store with a changed byte ends the node with exit code 5 and what to do") {
    const test::Chain chain;
    {
        test::Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
        const std::uint16_t api = test::port_of(node, "api");
        for (int i = 0; i < 20; ++i) {
            REQUIRE(test::submit(api, chain.registration("a" + std::to_string(i))).status == 200);
        }
        node.send(SIGTERM);
        REQUIRE(node.wait_exit() == 0);
    }
    const fs::path file = largest_in(chain.folder() / "nodes/n0/data/chain");
    REQUIRE_FALSE(file.empty());
    {
        std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
        const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
        bytes.seekg(middle);
        const auto byte = static_cast<char>(bytes.get() ^ 1);
        bytes.seekp(middle);
        bytes.put(byte);
    }
    test::refuses(chain, Exit::verification, "store.damaged");
}

TEST_CASE("a key file that is too long to be one is refused by its own code") {
    const test::Chain chain;
    (void)chain.folder().write("nodes/n0/keys/vote.key", std::string(400, 'k'));
    test::refuses(chain, Exit::usage, "file.too_large");
}

TEST_CASE("a client whose clock is an hour off is told that a clock is wrong, and changes nothing") {
    using std::chrono::hours;
    const test::Chain chain;
    test::Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t api = test::port_of(node, "api");
    REQUIRE(node.wait_for("node.ready"));
    REQUIRE(test::submit(api, chain.registration("a")).status == 200);
    const auto told = [](const http::Response& response, unsigned status, const std::string& code) {
        INFO(response.body);
        CHECK(response.status == status);
        const auto body = json::parse(response.body);
        REQUIRE(body);
        CHECK(body->text_at("code") == code);
        CHECK(body->text_at("hint").value_or("").find("clock is wrong") != std::string_view::npos);
    };
    told(test::submit(api, chain.registration("b", -hours{1})), 409, "tx.expired");
    told(test::submit(api, chain.registration("b", hours{1})), 409, "tx.nonce_too_far_ahead");
    told(test::get(api, "/v1/data", chain.token(-hours{1})), 401, "auth.token_expired");
    told(test::get(api, "/v1/data", chain.token(hours{1})), 401, "auth.token_too_long");
    const auto list = json::parse(test::get(api, "/v1/data", chain.token()).body);
    REQUIRE(list);
    CHECK(list->unsigned_at("total") == 1U);
    CHECK(list->unsigned_at("height") == 1U);
}

}  // namespace
}  // namespace datadeed::node
