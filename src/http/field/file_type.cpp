#include "http/field/file_type.h"

#include <array>
#include <utility>

#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::array<std::pair<std::string_view, FileType>, 24> types{{
    {"json", {"application/json", true}},
    {"jsonl", {"application/jsonl", false}},
    {"txt", {"text/plain; charset=utf-8", true}},
    {"log", {"text/plain; charset=utf-8", true}},
    {"stdout", {"text/plain; charset=utf-8", true}},
    {"md", {"text/markdown; charset=utf-8", true}},
    {"pdf", {"application/pdf", true}},
    {"png", {"image/png", true}},
    {"jpg", {"image/jpeg", true}},
    {"jpeg", {"image/jpeg", true}},
    {"csv", {"text/csv; charset=utf-8", false}},
    {"html", {"text/html; charset=utf-8", false}},
    {"xml", {"application/xml", false}},
    {"svg", {"image/svg+xml", false}},
    {"gif", {"image/gif", false}},
    {"webp", {"image/webp", false}},
    {"tif", {"image/tiff", false}},
    {"tiff", {"image/tiff", false}},
    {"mp3", {"audio/mpeg", false}},
    {"mp4", {"video/mp4", false}},
    {"wav", {"audio/wav", false}},
    {"zip", {"application/zip", false}},
    {"gz", {"application/gzip", false}},
    {"yaml", {"application/yaml", false}},
}};

}  // namespace

FileType file_type_of(std::string_view name) noexcept {
  const auto file = name.substr(name.rfind('/') + 1);
  const auto ending = file.substr(file.rfind('.') + 1);
  for (const auto& [known, type] : types) {
    if (equal_ignoring_case(ending, known)) {
      return type;
    }
  }
  return {};
}

}  // namespace docket::http
