#include "engine/layout/digest/document_digest.h"

#include "engine/layout/blocks/code_blocks.h"
#include "engine/text/text_style.h"

namespace docket::engine {

void BodyDigest::add(const Page& page) {
  for (const auto& block : page.blocks) {
    for (const auto& line : block.lines) {
      for (const auto& word : line.words) {
        const auto* font = font_of(word, page.fonts);
        if (font == nullptr) {
          continue;
        }
        const auto size = word.text.size();
        chars_ += size;
        bold_ += font->bold ? size : 0;
        italic_ += font->italic ? size : 0;
        monospace_ += font->monospace ? size : 0;
      }
    }
  }
}

BodyStyle BodyDigest::style() const noexcept {
  const auto is_most = [this](std::uint64_t some) { return chars_ > 0 && some * 2 > chars_; };
  return {.bold = is_most(bold_), .italic = is_most(italic_), .monospace = is_most(monospace_)};
}

void DocumentFindings::apply(Page& page) const {
  page.body = body;
  drop_decoration(page, decoration);
  resolve_code(page, body.monospace);
  resolve_running(page, running);
  resolve_headings(page, levels);
  resolve_hyphens(page, words);
}

void DocumentDigest::add(const Page& page) {
  headings_.add(page);
  running_.add(page);
  body_.add(page);
  images_.add(page);
  words_.add(page);
}

DocumentFindings DocumentDigest::all_but_words() const {
  return {.levels = headings_.levels(),
          .running = running_.texts(),
          .body = body_.style(),
          .decoration = images_.decoration(),
          .words = {}};
}

DocumentFindings DocumentDigest::findings() const& {
  auto findings = all_but_words();
  findings.words = words_.words();
  return findings;
}

DocumentFindings DocumentDigest::findings() && {
  auto findings = all_but_words();
  findings.words = std::move(words_).words();
  return findings;
}

}  // namespace docket::engine
