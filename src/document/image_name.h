// The names of pictures that are taken out of documents: "1_0.png" is page 1's first one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// In a job of one file the page and, after a `_`, which of the page's pictures it is, from 0. In a job of several
/// files the file's index from 0 and a `-` stand in front: "2-1_0.png". The page counts from 1 among those that were
/// chosen of its file.
struct ImageName {
  std::optional<std::uint16_t> file;
  std::uint32_t page = 1;
  std::uint32_t index = 0;

  /// Nothing for what text() does not give.
  static std::optional<ImageName> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string text() const;

  friend bool operator==(const ImageName&, const ImageName&) = default;
};

/// No more pictures than this are taken out of a page.
inline constexpr std::uint32_t max_page_images = 64;

}  // namespace docket
