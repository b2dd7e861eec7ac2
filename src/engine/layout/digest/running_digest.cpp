#include "engine/layout/digest/running_digest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace docket::engine {
namespace {

constexpr float margin_share = 0.15F;    ///< of the page's height: where blocks of Zone::margin may be headers
constexpr float body_share = 0.12F;      ///< likewise, for blocks that the page took for its text
constexpr float same_height = 0.012F;    ///< of the page's height
constexpr std::uint32_t near_pages = 8;  ///< pages apart: of alternating headers, with a chapter's first page between
constexpr std::uint32_t least_in_margin = 2;
constexpr std::uint32_t least_in_body = 3;
constexpr std::size_t longest = 60;  ///< words

enum class Edge : std::uint8_t { top, bottom };

/// At which edge of the page the block stands, if at any.
std::optional<Edge> edge_of(const Block& block, const Page& page, float share) noexcept {
  if (block.box.y1 < share * page.height) {
    return Edge::top;
  }
  return block.box.y0 > (1 - share) * page.height ? std::optional(Edge::bottom) : std::nullopt;
}

/// Whether the page has text between its edges. Without it, what stands at them is its text, though others have it,
/// too.
bool has_middle(const Page& page) noexcept {
  return std::ranges::any_of(
      page.blocks, [&](const Block& block) { return !is_marginal(block.kind) && !edge_of(block, page, body_share); });
}

/// At which edge the block may be a running text.
std::optional<Edge> edge_of(const Block& block, const Page& page, bool page_has_middle) noexcept {
  switch (block.kind) {
    case BlockKind::margin:
      return edge_of(block, page, margin_share);
    case BlockKind::paragraph:
    case BlockKind::heading:
    case BlockKind::list_item:
    case BlockKind::footnote:
      return page_has_middle ? edge_of(block, page, body_share) : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// Digits and what is between them, or a small Roman number: "12", "-12-", "3/10", "xiv".
bool is_page_number(std::string_view word) {
  const bool is_roman = word.size() <= 8 && word.find_first_not_of("ivxlc") == std::string_view::npos;
  return is_roman || word.find_first_not_of("0123456789.,-/()|[]") == std::string_view::npos || word == "–" ||
         word == "—" || word == "•" || word == "·";
}

bool is_page_word(std::string_view word) {
  static constexpr std::array<std::string_view, 17> words{"page",  "p",    "p.",     "pg",     "pg.", "of",
                                                          "seite", "s.",   "von",    "de",     "sur", "di",
                                                          "pag",   "pag.", "pagina", "página", "стр."};
  return std::ranges::find(words, word) != words.end();
}

/// What there is to tell of a block's text.
struct Text {
  std::uint64_t hash = 0;  ///< of its words without numbers, and of the edge
  std::size_t words = 0;
  bool has_text = false;    ///< something beside page numbers
  bool has_number = false;  ///< a page number
};

Text text_of(const Block& block, Edge edge) {
  constexpr std::uint64_t prime = 0x100'0000'01B3;  // FNV-1a
  Text text{.hash = 0xCBF2'9CE4'8422'2325U + static_cast<std::uint64_t>(edge)};
  for (const auto& line : block.lines) {
    for (const auto& word : line.words) {
      ++text.words;
      const auto lower = ascii_lower(word.text);
      if (is_page_number(lower)) {
        text.has_number = true;
        continue;
      }
      text.has_text = text.has_text || !is_page_word(lower);
      for (const char c : lower) {
        if (c < '0' || c > '9') {
          text.hash = (text.hash ^ static_cast<unsigned char>(c)) * prime;
        }
      }
    }
  }
  return text;
}

float height_of(const Block& block, const Page& page) noexcept {
  return page.height > 0 ? (block.box.y0 + block.box.y1) / 2 / page.height : 0;
}

}  // namespace

void RunningDigest::add(const Page& page) {
  ++pages_;
  const bool page_has_middle = has_middle(page);
  for (const auto& block : page.blocks) {
    const auto edge = edge_of(block, page, page_has_middle);
    if (!edge) {
      continue;
    }
    const auto text = text_of(block, *edge);
    if (!text.has_text || text.words > longest || (seen_.size() >= max_texts && !seen_.contains(text.hash))) {
      continue;
    }
    const auto y = height_of(block, page);
    auto& seen = seen_[text.hash];
    auto& count = block.kind == BlockKind::margin ? seen.in_margin : seen.in_body;
    const bool is_new = seen.page == 0;
    // A note that says the same on two pages hardly stands at the same height of both.
    if (is_new || (pages_ - seen.page <= near_pages && pages_ != seen.page && std::abs(seen.y - y) < same_height)) {
      ++count;
    }
    seen.page = pages_;
    seen.y = y;
  }
}

RunningTexts RunningDigest::texts() const {
  RunningTexts result;
  for (const auto& [hash, seen] : seen_) {
    if (seen.in_margin >= least_in_margin || (seen.in_margin > 0 && seen.in_margin + seen.in_body >= least_in_body) ||
        (seen.in_body >= least_in_body && seen.in_body * 2 >= pages_)) {
      result.texts_.insert(hash);
    }
  }
  return result;
}

void resolve_running(Page& page, const RunningTexts& texts) {
  const bool page_has_middle = has_middle(page);
  for (auto& block : page.blocks) {
    const auto edge = edge_of(block, page, page_has_middle);
    if (!edge) {
      continue;
    }
    const auto text = text_of(block, *edge);
    const bool is_number = !text.has_text && text.has_number && text.words <= 6 && block.kind == BlockKind::margin;
    if (is_number || (text.has_text && text.words <= longest && texts.has(text.hash))) {
      block.kind = *edge == Edge::top ? BlockKind::page_header : BlockKind::page_footer;
      block.level = 0;
      block.marker.clear();
    }
  }
}

}  // namespace docket::engine
