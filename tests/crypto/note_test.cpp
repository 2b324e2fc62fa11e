#include "crypto/note.h"

#include <rapidcheck.h>

#include "tests/crypto/samples.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

// The worked example of c2sp.org/signed-note.
const std::string example_vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string signed_line =
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const std::string note_example = "This is an example message.\n\n" + signed_line;

// The example of golang.org/x/mod/sumdb/note.
const std::string go_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string go_note =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// A checkpoint that a public log issued and public witnesses cosigned in May 2026.
const std::string real_checkpoint =
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
    "\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt"
    "0="
    "\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden "
    "2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 "
    "pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu "
    "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n";

const std::vector<std::string> real_vkeys{
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "rgdd.se/poc-witness+db03732e+BCjJKlo6BU0xfIb8LutqerIFTWIXEA0L5n3tW3QyPFgG",  // didn't sign this one
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
};

std::vector<VerifierKey> keys_of(const std::vector<std::string>& vkeys) {
    std::vector<VerifierKey> keys;
    for (const std::string& vkey : vkeys) keys.push_back(parse_vkey(vkey).value());
    return keys;
}

std::optional<Error> refusal(std::string_view note) {
    const Result<Note, Error> parsed = parse_note(note);
    return parsed ? std::nullopt : std::optional{parsed.error()};
}

std::optional<Error> vkey_refusal(std::string_view vkey) {
    const Result<VerifierKey, Error> parsed = parse_vkey(vkey);
    return parsed ? std::nullopt : std::optional{parsed.error()};
}

VerifierKey verifier(std::string_view name, KeyType type, std::uint8_t number) {
    return {.name = std::string{name}, .type = type, .key = test::key_number(number).public_key()};
}

}  // namespace

TEST_CASE("the published notes parse, verify and are written back byte for byte") {
    for (const auto& [note, vkey] : {std::pair{note_example, example_vkey}, std::pair{go_note, go_vkey}}) {
        const Result<Note, Error> parsed = parse_note(note);
        REQUIRE(parsed.has_value());
        CHECK(format_note(*parsed) == note);
        const std::vector<VerifierKey> keys{parse_vkey(vkey).value()};
        CHECK(format_vkey(keys[0]) == vkey);
        CHECK(verify_note(*parsed, keys).value() == std::vector{NoteSigner{.key = 0, .time_s = 0}});
    }
    CHECK(to_hex(key_id(parse_vkey(example_vkey).value())) == "530d903a");
}

TEST_CASE("a checkpoint of a public log verifies with its log and witnesses") {
    const Result<Note, Error> note = parse_note(real_checkpoint);
    REQUIRE(note.has_value());
    CHECK(format_note(*note) == real_checkpoint);
    CHECK(note->signatures.size() == 6);
    const std::vector<VerifierKey> keys = keys_of(real_vkeys);
    constexpr std::uint64_t time_s = 0x6a122120;
    CHECK(verify_note(*note, keys).value() == std::vector<NoteSigner>{{.key = 0, .time_s = 0},
                                                                      {.key = 1, .time_s = time_s},
                                                                      {.key = 2, .time_s = time_s},
                                                                      {.key = 4, .time_s = time_s},
                                                                      {.key = 5, .time_s = time_s}});
    Note other = *note;
    other.text[other.text.find("1432088532")] = '2';
    for (const VerifierKey& key : keys) {
        const Result<std::vector<NoteSigner>, Error> signers = verify_note(other, {&key, 1});
        CHECK((signers ? signers->empty() : signers.error() == Error::signature_of_a_known_key_must_verify));
    }
    CHECK(verify_note(other, keys).error() == Error::signature_of_a_known_key_must_verify);
}

TEST_CASE("a note that was signed verifies") {
    const std::string text = "one\n\ntwo\n";
    const Note note{.text = text,
                    .signatures = {sign_note(text, "a.example", test::key_number(1)),
                                   cosign_note(text, "b.example", test::key_number(2), 1700000000)}};
    const Result<Note, Error> parsed = parse_note(format_note(note));
    REQUIRE(parsed.has_value());
    CHECK(*parsed == note);
    const std::vector<VerifierKey> keys{verifier("b.example", KeyType::cosignature, 2),
                                        verifier("a.example", KeyType::ed25519, 1)};
    CHECK(verify_note(*parsed, keys).value() ==
          std::vector<NoteSigner>{{.key = 0, .time_s = 1700000000}, {.key = 1, .time_s = 0}});
}

