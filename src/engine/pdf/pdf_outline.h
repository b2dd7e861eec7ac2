// The outline (bookmarks) of a PDF document, ISO 32000-1, 12.3.3.
#pragma once

#include <Object.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/model/document.h"

class PDFDoc;

namespace docket::engine {

/// The items of a document's outline and the pages they lead to. Read once; a value that does not refer to the
/// document. Bounded: an outline that has more items, goes deeper or in circles is read as far as that makes sense.
class PdfOutline {
 public:
  /// Without an outline, or where it cannot be read, there are no items.
  explicit PdfOutline(PDFDoc& document);

  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

  /// What the outline says of page `number` (1-based): its own items, then those of its neighbours and of no known page
  /// (OutlineItem::is_here is false). The references are of the page's object and of its neighbours'; Ref::INVALID()
  /// for none.
  [[nodiscard]] std::vector<OutlineItem> of_page(int number, Ref before, Ref page, Ref after) const;

 private:
  class Reading;

  struct Item {
    std::string title;
    std::uint8_t depth = 0;
  };

  void append(std::vector<OutlineItem>& to, const std::vector<std::uint32_t>& items, bool is_here) const;
  void append_page(std::vector<OutlineItem>& to, int number, Ref page, bool is_here) const;

  std::vector<Item> items_;
  // Which of them lead where.
  std::map<Ref, std::vector<std::uint32_t>> by_reference_;
  std::map<int, std::vector<std::uint32_t>> by_number_;
  std::vector<std::uint32_t> nowhere_;
};

}  // namespace docket::engine
