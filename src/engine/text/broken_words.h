// Words broken at a line's end: whether the hyphen there is the word's own is best told by how the document writes the
// word elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// The words that occur in a document, small letters and capitals taken for the same. A value of bounded size: beyond
/// some ten thousand words, new ones are not learnt.
class KnownWords {
 public:
  void add(std::string_view word);
  [[nodiscard]] bool has(std::string_view word) const noexcept;

 private:
  void insert(std::uint64_t hash);
  [[nodiscard]] std::size_t place_of(std::uint64_t hash) const noexcept;
  void grow();

  std::vector<std::uint64_t> slots_;  ///< hashes, open addressing; 0 is a free one
  std::size_t count_ = 0;
};

/// Learns the words of a document's pages: those that stand whole on a line.
class WordDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] const KnownWords& words() const& noexcept { return words_; }
  [[nodiscard]] KnownWords words() && noexcept { return std::move(words_); }

 private:
  void add(const std::vector<Line>& lines);

  KnownWords words_;
};

/// Sets Word::hyphen of the words that are broken over two lines of a block or cell, where `words` tell it.
void resolve_hyphens(Page& page, const KnownWords& words);

}  // namespace docket::engine