TEST_CASE("a cosignature covers its time") {
    const std::string text = "t\n";
    Note note{.text = text, .signatures = {cosign_note(text, "c", test::key_number(3), 5)}};
    const std::vector<VerifierKey> keys{verifier("c", KeyType::cosignature, 3)};
    CHECK(verify_note(note, keys).value() == std::vector{NoteSigner{.key = 0, .time_s = 5}});
    CHECK(to_hex(ByteView{note.signatures[0].blob}.first(8)) == "0000000000000005");
    note.signatures[0].blob[7] = 6;
    CHECK(verify_note(note, keys).error() == Error::signature_of_a_known_key_must_verify);
    note.signatures[0].blob.resize(7);
    CHECK(verify_note(note, keys).error() == Error::signature_of_a_known_key_must_verify);
}

TEST_CASE("a cosignature's time stays below 2^63") {
    const std::string text = "t\n";
    const SecretKey key = test::key_number(3);
    Note note{.text = text, .signatures = {cosign_note(text, "c", key, INT64_MAX)}};
    const std::vector<VerifierKey> keys{verifier("c", KeyType::cosignature, 3)};
    CHECK(verify_note(note, keys).value() == std::vector{NoteSigner{.key = 0, .time_s = INT64_MAX}});
    // One above, honestly signed.
    Bytes blob = test::hex("8000000000000000");
    append(blob, sign(key, as_bytes("cosignature/v1\ntime 9223372036854775808\nt\n")).value);
    note.signatures[0].blob = blob;
    CHECK(verify_note(note, keys).error() == Error::signature_of_a_known_key_must_verify);
}

TEST_CASE("a signature of one type is not one of the other") {
    const std::string text = "t\n";
    const Note note{.text = text, .signatures = {sign_note(text, "c", test::key_number(3))}};
    CHECK(verify_note(note, std::vector{verifier("c", KeyType::cosignature, 3)}).value().empty());
}

TEST_CASE("signatures of unknown keys are ignored, wrong ones of known keys are not") {
    const std::string text = "t\n";
    const NoteSignature good = sign_note(text, "a", test::key_number(1));
    NoteSignature wrong = good;
    wrong.blob[0] ^= 1U;
    const std::vector<VerifierKey> keys{verifier("a", KeyType::ed25519, 1)};
    CHECK(verify_note({.text = text, .signatures = {good, sign_note(text, "b", test::key_number(2))}}, keys)->size() ==
          1);
    // The same name with another id, and the same id with another name, are unknown keys.
    CHECK(verify_note({.text = text, .signatures = {sign_note(text, "a", test::key_number(2))}}, keys)->empty());
    NoteSignature renamed = wrong;
    renamed.name = "z";
    CHECK(verify_note({.text = text, .signatures = {renamed}}, keys)->empty());
    CHECK(verify_note({.text = text, .signatures = {good, wrong}}, keys).error() ==
          Error::signature_of_a_known_key_must_verify);
    CHECK(verify_note({.text = text, .signatures = {wrong}}, keys).error() ==
          Error::signature_of_a_known_key_must_verify);
}

TEST_CASE("a key counts once however often it signed") {
    const std::string text = "t\n";
    const SecretKey key = test::key_number(1);
    const Note note{.text = text, .signatures = {cosign_note(text, "a", key, 9), cosign_note(text, "a", key, 7)}};
    CHECK(verify_note(note, std::vector{verifier("a", KeyType::cosignature, 1)}).value() ==
          std::vector{NoteSigner{.key = 0, .time_s = 9}});
}

TEST_CASE("a note has one form") {
    CHECK_FALSE(refusal(note_example));
    CHECK(refusal("") == Error::note_must_have_a_blank_line_before_its_signatures);
    CHECK(refusal("text\n" + signed_line) == Error::note_must_have_a_blank_line_before_its_signatures);
    CHECK(refusal("text\n\n") == Error::note_must_have_a_signature);
    CHECK(refusal(note_example.substr(0, note_example.size() - 1)) == Error::signature_line_must_be_well_formed);
    CHECK(refusal(note_example + "\n") == Error::note_must_have_a_signature);
    CHECK(refusal(note_example + "more\n") == Error::signature_line_must_be_well_formed);
    CHECK(refusal("a\tb\n\n" + signed_line) == Error::note_must_be_plain_text);
    CHECK(refusal("a\r\n\n" + signed_line) == Error::note_must_be_plain_text);
    CHECK(refusal("a\xff\n\n" + signed_line) == Error::note_must_be_plain_text);
    CHECK(refusal(std::string(note_size_max, 'a') + "\n\n" + signed_line) == Error::note_must_be_within_its_size);
    // No text but its newline, and a text that looks like a signature, are texts.
    CHECK_FALSE(refusal("\n\n" + signed_line));
    CHECK(parse_note(signed_line + "\n" + signed_line).value().text == signed_line);
}

