// The result formats: their names on the wire, their types, and sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace docket {

/// Numbers are stored; append only.
enum class Format : std::uint8_t { markdown = 0, text = 1, json = 2 };

/// A result is kept in two forms: the bytes themselves, and wrapped as `{"job_id", "status", "content"}`.
enum class Form : std::uint8_t { raw = 0, wrapped = 1 };

/// How the wrapped form begins; the job's id follows.
inline constexpr std::string_view wrapped_begin = "{\"job_id\":\"";

struct FormatInfo {
  Format format;
  std::string_view name;          ///< in paths and in `formats`
  std::string_view content_type;  ///< of the raw form
  std::string_view extension;     ///< of a downloaded file
};

inline constexpr std::array<FormatInfo, 3> all_formats{{
    {Format::markdown, "markdown", "text/markdown; charset=utf-8", "md"},
    {Format::text, "text", "text/plain; charset=utf-8", "txt"},
    {Format::json, "json", "application/json", "json"},
}};

constexpr const FormatInfo& info(Format format) noexcept {
  return all_formats[static_cast<std::size_t>(format)];
}

constexpr std::optional<Format> format_of(std::string_view name) noexcept {
  for (const auto& entry : all_formats) {
    if (entry.name == name) {
      return entry.format;
    }
  }
  return std::nullopt;
}

/// A set of formats as a bit mask; the mask is what is stored and sent.
struct FormatSet {
  std::uint32_t bits = 0;

  constexpr void add(Format format) noexcept { bits |= 1U << static_cast<unsigned>(format); }
  [[nodiscard]] constexpr bool has(Format format) const noexcept {
    return (bits & (1U << static_cast<unsigned>(format))) != 0;
  }
  friend constexpr bool operator==(const FormatSet&, const FormatSet&) = default;
};

}  // namespace docket
