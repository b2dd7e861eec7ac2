#include "engine/text/broken_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_words = 32'000;  ///< a table of half a megabyte
constexpr std::size_t first_slots = 1024;
constexpr std::size_t shortest = 3;  ///< bytes

/// The same for words that differ in the case of ASCII letters only; never 0.
std::uint64_t hash_of(std::string_view word) noexcept {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  for (const char c : word) {
    const auto small = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    hash = (hash ^ static_cast<unsigned char>(small)) * 0x100'0000'01B3U;  // FNV-1a
  }
  return hash | 1U;
}

/// Whether the last word of `line` is broken off there, as the next one is on another row.
bool is_broken(const Line& line, const Line& next) noexcept {
  const std::string_view last = line.words.back().text;
  return without_hyphen(last).size() < last.size() && !bare_word(without_hyphen(last)).empty() && !beside(line, next);
}

/// Pronouns and the like that French puts behind a hyphen.
bool is_french_appendix(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 19> appendices{"il",    "elle", "ils", "elles", "on",   "ce",  "ci",
                                                               "là",    "même", "je",  "tu",    "nous", "moi", "toi",
                                                               "mêmes", "vous", "lui", "leur",  "être"};
  return std::ranges::find(appendices, word) != appendices.end();
}

/// Tells the hyphens of a document. Lives for one call of resolve_hyphens().
class HyphenTeller {
 public:
  explicit HyphenTeller(const KnownWords& words) noexcept
      : words_(words), is_french_(words.has("les") && words.has("des") && words.has("une")) {}

  void tell(std::vector<Line>& lines) const {
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      auto& last = lines[i].words.back();
      if (last.hyphen == Hyphen::unknown && is_broken(lines[i], lines[i + 1])) {
        last.hyphen = tell(bare_word(without_hyphen(last.text)), bare_word(lines[i + 1].words.front().text));
      }
    }
  }

 private:
  [[nodiscard]] Hyphen tell(std::string_view stem, std::string_view rest) const {
    std::string whole(stem);
    whole += rest;
    std::string compound(stem);
    compound += '-';
    compound += rest;
    auto is_word = words_.has(whole);
    auto is_compound = words_.has(compound);
    if (!is_word && !is_compound && rest.size() > shortest && rest.ends_with('s')) {  // the singular may be known
      whole.pop_back();
      compound.pop_back();
      is_word = words_.has(whole);
      is_compound = words_.has(compound);
    }
    if (is_word != is_compound) {
      return is_word ? Hyphen::broken : Hyphen::own;
    }
    const bool is_french = is_french_ && !is_word && is_french_appendix(rest) && words_.has(stem);
    return is_french ? Hyphen::own : Hyphen::unknown;
  }

  const KnownWords& words_;
  bool is_french_;
};

}  // namespace

void KnownWords::add(std::string_view word) {
  if (word.size() >= shortest && count_ < most_words) {
    insert(hash_of(word));
  }
}

bool KnownWords::has(std::string_view word) const noexcept {
  return !slots_.empty() && slots_[place_of(hash_of(word))] != 0;
}

/// Where `hash` is, or else would be. There is always a free slot.
std::size_t KnownWords::place_of(std::uint64_t hash) const noexcept {
  const auto mask = slots_.size() - 1;
  auto at = static_cast<std::size_t>(hash >> 20U) & mask;
  while (slots_[at] != 0 && slots_[at] != hash) {
    at = (at + 1) & mask;
  }
  return at;
}

void KnownWords::insert(std::uint64_t hash) {
  if (count_ * 2 >= slots_.size()) {
    grow();
  }
  auto& slot = slots_[place_of(hash)];
  count_ += slot == 0 ? 1 : 0;
  slot = hash;
}

void KnownWords::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint64_t>(std::max(2 * slots_.size(), first_slots)));
  for (const auto hash : old) {
    if (hash != 0) {
      slots_[place_of(hash)] = hash;
    }
  }
}

void WordDigest::add(const Page& page) {
  for (const auto& block : page.blocks) {
    add(block.lines);
    for (const auto& cell : block.cells) {
      add(cell.lines);
    }
  }
}

void WordDigest::add(const std::vector<Line>& lines) {
  bool is_rest = false;  // the next word is the end of one that was broken
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& words = lines[i].words;
    const bool is_broken_off = i + 1 < lines.size() && is_broken(lines[i], lines[i + 1]);
    for (const auto& word : words) {
      const bool is_last = is_broken_off && &word == &words.back();
      if (!std::exchange(is_rest, is_last) && !is_last) {
        words_.add(bare_word(word.text));
      }
    }
  }
}

void resolve_hyphens(Page& page, const KnownWords& words) {
  const HyphenTeller teller(words);
  for (auto& block : page.blocks) {
    teller.tell(block.lines);
    for (auto& cell : block.cells) {
      teller.tell(cell.lines);
    }
  }
}

}  // namespace docket::engine
