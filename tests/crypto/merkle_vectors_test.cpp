#include "crypto/merkle.h"
#include "tests/support/catch.h"
#include "tests/support/vectors.h"

// The proofs of github.com/transparency-dev/merkle, testdata/: 12 to accept, 184 to refuse.

namespace datadeed::crypto {
namespace {

using nlohmann::json;

std::optional<Digest> digest(const json& value) {
    const std::optional<Bytes> bytes = from_base64(value.get<std::string>());
    Digest result{};
    if (!bytes || bytes->size() != result.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), result.begin());
    return result;
}

// Some vectors have a word in place of a root, which only matters as equal or not: its hash stands for it.
Digest root_from(const json& value) {
    const std::optional<Digest> hash = digest(value);
    return hash ? *hash : leaf_hash(as_bytes(value.get<std::string>()));
}

// Path elements of another size than 32 bytes can't even be said in our types: such a proof is refused when it is read.
std::optional<std::vector<Digest>> path(const json& value) {
    std::vector<Digest> result;
    if (value.is_null()) return result;
    for (const json& element : value) {
        const std::optional<Digest> hash = digest(element);
        if (!hash) return std::nullopt;
        result.push_back(*hash);
    }
    return result;
}

bool holds_inclusion(const json& vector) {
    const auto leaf = digest(vector.at("leafHash"));
    const auto proof = path(vector.at("proof"));
    return leaf && proof &&
           verify_inclusion({.leaf_hash = *leaf,
                             .index = vector.at("leafIdx").get<std::uint64_t>(),
                             .size = vector.at("treeSize").get<std::uint64_t>(),
                             .root = root_from(vector.at("root"))},
                            *proof);
}

bool holds_consistency(const json& vector) {
    const auto proof = path(vector.at("proof"));
    return proof && verify_consistency({.first = vector.at("size1").get<std::uint64_t>(),
                                        .second = vector.at("size2").get<std::uint64_t>(),
                                        .first_root = root_from(vector.at("root1")),
                                        .second_root = root_from(vector.at("root2"))},
                                       *proof);
}

int accepted(const std::string& file, bool (*holds)(const json&)) {
    const std::optional<json> vectors = datadeed::test::published_vectors(file);
    if (!vectors) {
        WARN("skipped: ../shared/vectors/" + file + " is missing");
        return -1;
    }
    CHECK(vectors->size() == 98);
    int count = 0;
    for (const json& vector : *vectors) {
        CAPTURE(vector.at("name").get<std::string>());
        const bool wanted = !vector.at("wantErr").get<bool>();
        CHECK(holds(vector) == wanted);
        count += wanted ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("the published Merkle proofs get the demanded verdicts") {
    const int inclusion = accepted("merkle-inclusion.json", holds_inclusion);
    const int consistency = accepted("merkle-consistency.json", holds_consistency);
    if (inclusion < 0 || consistency < 0) return;
    CHECK(inclusion + consistency == 12);
}

}  // namespace datadeed::crypto
