#include "http/form/file_name.h"

#include "base/utf8.h"

namespace docket::http {
namespace {

constexpr std::size_t longest_extension = 16;

std::string_view extension_of(std::string_view name) noexcept {
  const auto dot = name.rfind('.');
  const bool is_short = dot != std::string_view::npos && dot > 0 && name.size() - dot <= longest_extension;
  return is_short ? name.substr(dot) : std::string_view();
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  std::string clean;
  while (!name.empty()) {
    const auto next = first_char(name);
    append_char(clean, is_control(next.code) ? U'_' : next.code);
    name.remove_prefix(next.length);
  }
  if (clean.size() <= longest_file_name) {
    return clean;
  }
  const auto extension = extension_of(clean);
  std::string cut(cut_utf8(clean, longest_file_name - extension.size()));
  return cut.append(extension);
}

}  // namespace docket::http
