// hOCR 1.2 (an HTML microformat): pages, blocks, paragraphs, lines and words with their boxes in pixels.
#pragma once

#include <cstdint>
#include <string>

#include "engine/write/writer.h"

namespace docket::engine {

/// Pixels are those of the picture that was recognised; pages of text, which have none, are given 300 to an inch. Each
/// page says its resolution (`scan_res`). What comes out is well-formed XML, too.
class HocrWriter final : public Writer {
 public:
  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  void begin(std::string& out);

  bool begun_ = false;
  std::uint32_t page_ = 0;  ///< of the document, from 1
};

}  // namespace docket::engine
