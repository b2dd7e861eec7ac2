#include "http/body/pages_body.h"

#include <algorithm>
#include <limits>

#include "base/json_text.h"
#include "http/body/problem.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

Error bad_argument(std::string_view argument, std::string_view value, std::string_view wanted) {
  return {ErrorCode::bad_option, "The argument " + std::string(argument) + " is " + quoted_for_detail(value) +
                                     "; it has to be " + std::string(wanted) + "."};
}

/// An argument's value; nothing where it has none.
std::optional<std::string> given(const Query& query, std::string_view name) {
  auto value = query.find(name);
  return value && !value->empty() ? value : std::nullopt;
}

/// The number of an argument, `otherwise` where it is not there; nothing if it is none from `least` to `most`.
std::optional<std::uint32_t> number_of(const std::optional<std::string>& value, std::uint32_t otherwise,
                                       std::uint32_t least, std::uint32_t most) {
  const auto number = value ? parse_number(*value) : otherwise;
  return number && *number >= least && *number <= most ? std::optional(static_cast<std::uint32_t>(*number))
                                                       : std::nullopt;
}

/// `,"filename":"b.pdf","index":1`, where the job has several files.
void append_file(std::string& out, const PageWalk::File& file) {
  if (file.is_one_of_several) {
    out += R"(,"filename":)";
    append_json_string(out, file.filename);
    out += R"(,"index":)";
    append_json_number(out, std::uint64_t{file.index});
  }
}

/// `{"page":3` and which file it is of.
void append_place(std::string& out, const PageWalk& walk) {
  out += R"({"page":)";
  append_json_number(out, std::uint64_t{walk.number()});
  append_file(out, walk.file());
}

/// `,"formats":["markdown","text"]`
void append_formats(std::string& out, const Outputs& outputs) {
  FormatSet formats;
  for (const auto& section : outputs.sections) {
    if (section.format) {
      formats.add(*section.format);
    }
  }
  out += R"(,"formats":[)";
  const char* before = "\"";
  for (const auto& entry : all_formats) {
    if (formats.has(entry.format)) {
      out += before;
      out += entry.name;
      before = "\",\"";
    }
  }
  out += formats.bits == 0 ? "]" : "\"]";
}

void append_error_member(std::string& out, ErrorCode code, std::string_view detail) {
  out += R"(,"error":)";
  append_error(out, code, detail);
}

}  // namespace

Result<PagesQuery> parse_pages_query(const Query& query) {
  PagesQuery asked;
  const auto stream = query.find_flag("stream");
  if (!stream) {
    return pass_on(stream);
  }
  asked.stream = *stream;
  const auto after_text = given(query, "after");
  const auto limit_text = given(query, "limit");
  const auto after = number_of(after_text, 0, 0, std::numeric_limits<std::uint32_t>::max() - 1);
  const auto limit = number_of(limit_text, PagesQuery::max_limit, 1, PagesQuery::max_limit);
  if (!after || !limit) {
    return fail(!after ? bad_argument("after", *after_text, "the number of a page")
                       : bad_argument("limit", *limit_text, "1 to " + std::to_string(PagesQuery::max_limit)));
  }
  asked.after = *after;
  asked.limit = *limit;
  if (const auto name = given(query, "format")) {
    asked.format = format_of(*name);
    if (!asked.format || !has_lines(*asked.format)) {
      return fail(bad_argument("format", *name, "one whose pages are text or JSON"));
    }
  }
  return asked;
}

std::optional<Format> default_lines(FormatSet formats) noexcept {
  const auto* found = std::ranges::find_if(
      all_formats, [&](const FormatInfo& entry) { return formats.has(entry.format) && has_lines(entry.format); });
  return found != all_formats.end() ? std::optional(found->format) : std::nullopt;
}

std::optional<ResultBody> find_page_line(const PageWalk& walk, Format format) {
  Route route;
  route.what = Route::What::page;
  route.format = format;
  auto body = find_result(walk.page().outputs, route, Representation::wrapped);
  if (!body) {
    return std::nullopt;
  }
  body->prefix.clear();
  append_place(body->prefix, walk);
  body->prefix += R"(,"content":)";
  body->suffix = "}\n";
  if (format == Format::json) {  // as it is stored it has line ends
    constexpr auto around = json_page_begin.size() + json_page_end.size();
    if (body->length < around) {
      return std::nullopt;
    }
    body->prefix += R"({"pages":[)";
    body->suffix = "]}}\n";
    body->offset += json_page_begin.size();
    body->length -= around;
  }
  return body;
}

void append_page_error(std::string& out, const PageWalk& walk) {
  append_place(out, walk);
  append_error_member(out, walk.page().error, walk.page().error_detail);
  out += "}\n";
}

void append_lost_file(std::string& out, const PageWalk& walk) {
  out += R"({"page":null)";
  append_file(out, walk.file());
  append_error_member(out, walk.file().error, walk.file().error_detail);
  out += "}\n";
}

void append_last_line(std::string& out, const JobId& id, const PageWalk& walk) {
  out += R"({"job_id":")" + id.text() + R"(","status":")";
  out += to_string(walk.head().state);
  out += '"';
  if (walk.head().state == State::failed) {
    append_error_member(out, walk.head().error, walk.detail());
  }
  out += "}\n";
}

PagesBody::PagesBody(std::string& out, const JobId& id, const PageWalk& walk) : out_(out) {
  out_ += R"({"job_id":")" + id.text() + R"(","status":")";
  out_ += to_string(walk.head().state);
  out_ += R"(","total_pages":)";
  append_json_number(out_, std::uint64_t{walk.head().total_pages});
  out_ += R"(,"pages":[)";
}

void PagesBody::add(const PageWalk& walk) {
  out_ += count_++ == 0 ? "" : ",";
  append_place(out_, walk);
  if (walk.page().error != ErrorCode::none) {
    append_error_member(out_, walk.page().error, walk.page().error_detail);
  } else {
    append_formats(out_, walk.page().outputs);
  }
  out_ += '}';
}

void PagesBody::end(std::optional<std::uint32_t> next_after) {
  out_ += R"(],"count":)";
  append_json_number(out_, std::uint64_t{count_});
  out_ += R"(,"next_after":)";
  if (next_after) {
    append_json_number(out_, std::uint64_t{*next_after});
  } else {
    out_ += "null";
  }
  out_ += "}\n";
}

}  // namespace docket::http
