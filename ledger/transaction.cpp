#include "ledger/transaction.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/cbor.h"
#include "base/overloaded.h"
#include "crypto/cose.h"
#include "crypto/hash.h"

namespace datadeed::ledger {
namespace {

// A proof costs two signatures, and isn't remembered where a later operation is refused: whoever could put one among
// others could let every node check it again and again for nothing.
bool is_mixed(const Transaction& transaction) {
    return transaction.operations.size() > 1 &&
           std::ranges::any_of(transaction.operations, [](const Operation& operation) {
               return std::holds_alternative<ReportEvidence>(operation);
           });
}

std::size_t keys_of(const NodeKeys& keys) {
    return std::size_t{1} + (keys.vote ? 1 : 0) + (keys.cosign ? 1 : 0);
}

// Anybody can sign a transaction, so what looking at its form takes must be little: a key takes more than an operation.
std::size_t new_keys_in(const Transaction& transaction) {
    const Overloaded count{[](const AdmitMember& operation) { return operation.keys.size(); },
                           [](const AddKey&) { return std::size_t{1}; },
                           [](const ProposeChange& operation) {
                               return operation.change.keys ? keys_of(*operation.change.keys) : std::size_t{0};
                           },
                           [](const auto&) { return std::size_t{0}; }};
    std::size_t keys = 0;
    for (const Operation& operation : transaction.operations) keys += std::visit(count, operation);
    return keys;
}

Result<void, Refusal> check(const Transaction& transaction) {
    if (transaction.operations.empty()) return fail(Refusal::tx_no_operations);
    if (transaction.operations.size() > operations_max) return fail(Refusal::tx_too_many_operations);
    if (new_keys_in(transaction) > new_keys_max) return fail(Refusal::tx_too_many_keys);
    if (is_mixed(transaction)) return fail(Refusal::evidence_not_alone);
    for (const Operation& operation : transaction.operations) {
        if (const Result<void, Refusal> form = ledger::check(operation); !form) return form;
    }
    return {};
}

// What an operation makes is named after its place.
Digest digest_of_place(std::string_view context, const TxId& tx, std::uint32_t index) {
    cbor::Writer writer;
    writer.array(3);
    writer.text(context);
    writer.bytes(tx.value);
    writer.unsigned_integer(index);
    return crypto::sha256(writer.data());
}

}  // namespace

Result<ParsedTransaction, Refusal> parse(const ChainId& chain, ByteView raw) {
    if (raw.size() > transaction_size_max) return fail(Refusal::tx_too_large);
    const auto message = crypto::decode_sign1(raw);
    if (!message) return fail(Refusal::tx_malformed);
    if (message->header.typ != transaction_type) return fail(Refusal::tx_type_wrong);
    auto content = decode<Transaction>(message->payload);
    if (!content) return fail(Refusal::tx_malformed);
    if (const Result<void, Refusal> form = check(*content); !form) return fail(form.error());

    const Bytes context = crypto::signing_context(transaction_context, chain);
    Bytes signed_bytes = crypto::sig_structure(message->protected_header, context, message->payload);
    const TxId id{crypto::sha256(signed_bytes)};
    return ParsedTransaction{.raw = to_bytes(raw),
                             .signed_bytes = std::move(signed_bytes),
                             .id = id,
                             .signer = message->header.kid,
                             .signature = message->signature,
                             .content = std::move(*content)};
}

std::optional<cbor::DecodeError> find_malformation(ByteView raw) {
    const auto shifted = [](cbor::DecodeError error, std::size_t by) {
        error.offset += by;
        return error;
    };
    // Rules of CBOR itself before what the message should hold: of bytes that nest too deeply, a reader that expects a
    // certain type would only say that it found another.
    const std::size_t tag = !raw.empty() && raw.front() == (0xC0U | crypto::sign1_tag) ? 1 : 0;
    if (const auto form = cbor::validate(raw.subspan(tag)); !form) return shifted(form.error(), tag);
    const auto message = crypto::decode_sign1(raw);
    if (!message) return message.error();
    if (message->header.typ != transaction_type) return std::nullopt;  // a refusal of its own
    const auto begin = static_cast<std::size_t>(message->payload.data() - raw.data());
    if (const auto form = cbor::validate(message->payload); !form) return shifted(form.error(), begin);
    const auto content = decode<Transaction>(message->payload);
    if (!content) return shifted(content.error(), begin);
    return std::nullopt;
}

Result<VerifiedTransaction, Refusal> verify(ParsedTransaction parsed) {
    if (!crypto::verify(parsed.signer, parsed.signed_bytes, parsed.signature)) {
        return fail(Refusal::tx_signature_wrong);
    }
    return VerifiedTransaction{std::move(parsed)};
}

Bytes sign_transaction(const ChainId& chain, const Transaction& transaction, const crypto::SecretKey& key) {
    const Bytes context = crypto::signing_context(transaction_context, chain);
    return crypto::encode_sign1(crypto::make_sign1(key, transaction_type, context, encode(transaction)));
}

GrantId grant_id(const TxId& tx, std::uint32_t index) {
    return GrantId{digest_of_place("datadeed/grant/1", tx, index)};
}

ChangeId change_id(const TxId& tx, std::uint32_t index) {
    return ChangeId{digest_of_place("datadeed/change/1", tx, index)};
}

}  // namespace datadeed::ledger
