#include "http/page/page_body.h"

#include "base/json_text.h"
#include "base/version.h"
#include "document/media_type.h"
#include "http/body/problem.h"
#include "http/body/refusals.h"

namespace docket::http {
namespace {

/// What the page puts a file's name in the place of.
constexpr std::string_view name_here = "{name}";

void append_text_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

/// An address, or null where there is none.
void append_address(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    append_text_member(out, name, value);
    return;
  }
  out += ",\"";
  out += name;
  out += "\":null";
}

/// Calls `append(item)` for each item of a list that `is_in` lets in, with commas between.
template <class List, class IsIn, class Append>
void append_list(std::string& out, std::string_view name, const List& list, IsIn&& is_in, Append&& append) {
  out += ",\"";
  out += name;
  out += "\":[";
  bool is_first = true;
  for (const auto& item : list) {
    if (is_in(item)) {
      out += is_first ? "" : ",";
      is_first = false;
      append(item);
    }
  }
  out += ']';
}

std::string_view word_of(PageAccess access) noexcept {
  switch (access) {
    case PageAccess::token:
      return "token";
    case PageAccess::owner:
      return "owner";
    case PageAccess::nobody:
      break;
  }
  return "nobody";
}

void append_refusals(std::string& out, const PageUpload& upload) {
  out += R"(,"refusals":{"empty_file":)";
  append_json_string(out, empty_file_detail(name_here));
  append_text_member(out, "unsupported_type",
                     unsupported_type_detail("The file \"" + std::string(name_here) + "\"", upload.types));
  append_text_member(out, "too_many_files", too_many_files_detail(upload.max_files));
  append_text_member(out, "too_large", detail_of_status(413));
  out += '}';
}

void append_upload(std::string& out, const PageUpload& upload) {
  const auto has = [](std::uint32_t mask, auto number) { return ((mask >> static_cast<unsigned>(number)) & 1U) != 0; };
  const auto append_name = [&](std::string_view name) { append_json_string(out, name); };
  out += R"({"url":)";
  append_json_string(out, upload.url);
  append_text_member(out, "kind", upload.is_command ? "command" : "documents");
  append_text_member(out, "access", word_of(upload.access));
  std::size_t number = 0;
  append_list(
      out, "options", option_names, [&](std::string_view) { return has(upload.options.bits, number++); }, append_name);
  append_list(
      out, "formats", all_formats, [&](const FormatInfo& format) { return upload.formats.has(format.format); },
      [&](const FormatInfo& format) { append_name(format.name); });
  append_text_member(out, "languages", upload.languages);
  append_text_member(out, "ocr", to_string(upload.ocr));
  if (has(upload.types, MediaType::unknown)) {
    out += R"(,"types":null)";
  } else {
    append_list(
        out, "types", all_media_types, [&](const MediaTypeInfo& type) { return has(upload.types, type.type); },
        [&](const MediaTypeInfo& type) { append_name(type.name); });
  }
  out += R"(,"max_size":)";
  append_json_number(out, upload.max_size);
  out += R"(,"max_files":)";
  append_json_number(out, upload.max_files);
  append_refusals(out, upload);
  out += '}';
}

}  // namespace

void append_page_facts(std::string& out, const PageFacts& facts) {
  constexpr auto all = [](const auto&) { return true; };
  out += R"({"version":)";
  append_json_string(out, version);
  append_text_member(out, "title", facts.title);
  append_list(out, "uploads", facts.uploads, all, [&](const PageUpload& upload) { append_upload(out, upload); });
  append_list(out, "formats", all_formats, all,
              [&](const FormatInfo& format) { append_json_string(out, format.name); });
  append_list(out, "languages", facts.languages, all, [&](const std::string& name) { append_json_string(out, name); });
  append_address(out, "result", facts.result);
  append_address(out, "tasks", facts.tasks);
  append_address(out, "events", facts.events);
  append_address(out, "settings", facts.settings);
  out += R"(,"comment_seconds":)";
  append_json_number(out, std::uint64_t{facts.comment_seconds});
  out += '}';
}

}  // namespace docket::http
