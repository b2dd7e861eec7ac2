#include "http/field/parameter.h"

#include <algorithm>

#include "http/field/text.h"

namespace docket::http {
namespace {

/// Whether nothing but spaces stands before the next semicolon or the end: a quote before it ends its value.
bool ends_here(std::string_view text) noexcept {
  const auto at = text.find_first_not_of(" \t");
  return at == std::string_view::npos || text[at] == ';';
}

}  // namespace

bool ParameterReader::next(Parameter& parameter) {
  for (;;) {
    const auto begin = rest_.find_first_not_of("; \t");
    if (begin == std::string_view::npos) {
      rest_ = {};
      return false;
    }
    rest_.remove_prefix(begin);
    const auto end = rest_.find_first_of("=;");
    if (end == std::string_view::npos) {
      rest_ = {};
      return false;
    }
    const auto name = trim(rest_.substr(0, end));
    const bool has_value = rest_[end] == '=';
    rest_.remove_prefix(end + 1);
    if (!has_value || name.empty()) {
      continue;
    }
    parameter.name = name;
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    if (!rest_.empty() && rest_.front() == '"') {
      rest_.remove_prefix(1);
      read_quoted(parameter.value);
    } else {
      const auto stop = std::min(rest_.find(';'), rest_.size());
      parameter.value = trim(rest_.substr(0, stop));
      rest_.remove_prefix(stop);
    }
    return true;
  }
}

void ParameterReader::read_quoted(std::string& value) {
  value.clear();
  // A quoted pair that is the last quote of all would leave the value open: then the backslash is a path's last
  // character and the quote ends it.
  const auto last_quote = rest_.rfind('"');
  std::size_t at = 0;
  for (; at < rest_.size(); ++at) {
    const char c = rest_[at];
    const char following = at + 1 < rest_.size() ? rest_[at + 1] : '\0';
    if (c == '\\' && at + 1 < rest_.size()) {
      const bool is_pair =
          style_ == QuoteStyle::strict || following == '\\' || (following == '"' && at + 1 != last_quote);
      if (is_pair) {
        value += following;
        ++at;
        continue;
      }
    }
    if (c == '"' && (style_ == QuoteStyle::strict || ends_here(rest_.substr(at + 1)))) {
      break;
    }
    value += c;
  }
  // What stands between the closing quote and the next semicolon belongs to nothing.
  rest_.remove_prefix(std::min(rest_.find(';', at), rest_.size()));
}

}  // namespace docket::http
