// What is kept of results for their wrapped form (Representation::escaped and documents). It knows of no job.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "document/format.h"
#include "engine/model/document.h"

namespace docket::engine {

/// Whether the raw form stands in the wrapped one as it is, because it is JSON itself.
constexpr bool is_json(Format format) noexcept {
  return format == Format::json;
}

/// Appends raw bytes as they stand in the wrapped form: escaped, or as they are if they are JSON themselves.
void append_content(std::string& out, Format format, std::string_view raw);

/// What stands before and behind the content.
std::string_view quote(Format format) noexcept;

/// Writes the members `"images":[…],"count":N` into a buffer, which it refers to.
class ImageList {
 public:
  explicit ImageList(std::string& out);

  void add(const Page& page);
  void finish();

 private:
  std::string& out_;
  std::uint64_t count_ = 0;
};

}  // namespace docket::engine
