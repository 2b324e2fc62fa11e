#include "ledger/types.h"

#include <algorithm>
#include <array>

#include "base/cbor.h"

namespace datadeed::ledger {
namespace {

// By number, from 1.
constexpr std::array<std::string_view, roles_max> role_names = {
    "operator", "owner", "manager", "user", "repository", "verifier", "regulator", "validator", "observer"};

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// C0 controls, DEL, and the C1 controls, which UTF-8 spells C2 80 to C2 9F.
bool has_control_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) return true;
        if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

}  // namespace

std::string_view name(Role role) {
    return role_names[static_cast<std::size_t>(role) - 1];
}

std::optional<Role> role_from(std::string_view name) {
    const auto found = std::ranges::find(role_names, name);
    if (found == role_names.end()) return std::nullopt;
    return static_cast<Role>(found - role_names.begin() + 1);
}

bool is_member_id(std::string_view id) {
    if (id.empty() || id.size() > member_id_max || !is_lower_or_digit(id.front())) return false;
    return std::ranges::all_of(id, [](char c) { return is_lower_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_line(std::string_view text, std::size_t size_max) {
    if (text.empty() || text.size() > size_max) return false;
    if (text.front() == ' ' || text.back() == ' ') return false;
    return !has_control_characters(text) && cbor::is_utf8(as_bytes(text));
}

bool is_dataset_id(std::string_view id) {
    return is_line(id, dataset_id_max);
}

}  // namespace datadeed::ledger
