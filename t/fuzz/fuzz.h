// What the fuzzers share: how they read their input, and how they say that something does not hold.
//
// An input is text wherever it can be, so that seeds are made by hand: lines at the front choose what is tried, the
// rest is what is parsed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace docket::fuzz {

/// Ends the program, which libFuzzer takes for a finding, unless `holds`.
inline void expect(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
  }
}

inline std::string_view input(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes the first line, without its end, off the front of `text`; all of it where it has no end.
inline std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// Where to cut a text of `size` bytes: each character of `sizes` is the length of a piece, '!' one byte, '"' two and
/// so on; from the front again when they are used up. Without sizes it is not cut.
inline std::vector<std::size_t> cuts(std::string_view sizes, std::size_t size) {
  std::vector<std::size_t> result;
  std::size_t at = 0;
  for (std::size_t i = 0; !sizes.empty(); ++i) {
    at += std::max<std::size_t>(1, static_cast<unsigned char>(sizes[i % sizes.size()] - ' '));
    if (at >= size) {
      break;
    }
    result.push_back(at);
  }
  return result;
}

}  // namespace docket::fuzz
