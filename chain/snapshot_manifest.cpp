#include "chain/snapshot_manifest.h"

#include <optional>
#include <utility>

#include "chain/log_edge.h"
#include "chain/voters.h"

namespace datadeed::chain {
namespace {

Error wrong(Fault fault, Height height, std::string detail) {
    return {.fault = fault, .place = "snapshot of height " + std::to_string(height.value), .detail = std::move(detail)};
}

std::optional<ledger::Epoch> follow_all(const SnapshotManifest& manifest, const ChainRoot& root,
                                        const consensus::VoteVerifier& signatures) {
    ledger::Epoch epoch{.number = {}, .from = Height{1}, .nodes = root.genesis.nodes};
    for (const EpochEnd& end : manifest.epoch_ends) {
        std::optional<ledger::Epoch> next = follow(epoch, end, root.id, signatures);
        if (!next) return std::nullopt;
        epoch = std::move(*next);
    }
    return epoch;
}

}  // namespace

Error about_part(Fault fault, std::size_t number) {
    return {.fault = fault, .place = "part " + std::to_string(number), .detail = {}};
}

Result<SnapshotManifest, Error> decode_manifest(ByteView bytes) {
    const auto malformed = [](std::string detail) {
        return fail(Error{.fault = Fault::snapshot_malformed, .place = {}, .detail = std::move(detail)});
    };
    if (bytes.size() > manifest_size_max) return malformed("it has " + std::to_string(bytes.size()) + " bytes");
    Result<SnapshotManifest, cbor::DecodeError> manifest = decode<SnapshotManifest>(bytes);
    if (!manifest) return malformed(std::string{cbor::describe(manifest.error().rule)});
    if (manifest->format != SnapshotManifest::format_name) return malformed("it's of another format");
    return std::move(*manifest);
}

Result<CheckedManifest, Error> check_manifest(SnapshotManifest manifest, const ChainRoot& root,
                                              const consensus::VoteVerifier& signatures) {
    const ledger::BlockHeader& header = manifest.header;
    const auto refuse = [height = header.height](Fault fault, std::string detail) {
        return fail(wrong(fault, height, std::move(detail)));
    };
    std::optional<ledger::Epoch> epoch = follow_all(manifest, root, signatures);
    if (!epoch) return refuse(Fault::snapshot_not_certified, "its epochs don't follow on each other");
    const Digest hash = ledger::hash(header);
    const consensus::CommitCertificate& certificate = manifest.certificate;
    if (certificate.height != header.height || certificate.hash != hash ||
        !consensus::verify(certificate, voters(*epoch), root.id, signatures)) {
        return refuse(Fault::snapshot_not_certified, "the certificate doesn't hold");
    }
    std::optional<crypto::CompactRange> log = log_of(header.log_size, manifest.log_edge);
    if (!log || log->root() != header.log_root) return refuse(Fault::snapshot_differs_from_header, "the log's edge");
    std::optional<std::vector<ledger::TreePlace>> places = ledger::places_of(manifest.parts);
    if (!places || ledger::root_of_covering(manifest.parts) != header.state_root) {
        return refuse(Fault::snapshot_differs_from_header, "the list of parts");
    }
    CheckedManifest checked;
    checked.block_hash_ = hash;
    checked.places_ = std::move(*places);
    checked.log_ = std::move(*log);
    checked.epoch_ = std::move(*epoch);
    checked.content_ = std::move(manifest);
    return checked;
}

}  // namespace datadeed::chain
