#include "http/body/estimate_body.h"

#include <algorithm>
#include <cmath>

#include "base/json_text.h"
#include "http/body/problem.h"

namespace docket::http {
namespace {

/// Of `file`'s pages those that are scanned.
std::uint64_t count_scanned(const EstimatedFile& file) {
  std::uint64_t count = 0;
  for (const auto& range : file.scanned) {
    count += std::uint64_t{range.last} - range.first + 1;
  }
  return count;
}

void append_count(std::string& out, std::string_view name, std::uint64_t value) {
  out += name;
  append_json_number(out, value);
}

void append_pages(std::string& out, const EstimatedFile& file, const PageSet& chosen) {
  auto scanned = file.scanned.begin();
  out += R"(,"pages":[)";
  for (std::uint32_t page = 1; page <= file.total_pages; ++page) {
    while (scanned != file.scanned.end() && scanned->last < page) {
      ++scanned;
    }
    const bool is_scanned = scanned != file.scanned.end() && scanned->first <= page;
    append_count(out, page == 1 ? R"({"page":)" : R"(,{"page":)", chosen.page_at(page));
    out += is_scanned ? R"(,"kind":"scan"})" : R"(,"kind":"text"})";
  }
  out += ']';
}

void append_file(std::string& out, const EstimatedFile& file, const PageSet& chosen) {
  out += R"({"filename":)";
  append_json_string(out, file.filename);
  out.append(R"(,"content_type":")").append(info(file.type).mime);
  append_count(out, R"(","size":)", file.size);
  append_count(out, R"(,"total_pages":)", file.total_pages);
  append_count(out, R"(,"scanned_pages":)", count_scanned(file));
  append_pages(out, file, chosen);
  out += R"(,"error":)";
  if (file.error == ErrorCode::none) {
    out += "null";
  } else {
    out.append(R"({"code":")").append(public_code(file.error)).append(R"(","detail":)");
    append_json_string(out, file.error_detail);
    out += '}';
  }
  out += '}';
}

}  // namespace

void append_estimate(std::string& out, std::span<const EstimatedFile> files, const PageSet& chosen, double seconds) {
  std::uint64_t pages = 0;
  std::uint64_t scanned = 0;
  out += R"({"files":[)";
  for (const auto& file : files) {
    out += pages == 0 && &file == files.data() ? "" : ",";
    append_file(out, file, chosen);
    pages += file.total_pages;
    scanned += count_scanned(file);
  }
  append_count(out, R"(],"total_pages":)", pages);
  append_count(out, R"(,"scanned_pages":)", scanned);
  const auto tenths = static_cast<std::uint64_t>(std::ceil(std::max(seconds, 0.0) * 10));
  append_count(out, R"(,"seconds_expected":)", tenths / 10);
  append_count(out, ".", tenths % 10);
  out += '}';
}

}  // namespace docket::http
