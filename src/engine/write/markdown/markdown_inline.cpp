#include "engine/write/markdown/markdown_inline.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "engine/write/flow/inline_spans.h"
#include "engine/write/flow/note_labels.h"

namespace docket::engine {
namespace {

bool has_emphasis(const SpanStyle& style) noexcept {
  return style.bold || style.italic;
}

bool has_same_marks(const SpanStyle& one, const SpanStyle& other) noexcept {
  return one.bold == other.bold && one.italic == other.italic && one.code == other.code && one.link == other.link;
}

/// Raised or lowered characters that Unicode has, in the order of `plain`.
constexpr std::string_view plain_scripts = "0123456789+-=()";
constexpr std::array<std::string_view, 15> superscripts{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷",
                                                        "⁸", "⁹", "⁺", "⁻", "⁼", "⁽", "⁾"};
constexpr std::array<std::string_view, 15> subscripts{"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇",
                                                      "₈", "₉", "₊", "₋", "₌", "₍", "₎"};

/// `text` in Unicode's raised or lowered characters, where there are such for all of it.
std::optional<std::string> in_script(std::string_view text, Script script) {
  std::string result;
  while (!text.empty()) {
    const bool is_minus = text.starts_with("−");
    const auto at = is_minus ? plain_scripts.find('-') : plain_scripts.find(text.front());
    if (at == std::string_view::npos) {
      return std::nullopt;
    }
    result += (script == Script::subscript ? subscripts : superscripts)[at];
    text.remove_prefix(is_minus ? std::string_view("−").size() : 1);
  }
  return result;
}

/// Whether a part is raised or lowered by HTML's tags.
bool needs_tag(std::string_view text, const SpanStyle& style) {
  return style.note == 0 && style.script != Script::normal && !in_script(text, style.script);
}

/// Inside a word, marks of emphasis are only seen where CommonMark (0.31, 6.2) lets them open and close: elsewhere the
/// span before continues.
void repair(std::string_view piece, std::vector<TextSpan>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto& next = parts[i].style;
    const auto& last = parts[i - 1].style;
    const auto middle = parts[i - 1].end;
    const auto begin = i > 1 ? parts[i - 2].end : 0;
    const bool tag_before = !last.code && needs_tag(piece.substr(begin, middle - begin), last);
    const bool tag_after = !next.code && needs_tag(piece.substr(middle, parts[i].end - middle), next);
    const auto before = tag_before ? U'>' : last_char(piece.substr(0, middle)).code;
    const auto after = tag_after ? U'<' : first_char(piece.substr(middle)).code;
    const bool closes_badly = has_emphasis(last) && is_punctuation(before) && !is_punctuation(after);
    const bool opens_badly = has_emphasis(next) && is_punctuation(after) && !is_punctuation(before);
    const bool differs = last.bold != next.bold || last.italic != next.italic;
    if (differs && (closes_badly || opens_badly || (has_emphasis(last) && has_emphasis(next)))) {
      next.bold = last.bold;
      next.italic = last.italic;
    }
  }
}

/// Whether a link's text is its address, so that saying it once is enough.
bool says_address(std::string_view text, std::string_view uri) {
  if (uri.starts_with("mailto:")) {
    uri.remove_prefix(7);
  }
  while (uri.ends_with('/')) {
    uri.remove_suffix(1);
  }
  while (text.ends_with('/') || text.ends_with('.') || text.ends_with(',')) {
    text.remove_suffix(1);
  }
  // Parts of a long address that is broken over lines are links of their own. A word that occurs in an address is not.
  const bool is_part = text.size() >= 8 && text.find_first_of("/.:_=?&%#0123456789") != std::string_view::npos;
  return text.find(uri) != std::string_view::npos || (is_part && uri.find(text) != std::string_view::npos);
}

void append_code(std::string& out, std::string_view code) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const bool padded = code.starts_with('`') || code.ends_with('`');
  out.append(longest + 1, '`');
  out += padded ? " " : "";
  out += code;
  out += padded ? " " : "";
  out.append(longest + 1, '`');
}

