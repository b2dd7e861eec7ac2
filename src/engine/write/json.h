// JSON: {"pages": [...]}, each page with its fonts, blocks, lines and words. Boxes are [x0, y0, x1, y1] in points from
// the page's top left corner, numbers have at most two decimals.
#pragma once

#include <string>

#include "engine/write/writer.h"

namespace docket::engine {

class JsonWriter final : public Writer {
 public:
  /// `with_files`: each page has the index of its file.
  explicit JsonWriter(bool with_files) noexcept : with_files_(with_files) {}

  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  bool with_files_;
  bool any_page_ = false;
};

}  // namespace docket::engine
