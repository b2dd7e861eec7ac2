// The pages of a job one by one: a list of them, and lines of JSON (HTTP_API: `pages`, `pages?stream=1`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "document/format.h"
#include "http/body/result_body.h"
#include "http/field/query.h"
#include "store/page_walk.h"

namespace docket::http {

inline constexpr std::string_view lines_type = "application/x-ndjson";

/// What a request for pages asks for.
struct PagesQuery {
  static constexpr std::uint32_t max_limit = 1000;

  bool stream = false;
  std::uint32_t after = 0;          ///< from the page behind this number on
  std::uint32_t limit = max_limit;  ///< of a list: pages that are looked at
  std::optional<Format> format{};   ///< of a stream; nothing: none was chosen

  friend bool operator==(const PagesQuery&, const PagesQuery&) = default;
};

/// bad_option for what does not parse, and for a format whose pages are no text.
Result<PagesQuery> parse_pages_query(const Query& query);

/// Whether a page in this format can stand in a line of JSON.
constexpr bool has_lines(Format format) noexcept {
  return info(format).shape == Shape::text;
}

/// The format of a stream where none was chosen: Markdown, else the first one that can be; nothing where there is none.
std::optional<Format> default_lines(FormatSet formats) noexcept;

/// The line of the page that the walk has come to: what stands before its content and behind, and where that is.
/// Nothing where it has no content in this format.
std::optional<ResultBody> find_page_line(const PageWalk& walk, Format format);

/// Appends the line of a page that was given up, or of a file that is lost, by the walk's last step.
void append_page_error(std::string& out, const PageWalk& walk);
void append_lost_file(std::string& out, const PageWalk& walk);

/// Appends the last line of a stream that does not end with the last page of a completed job: the job's id and state,
/// and the error of one that has failed.
void append_last_line(std::string& out, const JobId& id, const PageWalk& walk);

/// The list of pages, written straight into a buffer.
class PagesBody {
 public:
  /// `walk` has made a step.
  PagesBody(std::string& out, const JobId& id, const PageWalk& walk);
  /// The page that the walk has come to.
  void add(const PageWalk& walk);
  /// `next_after`: the list goes on behind this page.
  void end(std::optional<std::uint32_t> next_after);

 private:
  std::string& out_;
  std::uint32_t count_ = 0;
};

}  // namespace docket::http
