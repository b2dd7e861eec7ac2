#include "engine/write/html/html_inline.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "engine/layout/blocks/note_marks.h"
#include "engine/write/flow/inline_spans.h"
#include "engine/write/html_text.h"

namespace docket::engine {
namespace {

bool has_same_marks(const SpanStyle& one, const SpanStyle& other) noexcept {
  return one.bold == other.bold && one.italic == other.italic && one.code == other.code && one.link == other.link;
}

/// Whether a link may lead there: to other hosts or a mail, named in full. All else could run or read something here.
bool may_lead_to(std::string_view uri) {
  static constexpr std::array<std::string_view, 3> fronts{"http://", "https://", "mailto:"};
  return std::ranges::any_of(fronts, [&](std::string_view front) {
    return uri.size() > front.size() && ascii_lower(uri.substr(0, front.size())) == front;
  });
}

/// Appends an address with its spaces and control characters as URLs have them.
void append_address(std::string& out, std::string_view uri) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string address;
  for (const char c : uri) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F) {
      address += '%';
      address += digits[byte >> 4U];
      address += digits[byte & 0xFU];
    } else {
      address += c;
    }
  }
  append_html(out, address, HtmlContext::attribute);
}

void append_reference(std::string& out, NoteId note, std::string_view text) {
  const auto label = label_of(note & ~first_reference);
  out += "<sup><a";
  if ((note & first_reference) != 0) {
    out += " id=\"ref-" + label + '"';
  }
  out += " href=\"#note-" + label + "\" role=\"doc-noteref\">";
  const auto mark = note_mark(text);
  append_html(out, mark.empty() ? text : mark, HtmlContext::text);
  out += "</a></sup>";
}

}  // namespace

void HtmlInline::begin_part(std::string tag, bool at_once) {
  if (!next_parts_.empty() && !next_parts_.back().is_next) {  // all of it went into a word that began before
    next_parts_.pop_back();
  }
  next_parts_.push_back({std::move(tag), at_once && next_parts_.empty()});
}

/// Opens the part that begins with this piece, and tells the one behind it that the next piece is its own.
void HtmlInline::open_part(bool& space, std::string& out) {
  if (!next_parts_.empty() && next_parts_.front().is_next) {
    close_marks(out);
    close_link(out);
    out += std::exchange(in_part_, true) ? "</span>" : "";
    out += std::exchange(space, false) ? " " : "";
    out += next_parts_.front().tag;
    next_parts_.erase(next_parts_.begin());
  }
  if (!next_parts_.empty()) {
    next_parts_.front().is_next = true;
  }
}

void HtmlInline::put(std::string_view piece, std::span<const TextSpan> spans, std::span<const std::string> links,
                     std::string& out) {
  part_piece(piece, spans, parts_);
  bool space = any_;
  open_part(space, out);
  std::size_t begin = 0;
  for (const auto& part : parts_) {
    const auto text = piece.substr(begin, part.end - begin);
    begin = part.end;
    turn_to(part.style, links, std::exchange(space, false), out);
    any_ = true;
    if (part.style.note != 0) {
      append_reference(out, part.style.note, text);
    } else if (part.style.script == Script::normal) {
      append_html(out, text, HtmlContext::text);
    } else {
      const bool is_super = part.style.script != Script::subscript;
      out += is_super ? "<sup>" : "<sub>";
      append_html(out, text, HtmlContext::text);
      out += is_super ? "</sup>" : "</sub>";
    }
  }
}

void HtmlInline::turn_to(const SpanStyle& style, std::span<const std::string> links, bool space, std::string& out) {
  // What is raised or lowered, and a reference to a note, keeps the marks that are open.
  if (has_same_marks(style, style_)) {
    out += space ? " " : "";
    return;
  }
  close_marks(out);
  if (style.link != style_.link) {
    close_link(out);
  }
  out += space ? " " : "";
  if (style.link >= 0 && style_.link < 0 && static_cast<std::size_t>(style.link) < links.size()) {
    const auto& uri = links[static_cast<std::size_t>(style.link)];
    in_anchor_ = may_lead_to(uri);
    if (in_anchor_) {
      out += "<a href=\"";
      append_address(out, uri);
      out += "\">";
    }
  }
  style_ = style;
  out += style_.bold ? "<strong>" : "";
  out += style_.italic ? "<em>" : "";
  out += style_.code ? "<code>" : "";
}

void HtmlInline::close_marks(std::string& out) {
  out += style_.code ? "</code>" : "";
  out += style_.italic ? "</em>" : "";
  out += style_.bold ? "</strong>" : "";
  style_ = {.link = style_.link};
}

void HtmlInline::close_link(std::string& out) {
  out += std::exchange(in_anchor_, false) ? "</a>" : "";
  style_.link = -1;
}

void HtmlInline::end_page(std::string& out) {
  if (style_.link >= 0) {
    close_marks(out);
    close_link(out);
  }
}

void HtmlInline::close(std::string& out) {
  close_marks(out);
  close_link(out);
  out += std::exchange(in_part_, false) ? "</span>" : "";
  next_parts_.clear();
}

}  // namespace docket::engine
