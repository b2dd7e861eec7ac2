// What is to be made of a job's documents, and what that may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/format.h"
#include "document/page_set.h"

namespace docket {

enum class OcrMode : std::uint8_t { automatic = 0, force = 1, off = 2 };

std::string_view to_string(OcrMode mode) noexcept;  ///< auto, force, off
std::optional<OcrMode> ocr_mode_of(std::string_view word) noexcept;

/// What is to be made of the documents: the location's values, changed by the client where it may.
struct Options {
  FormatSet formats;
  std::string languages;  ///< Tesseract's notation: "eng", "deu+eng"
  OcrMode ocr = OcrMode::automatic;
  std::uint16_t dpi = 300;
  std::string page_separator;  ///< between pages in Markdown and text; empty: a blank line
  PageSet pages;               ///< of each document

  friend bool operator==(const Options&, const Options&) = default;
};

/// What one unit's child may use. Sizes in bytes, times as named.
struct Limits {
  std::uint32_t max_pages = 2000;
  std::uint64_t max_pixels = 100'000'000;
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::uint32_t cpu_seconds = 120;
  std::uint32_t unit_ms = 600'000;
  std::uint32_t attempts = 2;

  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace docket
