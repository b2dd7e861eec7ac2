// What the kinds of blocks are called in results.
#pragma once

#include <string_view>

#include "engine/model/document.h"

namespace docket::engine {

/// A kind's name in json and markdown_det: part of what clients rely on.
constexpr std::string_view word_of(BlockKind kind) noexcept {
  switch (kind) {
    case BlockKind::heading:
      return "heading";
    case BlockKind::list_item:
      return "list_item";
    case BlockKind::margin:
      return "margin";
    case BlockKind::table:
      return "table";
    case BlockKind::figure:
      return "figure";
    case BlockKind::caption:
      return "caption";
    case BlockKind::code:
      return "code";
    case BlockKind::quote:
      return "quote";
    case BlockKind::footnote:
      return "footnote";
    case BlockKind::page_header:
      return "page_header";
    case BlockKind::page_footer:
      return "page_footer";
    case BlockKind::paragraph:
      break;
  }
  return "paragraph";
}

}  // namespace docket::engine
