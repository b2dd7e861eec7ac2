#include "http/field/trace_context.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/hex.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::size_t parent_size = 55;  // 00-(32 digits)-(16 digits)-(2 digits)
constexpr std::size_t id_at = 3;
constexpr std::size_t id_size = 32;
constexpr std::size_t span_at = 36;
constexpr std::size_t span_size = 16;
constexpr std::size_t flags_at = 53;
constexpr unsigned known_flags = 0x03;  // sampled, random

constexpr std::size_t max_members = 32;
constexpr std::size_t max_state = 512;    // what everybody has to be able to send on
constexpr std::size_t long_member = 128;  // these go first where it is more

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Lower-case hexadecimal digits.
bool is_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// An id: hexadecimal digits, not all zero.
bool is_id(std::string_view text) noexcept {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// The field as version 00 has it; empty for an invalid one.
std::string parse_parent(std::string_view field) {
  if (field.size() < parent_size) {
    return {};
  }
  const auto version = field.substr(0, 2);
  const bool longer = field.size() > parent_size;
  if (!is_hex(version) || version == "ff" || (longer && (version == "00" || field[parent_size] != '-'))) {
    return {};
  }
  const auto flags_text = field.substr(flags_at, 2);
  if (field[id_at - 1] != '-' || field[span_at - 1] != '-' || field[flags_at - 1] != '-' ||
      !is_id(field.substr(id_at, id_size)) || !is_id(field.substr(span_at, span_size)) || !is_hex(flags_text)) {
    return {};
  }
  std::uint8_t flags = 0;
  static_cast<void>(read_hex(flags_text.data(), flags));
  std::string parent("00");
  parent.append(field.substr(2, flags_at - 2)).append("0");
  parent += static_cast<char>('0' + (flags & known_flags));
  return parent;
}

/// A vendor's name, before @ perhaps a tenant's.
bool is_key(std::string_view key) noexcept {
  const auto at = key.find('@');
  const auto vendor = at == std::string_view::npos ? key : key.substr(at + 1);
  const auto tenant = at == std::string_view::npos ? std::string_view("0") : key.substr(0, at);
  const auto plain = [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/'; };
  const bool one_part = at == std::string_view::npos;
  return !vendor.empty() && !tenant.empty() && is_lower(vendor.front()) &&
         (is_lower(tenant.front()) || is_digit(tenant.front())) && vendor.size() <= (one_part ? 256U : 14U) &&
         tenant.size() <= 241 && std::ranges::all_of(vendor, plain) && std::ranges::all_of(tenant, plain);
}

bool is_value(std::string_view value) noexcept {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

/// Adds a field's members, which may be empty. False if it is not valid.
bool add_members(std::string_view field, std::vector<std::string_view>& members) {
  for (;;) {
    const auto comma = std::min(field.find(','), field.size());
    if (const auto member = trim(field.substr(0, comma)); !member.empty()) {
      const auto equals = member.find('=');
      if (equals == std::string_view::npos || !is_key(member.substr(0, equals)) ||
          !is_value(member.substr(equals + 1)) || members.size() == max_members) {
        return false;
      }
      members.push_back(member);
    }
    if (comma == field.size()) {
      return true;
    }
    field.remove_prefix(comma + 1);
  }
}

/// The members in one field, and as many as may be: long ones are left out first, then the last.
std::string joined(std::vector<std::string_view> members) {
  const auto size = [&members] {
    std::size_t sum = members.empty() ? 0 : members.size() - 1;
    for (const auto member : members) {
      sum += member.size();
    }
    return sum;
  };
  while (size() > max_state) {
    const auto long_one = std::ranges::find_if(members, [](auto member) { return member.size() > long_member; });
    members.erase(long_one != members.end() ? long_one : members.end() - 1);
  }
  std::string state;
  for (const auto member : members) {
    state.append(state.empty() ? "" : ",").append(member);
  }
  return state;
}

}  // namespace

TraceContext parse_trace(std::span<const std::string_view> parents, std::span<const std::string_view> states) {
  TraceContext trace;
  if (parents.size() == 1) {
    trace.parent = parse_parent(trim(parents.front()));
  }
  if (trace.parent.empty()) {
    return trace;
  }
  std::vector<std::string_view> members;
  if (std::ranges::all_of(states, [&](std::string_view field) { return add_members(field, members); })) {
    trace.state = joined(std::move(members));
  }
  return trace;
}

std::string_view trace_id(std::string_view parent) noexcept {
  return parent.size() == parent_size ? parent.substr(id_at, id_size) : std::string_view();
}

}  // namespace docket::http
