#include "chain/archive.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/fields.h"
#include "crypto/hash.h"

namespace datadeed::chain {
namespace {

constexpr std::string_view archive_format = "datadeed/archive/1";
constexpr std::string_view sums_name = "SHA256SUMS";
constexpr std::size_t sums_size_max = std::size_t{16} << 20U;
constexpr std::string_view name_prefix = "blocks-";
constexpr std::string_view name_suffix = ".cborseq";
constexpr std::size_t number_digits = 12;

// The first item of a file.
struct Opening {
    std::string format{};
    ChainId chain{};
    Height first{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("format", self.format, Limit{64});
        visit("chain", self.chain);
        visit("first", self.first);
    }
};

// Each other item.
struct ArchivedBlock {
    ledger::Block block{};
    consensus::CommitCertificate certificate{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("block", self.block);
        visit("certificate", self.certificate);
    }
};

std::string padded(Height height) {
    const std::string number = std::to_string(height.value);
    return std::string(number_digits - std::min(number_digits, number.size()), '0') + number;
}

std::string name_of(const BlockSpan& span) {
    return std::string{name_prefix} + padded(span.first) + "-" + padded(span.last) + std::string{name_suffix};
}

std::optional<Height> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return Height{number};
}

// Whatever else lies in the folder isn't part of the archive.
std::optional<BlockSpan> span_of(std::string_view name) {
    const bool fits = name.starts_with(name_prefix) && name.ends_with(name_suffix);
    if (!fits || name.size() < name_prefix.size() + name_suffix.size()) return std::nullopt;
    const std::string_view numbers =
        name.substr(name_prefix.size(), name.size() - name_prefix.size() - name_suffix.size());
    const std::size_t dash = numbers.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::optional<Height> first = read_number(numbers.substr(0, dash));
    const std::optional<Height> last = read_number(numbers.substr(dash + 1));
    if (!first || !last || name_of({.first = *first, .last = *last}) != name || *first > *last) return std::nullopt;
    return BlockSpan{.first = *first, .last = *last};
}

Error malformed_archive(std::string place, std::string detail) {
    return {.fault = Fault::archive_malformed, .place = std::move(place), .detail = std::move(detail)};
}

bool has(const BlockSpan& span, Height height) {
    return span.first <= height && height <= span.last;
}

struct Filled {
    Bytes bytes{};
    Height last{};
};

Result<Filled, Error> fill_file(const ArchiveSource& source, std::size_t bytes_max) {
    const Height first = source.span.first;
    Filled filled{
        .bytes = encode(Opening{.format = std::string{archive_format}, .chain = source.chain, .first = first}),
        .last = first};
    for (Height height = first; height <= source.span.last; height = height.next()) {
        Result<std::optional<StoredBlock>, Error> block = source.blocks.block(height);
        if (!block) return fail(block.error());
        if (!*block) {
            return fail(Error{.fault = Fault::chain_not_found,
                              .place = "height " + std::to_string(height.value),
                              .detail = "there's no such block to be archived"});
        }
        append(filled.bytes, encode(ArchivedBlock{.block = std::move((*block)->block),
                                                  .certificate = std::move((*block)->certificate)}));
        filled.last = height;
        if (filled.bytes.size() >= bytes_max) break;
    }
    return filled;
}

// For sha256sum -c. Its lines are for people and their tools: nothing here believes them.
Result<void, Error> add_sum(FileSystem& files, const std::string& folder, const std::string& name, const Digest& sum) {
    const std::string path = folder + "/" + std::string{sums_name};
    Bytes lines;
    if (Result<Bytes, Error> known = read_file(files, path, sums_size_max); known) {
        lines = std::move(*known);
    } else if (known.error().fault != Fault::file_not_found) {
        return fail(known.error());
    }
    const std::string line = to_hex(sum) + "  " + name + "\n";
    if (as_text(lines).find(line) != std::string_view::npos) return {};
    append(lines, as_bytes(line));
    return replace_file(files, path, lines);
}

Result<std::vector<StoredBlock>, std::string> decode_file(ByteView bytes, const ChainId& chain, const BlockSpan& span) {
    cbor::Reader reader{bytes};
    Opening opening;
    decode_from(reader, opening);
    if (reader.failed() || opening.format != archive_format)
        return fail(std::string{"it isn't a file of archived blocks"});
    if (opening.chain != chain) return fail("it is of chain " + to_hex(opening.chain.value));
    if (opening.first != span.first) return fail(std::string{"it doesn't begin with the block that its name says"});
    std::vector<StoredBlock> blocks;
    for (Height height = span.first; height <= span.last; height = height.next()) {
        ArchivedBlock item;
        decode_from(reader, item);
        if (reader.failed()) return fail("block " + std::to_string(height.value) + " can't be read");
        const Digest hash = ledger::hash(item.block.header);
        const bool follows = blocks.empty() || item.block.header.prev == blocks.back().hash;
        if (item.block.header.height != height || item.certificate.hash != hash || !follows) {
            return fail("what stands in the place of block " + std::to_string(height.value) + " isn't it");
        }
        blocks.push_back({.hash = hash, .block = std::move(item.block), .certificate = std::move(item.certificate)});
    }
    if (!reader.finish()) return fail(std::string{"there is more behind the last block that its name says"});
    return blocks;
}

// A file of that name is this one, from before a crash, or somebody else's evidence.
Result<void, Error> write_new(FileSystem& files, const std::string& path, ByteView bytes) {
    const Result<bool, Error> is_there = files.exists(path);
    if (!is_there) return fail(is_there.error());
    if (!*is_there) {
        Result<void, Error> written = replace_file(files, path, bytes);
        if (!written) (void)files.remove(path + ".new");  // what a full disk took of it
        return written;
    }
    const Result<Bytes, Error> known = read_file(files, path, archive_file_size_max);
    if (!known) return fail(known.error());
    if (std::ranges::equal(*known, bytes)) return {};
    return fail(
        malformed_archive(path, "another file has this name already: give each node and chain a folder of its own"));
}

}  // namespace

