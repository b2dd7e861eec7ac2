// From marked content to the tags of lines.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/model/document.h"
#include "engine/pdf/content/pdf_marked_content.h"
#include "engine/pdf/content/pdf_structure.h"

namespace docket::engine {

/// Which tag each line of a page has. One a page; refers to its marks and to the document's structure.
class PageTags {
 public:
  /// Without a structure (nullptr) no line has a tag. `page` is the page's object.
  PageTags(const ContentMarks& marks, PdfStructure* structure, Ref page);

  void begin_line() { votes_.clear(); }

  /// A word of the line, the position of its first character, and how many it has.
  void add_word(int position, int length);

  /// The tag of most characters of the line: an index into what take() gives, or -1.
  [[nodiscard]] std::int32_t of_line() const;

  std::vector<Tag> take() { return std::move(tags_); }

 private:
  std::int32_t tag_of(std::int32_t mark);
  std::int32_t find(const ContentMark& mark);
  std::int32_t index_of(int element, Tag tag);

  const ContentMarks& marks_;
  PdfStructure* structure_;
  Ref page_;
  std::vector<Tag> tags_;
  std::map<int, std::int32_t> by_element_;
  std::vector<std::int32_t> known_;                  ///< of the marks
  std::vector<std::pair<std::int32_t, int>> votes_;  ///< of the line in hand: tags and characters
};

}  // namespace docket::engine