TEST_CASE("a signature line has one form") {
    for (const char* const wrong : {"- a AAAAAAA=\n", "—a AAAAAAA=\n", "—  AAAAAAA=\n", "— a\n", "— a \n", "— a AAAA\n",
                                    "— a AAAAAA==\n", "— a AAAAAAB=\n", "— a AAAAAAA\n", "— a  AAAAAAA=\n",
                                    "— a AAAAAAA= \n", "— a AAAAAAA=x\n", " — a AAAAAAA=\n"}) {
        CAPTURE(wrong);
        const std::optional<Error> error = refusal(std::string{"t\n\n"} + wrong);
        CHECK((error == Error::signature_line_must_be_well_formed || error == Error::key_name_must_be_well_formed));
    }
    CHECK_FALSE(refusal("t\n\n— a AAAAAAA=\n"));
    CHECK(refusal("t\n\n— a+b AAAAAAA=\n") == Error::key_name_must_be_well_formed);
}

TEST_CASE("a note has a limited number of signatures, and sixteen are within it") {
    const auto note = [](std::size_t count) {
        std::string text = "t\n\n";
        for (std::size_t i = 0; i < count; ++i) text += "— a AAAAAAA=\n";
        return text;
    };
    CHECK_FALSE(refusal(note(16)));
    CHECK_FALSE(refusal(note(note_signatures_max)));
    CHECK(refusal(note(note_signatures_max + 1)) == Error::note_must_have_few_enough_signatures);
}

TEST_CASE("a key name has no spaces and no plus sign") {
    CHECK(is_key_name("example.com/log42"));
    CHECK(is_key_name("h\u00f6hle"));
    CHECK(is_key_name(std::string(key_name_size_max, 'x')));
    for (const std::string& wrong :
         {std::string{}, std::string{"a b"}, std::string{"a+b"}, std::string{"a\n"}, std::string{"a\tb"},
          std::string{"a\u00a0b"}, std::string{"a\u2003b"}, std::string{"a\u3000"}, std::string{"\u0085"},
          std::string{"a\xff"}, std::string(key_name_size_max + 1, 'x')}) {
        CAPTURE(wrong);
        CHECK_FALSE(is_key_name(wrong));
    }
}

TEST_CASE("a vkey has one form") {
    CHECK_FALSE(vkey_refusal(go_vkey));
    CHECK(vkey_refusal("") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("a+530d903a") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") ==
          Error::key_name_must_be_well_formed);
    CHECK(vkey_refusal("a+530d903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("a+530d90+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("a+530d903a+Aeky") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("a+530d903a+") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal(example_vkey + "AAAA") == Error::vkey_must_be_well_formed);
    CHECK(vkey_refusal("a+00000000+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") == Error::vkey_type_must_be_known);
    CHECK(vkey_refusal("a" + example_vkey) == Error::vkey_id_must_match_its_key);
    std::string other_id = example_vkey;
    other_id[16] = '6';
    CHECK(vkey_refusal(other_id) == Error::vkey_id_must_match_its_key);
    const VerifierKey torsion{.name = "t", .type = KeyType::ed25519, .key = {}};
    CHECK(vkey_refusal(format_vkey(torsion)) == Error::key_must_be_in_the_prime_order_group);
}

TEST_CASE("what parses is written back as it was") {
    REQUIRE(rc::check("one byte changed anywhere", [](std::uint16_t place, char byte) {
        std::string changed = note_example;
        changed[place % changed.size()] = byte;
        const Result<Note, Error> note = parse_note(changed);
        if (note) RC_ASSERT(format_note(*note) == changed);
        if (note && changed != note_example) {
            const auto signers = verify_note(*note, keys_of({example_vkey}));
            RC_ASSERT((!signers || signers->empty()));
        }
        std::string vkey = example_vkey;
        vkey[place % vkey.size()] = byte;
        if (vkey != example_vkey) RC_ASSERT(!parse_vkey(vkey).has_value());
    }));
}

}  // namespace datadeed::crypto
