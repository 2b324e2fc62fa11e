#pragma once

#include <cstddef>
#include <cstdint>

// Every bound on what another machine can make this room hold or do.

namespace datadeed::consensus {

// Validators of one chain.
inline constexpr std::size_t validators_max = 128;

// Bytes of one proposal: a block's header and its body.
inline constexpr std::size_t payload_bytes_max = (std::size_t{1} << 20) + (std::size_t{1} << 16);

// Bytes of a certificate: as many votes as there may be validators.
inline constexpr std::size_t certificate_bytes_max = std::size_t{16} << 10;

// Bytes of one message: a payload, or what a NEW-VIEW shows: a quorum of VIEW-CHANGEs with two certificates each.
inline constexpr std::size_t message_bytes_max = payload_bytes_max + 4 * validators_max * certificate_bytes_max;

// Views and heights on the wire. Nothing real comes near; below it, adding one can't overflow.
inline constexpr std::uint64_t number_max = std::uint64_t{1} << 53;

// How many heights above the one being decided messages are kept for. Whoever is further behind fetches blocks.
inline constexpr std::uint64_t heights_ahead_max = 2;

// Of one signer, one kind and one height: votes are kept for this many views (the oldest but the current one go first).
inline constexpr std::size_t votes_per_signer_max = 16;

// Proposals of the height being decided, one a view, whose bytes are kept so that they can be carried or served.
inline constexpr std::size_t payloads_max = 8;

// A journal is summed up (journal.h, Checkpoint) when so many heights, or records of so many bytes as they are encoded,
// have gone into it.
inline constexpr std::uint64_t checkpoint_heights = 64;
inline constexpr std::size_t checkpoint_bytes = std::size_t{8} << 20;

// Rounds whose duration is remembered for T0, and the factor between what is measured and what is allowed (pace.h).
inline constexpr std::size_t rounds_measured_max = 128;
inline constexpr std::uint64_t pace_factor = 4;

// A primary is too slow when it was in so many windows in a row, of so many rounds each.
inline constexpr std::size_t turnaround_windows = 3;
inline constexpr std::size_t turnaround_rounds = 20;

// Certificates that a Verifier remembers having found valid.
inline constexpr std::size_t verified_certificates_max = 256;

}  // namespace datadeed::consensus
