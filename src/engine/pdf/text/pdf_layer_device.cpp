#include "engine/pdf/text/pdf_layer_device.h"

#include <Annot.h>

#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

constexpr std::size_t max_links = 1000;
constexpr std::size_t longest_uri = 4096;

}  // namespace

// Poppler does not export what the sanitizer would have to know of AnnotLink.
__attribute__((no_sanitize("vptr"))) void LayerDevice::processLink(AnnotLink* link) {
  const auto* action = link->getAction();
  if (action == nullptr || action->getKind() != actionURI || links_.size() >= max_links) {
    return;
  }
  const auto& uri = static_cast<const LinkURI*>(action)->getURI();
  if (uri.empty() || uri.size() > longest_uri ||
      std::any_of(uri.begin(), uri.end(), [](char c) { return c <= 0x20 || c >= 0x7f; })) {
    return;  // URIs are ASCII (RFC 3986)
  }
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  link->getRect(&x0, &y0, &x1, &y1);
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  cvtUserToDev(x0, y0, &left, &top);
  cvtUserToDev(x1, y1, &right, &bottom);
  const auto [first_x, last_x] = std::minmax(left, right);
  const auto [first_y, last_y] = std::minmax(top, bottom);
  links_.push_back({{static_cast<float>(first_x), static_cast<float>(first_y), static_cast<float>(last_x),
                     static_cast<float>(last_y)},
                    uri});
}

void LayerDevice::drawChar(GfxState* state, double x, double y, double dx, double dy, double /*origin_x*/,
                           double /*origin_y*/, CharCode code, int bytes, const Unicode* unicode, int length) {
  const std::span text(unicode, unicode != nullptr ? static_cast<std::size_t>(std::max(length, 0)) : 0);
  const DrawnCharacter character{x, y, dx, dy, code, marks_.position()};
  // The letters of one glyph are set side by side from left to right.
  const bool is_turned = text.size() > 1 && put_in_visual_order(text);
  glyphs_.add(*state, character, is_turned ? std::span<const Unicode>(visual_) : text);
  marks_.advance(bytes);
  // What has a replacement text needs none of its own.
  if (replaced_ == 0) {
    tally_.add(text, code, state->getRender());
  }
}

bool LayerDevice::put_in_visual_order(std::span<const Unicode> characters) {
  const auto is_rtl = [](Unicode c) { return direction_of(char32_t{c}) == Direction::right_to_left; };
  auto next = std::find_if(characters.begin(), characters.end(), is_rtl);
  if (next == characters.end()) {
    return false;
  }
  visual_.assign(characters.begin(), next);
  while (next != characters.end()) {
    const auto end = std::find_if_not(next, characters.end(), is_rtl);
    run_.assign(next, end);
    make_logical(run_);  // its own inverse
    visual_.insert(visual_.end(), run_.begin(), run_.end());
    next = std::find_if(end, characters.end(), is_rtl);
    visual_.insert(visual_.end(), end, next);
  }
  return true;
}

}  // namespace docket::engine
