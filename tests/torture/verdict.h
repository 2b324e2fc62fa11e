#pragma once

#include <optional>
#include <string>

#include "crypto/policy.h"
#include "tests/torture/answers.h"
#include "tests/torture/damage.h"

// What became of a damage. All but `silent` are right.

namespace datadeed::torture {

enum class Fate : std::uint8_t {
    harmless,  // every answer is the untouched folder's, and so is a replay
    refused,   // the node ended by itself, or answered 503: code, hint and exit status are those of the page
    silenced,  // it serves what it served, and votes no more
    behind,    // what it serves is the chain's own up to a lower height: peers bring the rest
    silent,    // anything else
};
inline constexpr std::size_t fates = 5;
[[nodiscard]] std::string_view name(Fate fate);

struct Verdict {
    Fate fate{Fate::silent};
    std::string code{};    // of what was said
    std::string detail{};  // what is wrong with it, of a silent one

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

[[nodiscard]] Verdict silent(std::string detail);

// What a process that ended by itself said last: "error: DETAIL [CODE]", "  try: HINT".
struct LastWords {
    std::string code{};
    std::string hint{};
};
[[nodiscard]] LastWords last_words(const std::string& log);

// Whether the code is one that somebody would expect who knows the file, the status is the code's, and there is a hint.
[[nodiscard]] Verdict judge_end(const std::string& kind, int status, const LastWords& words);

// What stands for a code where a validator doesn't vote and doesn't say that it won't.
inline constexpr std::string_view observes = "observes";

// Whether a node that gave these answers may vote, and does. `silence` is empty when it votes, else the code of its
// silence, or that it observes. `votes_known` is as in trial.h.
[[nodiscard]] Verdict judge_silence(const Damage& damage, std::uint64_t votes_known, const std::string& silence,
                                    const Verdict& answers);

// Whether a node that is otherwise judged so passes over evidence that is damaged (its log says so, and it doesn't give
// it away): nothing rests on that.
[[nodiscard]] Verdict judge_evidence(bool disowned, const Verdict& otherwise);

// The answers of a node that serves against those of the untouched folder. Nothing when the node ended meanwhile.
[[nodiscard]] std::optional<Verdict> judge_answers(const std::string& kind, const Reference& reference,
                                                   const crypto::Policy& policy, const Ask& asks);

}  // namespace datadeed::torture
