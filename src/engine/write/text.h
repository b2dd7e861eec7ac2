// Plain text: one line a paragraph or list item, a blank line between them and between pages.
#pragma once

#include <string>

#include "engine/write/writer.h"

namespace docket::engine {

class TextWriter final : public Writer {
 public:
  /// `page_separator`: on a line of its own between pages; empty: a blank line.
  explicit TextWriter(std::string page_separator);

  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  std::string page_separator_;
  bool any_page_ = false;
  bool any_text_ = false;
};

}  // namespace docket::engine
