// Running headers, footers and page numbers: told by standing in the margins of several pages, which only the whole
// document knows.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "engine/model/document.h"

namespace docket::engine {

/// The texts that run through a document. A value; made by RunningDigest::texts().
class RunningTexts {
 public:
  [[nodiscard]] bool has(std::uint64_t text) const { return texts_.contains(text); }

 private:
  friend class RunningDigest;
  std::unordered_set<std::uint64_t> texts_;
};

/// Counts what stands at the top and bottom of a document's pages, digits aside. Its size is bounded and does not
/// depend on the pages.
class RunningDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] RunningTexts texts() const;

 private:
  static constexpr std::size_t max_texts = 8192;

  struct Seen {
    float y = 0;  ///< share of the page's height
    std::uint32_t page = 0;
    std::uint32_t in_margin = 0;
    std::uint32_t in_body = 0;
  };

  std::unordered_map<std::uint64_t, Seen> seen_;
  std::uint32_t pages_ = 0;
};

/// Makes page_header or page_footer of the page's blocks that are running texts, or nothing but a page's number in the
/// margin.
void resolve_running(Page& page, const RunningTexts& texts);

}  // namespace docket::engine
