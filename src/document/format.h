// The result formats: their names on the wire, their types, and sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// Numbers are stored; append only.
enum class Format : std::uint8_t {
  markdown = 0,
  text = 1,
  json = 2,
  hocr = 3,
  markdown_det = 4,  ///< Markdown block by block, each with where it stands
  images = 5,        ///< what pictures stand on the pages
  png = 6,           ///< previews of the pages
  pdf = 7,           ///< searchable: the original look with the recognised text under it
  layout_pdf = 8,    ///< the original pages with the boxes of their blocks
  html = 9,          ///< the blocks of Markdown as HTML, each with where it stands
};

/// In which forms a format can be had: texts raw and wrapped, files as themselves, lists of files wrapped.
enum class Shape : std::uint8_t { text = 0, file = 1, list = 2 };

/// Clients get a result raw, which is its bytes themselves, or wrapped in `{"job_id", "status", "content"}`. What is
/// kept knows of no job: the raw form and what else stands in the wrapped one (http/body/result_body.h puts it
/// together). The raw form of JSON is its own content. Numbers are stored; append only.
enum class Representation : std::uint8_t {
  raw = 0,
  wrapped = 1,    ///< whole, as it was kept before: with the id of the job that it was made for
  escaped = 2,    ///< of a text: the content, a JSON string; of a list: `"images":[…],"count":N`
  documents = 3,  ///< right behind the content, in a job of several files: `,"documents":[{"filename", "content"}]`
};

struct FormatInfo {
  Format format;
  std::string_view name;          ///< in paths and in `formats`
  std::string_view content_type;  ///< of the raw form
  std::string_view extension;     ///< of a downloaded file
  Shape shape = Shape::text;
};

/// In the order of their numbers.
inline constexpr std::array<FormatInfo, 10> all_formats{{
    {Format::markdown, "markdown", "text/markdown; charset=utf-8", "md"},
    {Format::text, "text", "text/plain; charset=utf-8", "txt"},
    {Format::json, "json", "application/json", "json"},
    {Format::hocr, "hocr", "text/html; charset=utf-8", "hocr"},
    {Format::markdown_det, "markdown_det", "text/markdown; charset=utf-8", "det.md"},
    {Format::images, "images", "image/png", "png", Shape::list},
    {Format::png, "png", "image/png", "png", Shape::file},
    {Format::pdf, "pdf", "application/pdf", "pdf", Shape::file},
    {Format::layout_pdf, "layout_pdf", "application/pdf", "layout.pdf", Shape::file},
    {Format::html, "html", "text/html; charset=utf-8", "html"},
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

/// What stands around the pages in a JSON result, with the only line ends there are in a page's own.
inline constexpr std::string_view json_page_begin = "{\"pages\":[\n";
inline constexpr std::string_view json_page_end = "\n]}\n";

/// A set of formats as a bit mask; the mask is what is stored and sent.
struct FormatSet {
  std::uint32_t bits = 0;

  constexpr void add(Format format) noexcept { bits |= 1U << static_cast<unsigned>(format); }
  [[nodiscard]] constexpr bool has(Format format) const noexcept {
    return (bits & (1U << static_cast<unsigned>(format))) != 0;
  }
  friend constexpr bool operator==(const FormatSet&, const FormatSet&) = default;
};

/// What is made where neither the configuration nor the client names formats.
constexpr FormatSet default_formats() noexcept {
  FormatSet set;
  set.add(Format::markdown);
  set.add(Format::text);
  set.add(Format::json);
  return set;
}

/// Whether the documents themselves are needed to put a job's results together, and not their pages' models only.
constexpr bool needs_documents(FormatSet formats) noexcept {
  return formats.has(Format::pdf) || formats.has(Format::layout_pdf);
}

/// Whether a file's name stands in its results even if it is a job's only one.
constexpr bool names_files(FormatSet formats) noexcept {
  return formats.has(Format::html);
}

/// Whether browsers show the raw form as a page, in which stand a stranger's words.
constexpr bool is_web_page(Format format) noexcept {
  return info(format).content_type.starts_with("text/html");
}

/// Every format there is.
constexpr FormatSet every_format() noexcept {
  FormatSet set;
  for (const auto& entry : all_formats) {
    set.add(entry.format);
  }
  return set;
}

/// Their names as people read them: "markdown, text, json".
inline std::string names_of(FormatSet formats) {
  std::string names;
  for (const auto& entry : all_formats) {
    if (formats.has(entry.format)) {
      names += names.empty() ? "" : ", ";
      names += entry.name;
    }
  }
  return names;
}

}  // namespace docket
