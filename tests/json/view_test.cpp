#include "json/view.h"

#include "base/types.h"
#include "json/json.h"
#include "tests/support/catch.h"

namespace datadeed::json {

namespace {

enum class Colour : std::uint8_t { red = 1, green = 2 };
[[maybe_unused]] constexpr bool is_known(Colour) {
    return true;
}
constexpr std::string_view name(Colour colour) {
    return colour == Colour::red ? "red" : "green";
}

enum class Plain : std::uint8_t { one = 1 };
[[maybe_unused]] constexpr bool is_known(Plain) {
    return true;
}

enum class Kind : std::uint8_t { paint = 1, wash = 2 };
[[maybe_unused]] constexpr bool is_known(Kind) {
    return true;
}
constexpr std::string_view name(Kind kind) {
    return kind == Kind::paint ? "paint" : "wash";
}

struct Paint {
    static constexpr Kind kind = Kind::paint;
    Colour colour{Colour::green};
    static constexpr void fields(auto& self, auto&& visit) { visit("colour", self.colour); }
};

struct Wash {
    static constexpr std::uint8_t kind = 2;
    static constexpr void fields(auto&, auto&&) {}
};

struct All {
    Strong<struct NameTag, std::string> name_of{"x"};
    Height height{7};
    Digest digest{};
    Bytes bytes{0xAB, 0x01};
    std::optional<std::uint64_t> absent{};
    std::optional<std::uint64_t> present{0};
    std::vector<Colour> colours{Colour::red, Colour::green};
    std::variant<Paint, Wash> step{Paint{}};
    Plain plain{Plain::one};
    bool yes{true};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("name", self.name_of, Limit{8});
        visit("height", self.height);
        visit("digest", self.digest);
        visit("bytes", self.bytes, Limit{8});
        visit("absent", self.absent);
        visit("present", self.present);
        visit("colours", self.colours, Limit{8});
        visit("step", self.step);
        visit("plain", self.plain);
        visit("yes", self.yes);
    }
};

}  // namespace

TEST_CASE("anything with fields becomes JSON with their names") {
    CHECK(dump(to_json(All{})) == R"({"name":"x","height":7,"digest":")" + std::string(64, '0') +
                                      R"(","bytes":"ab01","present":0,"colours":["red","green"],)"
                                      R"("step":{"kind":"paint","colour":"green"},"plain":1,"yes":true})");
}

TEST_CASE("an alternative without fields is its kind alone") {
    CHECK(dump(to_json(std::variant<Paint, Wash>{Wash{}})) == R"({"kind":2})");
    CHECK(dump(to_json(std::optional<Height>{})) == "null");
}

}  // namespace datadeed::json
