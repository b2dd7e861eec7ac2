#include "engine/write/pdf/ocr_text_layer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "base/utf8.h"
#include "engine/model/page_rotation.h"
#include "engine/text/unicode_text.h"
#include "engine/write/pdf/page_matrices.h"

namespace docket::engine {
namespace {

constexpr char32_t first_beyond = 0x10000;
constexpr std::uint16_t first_code_beyond = 0xD800;
constexpr std::size_t most_beyond = 2048;
constexpr double glyph_advance = 0.5;  // of a glyph, in ems
constexpr double glyph_descent = 0.2;

template <class Visit>
void each_line(const Page& page, const Visit& visit) {
  for (const auto& block : page.blocks) {
    for (const auto& line : block.lines) {
      visit(line);
    }
    for (const auto& cell : block.cells) {
      for (const auto& line : cell.lines) {
        visit(line);
      }
    }
  }
}

bool is_recognised(const Word& word) noexcept {
  return word.confidence >= 0;
}

std::vector<char32_t> characters_of(std::string_view text) {
  std::vector<char32_t> characters;
  while (!text.empty()) {
    const auto next = first_char(text);
    characters.push_back(next.code);
    text.remove_prefix(std::max<std::size_t>(next.length, 1));
  }
  return characters;
}

void append_code(std::string& out, std::uint16_t code) {
  const std::array<char, 2> bytes{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  append_hex(out, {bytes.data(), bytes.size()});
}

void append_utf16(std::string& out, char32_t character) {
  if (character < first_beyond) {
    append_code(out, static_cast<std::uint16_t>(character));
    return;
  }
  const auto offset = static_cast<std::uint32_t>(character - first_beyond);
  append_code(out, static_cast<std::uint16_t>(0xD800U + (offset >> 10U)));
  append_code(out, static_cast<std::uint16_t>(0xDC00U + (offset & 0x3FFU)));
}

/// Writes words between BT and ET.
class LayerWriter {
 public:
  LayerWriter(std::string& out, const Page& page, const TextCodes& codes, const std::string& font)
      : out_(out), page_(page), codes_(codes), font_(font) {}

  void add(const Line& line) {
    // A line that runs from top to bottom is set so: its words' boxes are higher than wide.
    const bool runs_down = line.words.size() > 1 && line.box.height() > 2 * line.box.width();
    for (const auto& word : line.words) {
      if (is_recognised(word)) {
        add(word, line, runs_down, &word == &line.words.back());
      }
    }
  }

 private:
  void add(const Word& word, const Line& line, bool runs_down, bool is_last) {
    auto characters = characters_of(word.text);
    if (characters.empty()) {
      return;
    }
    // What is shown runs from left to right, whichever way it is read.
    if (direction_of(characters) == Direction::right_to_left) {
      make_logical(characters);
    }
    const auto box = box_askew(page_, word.box);
    const auto height = static_cast<double>(page_.height);
    const bool down = runs_down || (characters.size() > 1 && box.height() > 2 * box.width());
    const double length = static_cast<double>(down ? box.height() : box.width());
    const double across = static_cast<double>(down ? box.width() : box.height());
    const double size = std::clamp(down || word.size <= 0 ? across : static_cast<double>(word.size), 1.0, 2000.0);
    const double natural = size * glyph_advance * static_cast<double>(characters.size());
    set_font(size);
    append_pdf_number(out_, std::clamp(100 * length / natural, 0.1, 10'000.0));
    out_ += " Tz ";
    if (down) {
      out_ += "0 -1 1 0 ";
      append_pdf_number(out_, static_cast<double>(box.x0) + glyph_descent * across);
      out_ += ' ';
      append_pdf_number(out_, height - static_cast<double>(box.y0));
    } else {
      out_ += "1 0 0 1 ";
      append_pdf_number(out_, static_cast<double>(box.x0));
      out_ += ' ';
      append_pdf_number(out_, height - baseline_of(word, line) - static_cast<double>(box.y0 - word.box.y0));
    }
    out_ += " Tm <";
    for (const auto character : characters) {
      append_code(out_, codes_.code_of(character));
    }
    if (word.space_after && !is_last) {
      append_code(out_, codes_.code_of(U' '));
    }
    out_ += "> Tj\n";
  }

  /// The line's, unless the word stands elsewhere.
  static double baseline_of(const Word& word, const Line& line) noexcept {
    const auto slack = word.box.height() / 2;
    return static_cast<double>(std::clamp(line.baseline, word.box.y1 - slack, word.box.y1 + slack));
  }

  void set_font(double size) {
    if (size != size_) {
      size_ = size;
      out_ += font_;
      out_ += ' ';
      append_pdf_number(out_, size);
      out_ += " Tf ";
    }
  }

  std::string& out_;
  const Page& page_;
  const TextCodes& codes_;
  const std::string& font_;
  double size_ = -1;
};

}  // namespace

void TextCodes::add(const Line& line) {
  for (const auto& word : line.words) {
    if (!is_recognised(word) || is_ascii(word.text)) {
      continue;
    }
    for (const auto character : characters_of(word.text)) {
      if (character >= first_beyond && beyond_.size() < most_beyond) {
        beyond_.try_emplace(character, static_cast<std::uint16_t>(first_code_beyond + beyond_.size()));
      }
    }
  }
}

void TextCodes::add(const Page& page) {
  each_line(page, [this](const Line& line) { add(line); });
}

std::uint16_t TextCodes::code_of(char32_t character) const noexcept {
  if (character < first_beyond) {
    const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
    return static_cast<std::uint16_t>(is_surrogate ? replacement_character : character);
  }
  const auto known = beyond_.find(character);
  return known == beyond_.end() ? static_cast<std::uint16_t>(replacement_character) : known->second;
}

std::string TextCodes::to_unicode() const {
  std::string map =
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) "
      "/Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
  // A range has one first byte, and there are a hundred of them in a section at most.
  std::vector<std::string> ranges;
  for (unsigned high = 0; high <= 0xFF; ++high) {
    if (high >= 0xD8 && high <= 0xDF) {
      continue;
    }
    const auto first = static_cast<std::uint16_t>(high << 8U);
    std::string range = "<";
    append_code(range, first);
    range += "> <";
    append_code(range, static_cast<std::uint16_t>(first | 0xFFU));
    range += "> <";
    append_code(range, first);
    range += ">\n";
    ranges.push_back(std::move(range));
  }
  for (const auto& [character, code] : beyond_) {
    std::string range = "<";
    append_code(range, code);
    range += "> <";
    append_code(range, code);
    range += "> <";
    append_utf16(range, character);
    range += ">\n";
    ranges.push_back(std::move(range));
  }
  constexpr std::size_t section = 100;
  for (std::size_t at = 0; at < ranges.size(); at += section) {
    const auto end = std::min(at + section, ranges.size());
    map += std::to_string(end - at) + " beginbfrange\n";
    for (auto i = at; i < end; ++i) {
      map += ranges[i];
    }
    map += "endbfrange\n";
  }
  map += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
  return map;
}

bool has_recognised_words(const Page& page) noexcept {
  bool found = false;
  each_line(page, [&found](const Line& line) { found = found || std::ranges::any_of(line.words, is_recognised); });
  return found;
}

void append_text_layer(std::string& out, const Page& page, const TextCodes& codes, const std::string& font) {
  out += "BT 3 Tr\n";
  LayerWriter writer(out, page, codes, font);
  each_line(page, [&writer](const Line& line) { writer.add(line); });
  out += "ET\n";
}

}  // namespace docket::engine