/// The destination in angle brackets where it would end too soon without (CommonMark 0.31, 6.3).
void append_destination(std::string& out, std::string_view uri) {
  const bool needs_brackets = uri.find_first_of("()<>\\") != std::string_view::npos;
  out += needs_brackets ? "<" : "";
  for (const char c : uri) {
    if (c == '<' || c == '>' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  out += needs_brackets ? ">" : "";
}

/// What opens and closes emphasis.
std::string_view emphasis_mark(const SpanStyle& style) noexcept {
  return style.bold && style.italic ? "***" : style.bold ? "**" : style.italic ? "*" : "";
}

}  // namespace

void MarkdownInline::put(std::string_view piece, std::span<const TextSpan> spans, std::span<const std::string> links,
                         std::string& out) {
  part_piece(piece, spans, parts_);
  repair(piece, parts_);
  bool space = any_;
  std::size_t begin = 0;
  for (const auto& part : parts_) {
    const auto text = piece.substr(begin, part.end - begin);
    begin = part.end;
    turn_to(part.style, links, std::exchange(space, false), out);
    any_ = true;
    if (style_.link >= 0) {
      link_text_ += text;
    }
    auto& into = target(out);
    if (style_.code) {
      code_ += text;
    } else if (style_.note != 0) {
      into += "[^";
      into += label_of(style_.note);
      into += ']';
    } else if (style_.script == Script::normal) {
      append_markdown(into, text, context_of(text, &part == &parts_.back()));
    } else if (const auto raised = in_script(text, style_.script)) {
      into += *raised;
    } else {
      const bool is_super = style_.script != Script::subscript;
      into += is_super ? "<sup>" : "<sub>";
      append_markdown(into, text, MarkdownContext::inside);
      into += is_super ? "</sup>" : "</sub>";
    }
    context_ = context_ == MarkdownContext::start ? MarkdownContext::inside : context_;
  }
}

/// Where `text`, a part of the piece in hand, stands.
MarkdownContext MarkdownInline::context_of(std::string_view text, bool is_last) const noexcept {
  // Before a space a line to write on may end emphasis with _, but there is none: nothing that begins it is left.
  const bool is_line = is_last && text.find_first_not_of('_') == std::string_view::npos;
  const bool is_beside = has_emphasis(style_) || (parts_.size() > 1 && !is_line);
  const bool is_inside = context_ == MarkdownContext::inside || (context_ == MarkdownContext::heading &&
                                                                 text.find_first_not_of('#') != std::string_view::npos);
  return is_beside && is_inside ? MarkdownContext::beside : context_;
}

void MarkdownInline::turn_to(const SpanStyle& style, std::span<const std::string> links, bool space, std::string& out) {
  // What is raised or lowered, and a reference to a note, keeps the marks that are open.
  if (has_same_marks(style, style_)) {
    (style_.code ? code_ : target(out)) += space ? " " : "";
    style_.script = style.script;
    style_.note = style.note;
    return;
  }
  close_marks(out);
  if (style.link != style_.link) {
    close_link(out);
  }
  target(out) += space ? " " : "";
  if (style.link >= 0 && style_.link < 0 && static_cast<std::size_t>(style.link) < links.size()) {
    uri_ = links[static_cast<std::size_t>(style.link)];
    style_.link = style.link;
  }
  const auto link = style_.link;
  style_ = style;
  style_.link = link;
  target(out) += emphasis_mark(style_);
}

void MarkdownInline::close_marks(std::string& out) {
  auto& into = target(out);
  if (style_.code) {
    append_code(into, std::exchange(code_, {}));
  }
  into += emphasis_mark(style_);
  style_ = {.link = style_.link};
}

void MarkdownInline::close_link(std::string& out) {
  if (style_.link < 0) {
    return;
  }
  style_.link = -1;
  if (says_address(link_text_, uri_)) {
    out += link_markdown_;
  } else {
    out += '[';
    out += link_markdown_;
    out += "](";
    append_destination(out, uri_);
    out += ')';
  }
  link_markdown_.clear();
  link_text_.clear();
}

void MarkdownInline::end_page(std::string& out) {
  if (style_.link >= 0) {
    close(out);
  }
}

void MarkdownInline::close(std::string& out) {
  close_marks(out);
  close_link(out);
}

}  // namespace docket::engine
