#include "chain/vote_file.h"

#include "base/assert.h"
#include "base/cbor.h"
#include "chain/vote_frame.h"

namespace datadeed::chain {

namespace {

constexpr std::string_view format_name = "datadeed/votes/1";
// Longer than compaction ever lets it grow; a file beyond that isn't ours.
constexpr std::size_t file_size_max = 1U << 30U;
// Records of one turn are split into frames of about this size.
constexpr std::size_t frame_size_aim = 16U << 20U;

Bytes header_payload(const VoteFileOptions& options) {
    cbor::Writer writer;
    writer.array(3);
    writer.text(format_name);
    writer.bytes(options.chain.value);
    writer.text(options.node);
    return writer.take();
}

Error corrupt(const VoteFileOptions& options, std::size_t offset, const std::string& why) {
    return {.fault = Fault::votes_corrupt, .place = options.path + ", byte " + std::to_string(offset), .detail = why};
}

}  // namespace

std::unexpected<Error> VoteFile::broken(Error error) {
    broken_ = std::move(error);
    return fail(*broken_);
}

Bytes VoteFile::whole_file(std::span<const Bytes> records, std::uint64_t count) {
    Bytes content;
    const Bytes header = header_payload(options_);
    const std::uint64_t before = count - records.size();
    last_check_ = write_frame_to(content, {.sequence = before, .before = {}, .payload = header});
    if (!records.empty()) {
        const Bytes payload = encode_records(records);
        last_check_ = write_frame_to(content, {.sequence = before, .before = last_check_, .payload = payload});
    }
    return content;
}

Result<void, Error> VoteFile::create() {
    // By way of another name: a header is never torn.
    return replace_file(*files_, options_.path, whole_file({}, options_.count_min));
}

Result<VoteFile::Opened, Error> VoteFile::open(FileSystem& files, const VoteFileOptions& options) {
    VoteFile file{files, options};
    const Result<bool, Error> exists = files.exists(options.path);
    if (!exists) return fail(exists.error());
    if (!*exists) {
        if (!options.create) {
            return fail(
                Error{.fault = Fault::votes_missing, .place = options.path, .detail = "the chain has blocks already"});
        }
        if (const Result<void, Error> made = file.create(); !made) return fail(made.error());
    }
    return std::move(file).recover();
}

Result<VoteFile::Opened, Error> VoteFile::recover() && {
    Result<Bytes, Error> content = read_file(*files_, options_.path, file_size_max);
    if (!content) return fail(content.error());
    const ByteView all{*content};
    const std::optional<VoteFrame> header = read_frame(all);
    if (!header || header->before != FrameCheck{}) return fail(corrupt(options_, 0, "the header is damaged"));
    if (to_bytes(header->payload) != header_payload(options_)) {
        return fail(Error{.fault = Fault::votes_other_node,
                          .place = options_.path,
                          .detail = "expected node " + options_.node + " of chain " + to_hex(options_.chain.value)});
    }
    last_check_ = header->check;
    durable_count_ = header->sequence;
    std::vector<Bytes> records;
    std::size_t at = header->size;
    while (at < all.size()) {
        const std::optional<VoteFrame> frame = read_frame(all.subspan(at));
        if (!frame) break;
        std::optional<std::vector<Bytes>> more = decode_records(frame->payload);
        if (frame->before != last_check_ || frame->sequence != durable_count_ || !more) {
            return fail(corrupt(options_, at, "a frame doesn't follow on the one before it"));
        }
        durable_count_ += more->size();
        last_check_ = frame->check;
        records.insert(records.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
        at += frame->size;
    }
    const bool torn = at < all.size();
    if (torn && find_frame(all, at + 1))
        return fail(corrupt(options_, at, "a damaged frame has a sound one behind it"));
    if (durable_count_ < options_.count_min) {
        return fail(Error{.fault = Fault::votes_rolled_back,
                          .place = options_.path,
                          .detail = "it ends with record " + std::to_string(durable_count_) +
                                    ", the chain was stored after record " + std::to_string(options_.count_min)});
    }
    Result<std::unique_ptr<File>, Error> file = files_->open(options_.path, OpenMode::must_exist);
    if (!file) return fail(file.error());
    file_ = std::move(*file);
    size_ = at;
    if (torn) {
        if (const Result<void, Error> cut = file_->truncate(at); !cut) return fail(cut.error());
        if (const Result<void, Error> cut = file_->sync(); !cut) return fail(cut.error());
    }
    return Opened{.file = std::move(*this), .records = std::move(records), .truncated = torn};
}

void VoteFile::append(ByteView record) {
    DATADEED_ASSERT(record.size() <= record_size_max);
    pending_.push_back(to_bytes(record));
}

Result<void, Error> VoteFile::write_frame(std::span<const Bytes> records) {
    Bytes frame;
    const Bytes payload = encode_records(records);
    const FrameCheck check =
        write_frame_to(frame, {.sequence = durable_count_, .before = last_check_, .payload = payload});
    if (Result<void, Error> done = file_->append(frame); !done) return done;
    if (Result<void, Error> done = file_->sync(); !done) return done;
    last_check_ = check;
    durable_count_ += records.size();
    size_ += frame.size();
    return {};
}

Result<void, Error> VoteFile::sync() {
    if (broken_) return fail(*broken_);
    for (std::size_t begin = 0; begin < pending_.size();) {
        std::size_t end = begin;
        std::size_t bytes = 0;
        while (end < pending_.size() && (end == begin || bytes < frame_size_aim)) bytes += pending_[end++].size();
        const Result<void, Error> written = write_frame(std::span{pending_}.subspan(begin, end - begin));
        if (!written) return broken(written.error());
        begin = end;
    }
    pending_.clear();
    return {};
}

Result<void, Error> VoteFile::compact(std::span<const Bytes> keep) {
    if (broken_) return fail(*broken_);
    const std::uint64_t count = durable_count_ + pending_.size();
    DATADEED_ASSERT(keep.size() <= count);
    const Bytes content = whole_file(keep, count);
    if (const Result<void, Error> done = replace_file(*files_, options_.path, content); !done)
        return broken(done.error());
    Result<std::unique_ptr<File>, Error> file = files_->open(options_.path, OpenMode::must_exist);
    if (!file) return broken(file.error());
    file_ = std::move(*file);
    pending_.clear();
    durable_count_ = count;
    size_ = content.size();
    compact_size_ = std::max(compact_size_min, 2 * size_);
    return {};
}

}  // namespace datadeed::chain