Result<void, Error> make_archive(FileSystem& files, const std::string& folder) {
    if (Result<void, Error> made = files.create_folder(folder); !made) return made;
    return files.sync_folder(folder_of(folder));
}

Result<Height, Error> archive_blocks(FileSystem& files, const std::string& folder, const ArchiveSource& source,
                                     std::size_t bytes_max) {
    const Result<Filled, Error> filled = fill_file(source, bytes_max);
    if (!filled) return fail(filled.error());
    const std::string name = name_of({.first = source.span.first, .last = filled->last});
    const std::string path = folder + "/" + name;
    if (Result<void, Error> written = write_new(files, path, filled->bytes); !written) return fail(written.error());
    const Digest sum = crypto::sha256(filled->bytes);
    const Result<Bytes, Error> again = read_file(files, path, archive_file_size_max);
    if (!again) return fail(again.error());
    if (crypto::sha256(*again) != sum) return fail(malformed_archive(path, "it isn't what was written a moment ago"));
    if (Result<void, Error> added = add_sum(files, folder, name, sum); !added) return fail(added.error());
    return filled->last;
}

Result<Archive, Error> Archive::open(FileSystem& files, std::string folder, const ChainId& chain) {
    const Result<std::vector<std::string>, Error> names = files.list(folder);
    if (!names) return fail(names.error());
    Archive archive{files, std::move(folder), chain};
    for (const std::string& name : *names) {
        const std::optional<BlockSpan> span = span_of(name);
        if (span) archive.entries_.push_back({.span = *span, .name = name});
    }
    return archive;
}

Result<void, Error> Archive::load(const Entry& entry) {
    const std::string path = folder_ + "/" + entry.name;
    const Result<Bytes, Error> bytes = read_file(*files_, path, archive_file_size_max);
    if (!bytes) return fail(bytes.error());
    Result<std::vector<StoredBlock>, std::string> blocks = decode_file(*bytes, chain_, entry.span);
    if (!blocks) return fail(malformed_archive(path, blocks.error()));
    loaded_ = entry.span;
    blocks_ = std::move(*blocks);
    return {};
}

// Files may overlap: one that is damaged hides no good one.
Result<bool, Error> Archive::load_one_with(Height height) {
    std::optional<Error> first;
    for (const Entry& entry : entries_) {
        if (!has(entry.span, height)) continue;
        const Result<void, Error> loaded = load(entry);
        if (loaded) return true;
        if (!first) first = loaded.error();
    }
    if (first) return fail(*first);
    return false;
}

Result<std::optional<StoredBlock>, Error> Archive::block(Height height) {
    if (blocks_.empty() || !has(loaded_, height)) {
        const Result<bool, Error> loaded = load_one_with(height);
        if (!loaded) return fail(loaded.error());
        if (!*loaded) return std::optional<StoredBlock>{};
    }
    return std::optional{blocks_[static_cast<std::size_t>(height.value - loaded_.first.value)]};
}

}  // namespace datadeed::chain
