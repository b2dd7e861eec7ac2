// Turning pages: from what a file shows to the upright page of the model, and back.
#pragma once

#include "engine/model/document.h"

namespace docket::engine {

/// Turns a page by quarters, clockwise, and then by `skew` degrees about its middle (a few: lines that are nearly level
/// become level); `quarter_turns` is 0 … 3. All its boxes go along: by quarters exactly, by `skew` with their middles
/// only. Page::quarter_turns and Page::skew tell it. Wants a page that was not turned yet.
void turn(Page& page, int quarter_turns, float skew);

/// All of the page as the file shows it: from its upper left corner, in points.
Box whole_as_shown(const Page& page) noexcept;

/// A box of the page's model where it was before the page was made level: only Page::skew is undone, for its middle.
Box box_askew(const Page& page, const Box& box) noexcept;

/// A box of the page's model where the file shows it: turn() undone.
Box box_as_shown(const Page& page, const Box& box) noexcept;

/// A box on a page of `width` by `height`, turned clockwise along with it; `quarter_turns` is 0 … 3.
Box turned_box(const Box& box, int quarter_turns, float width, float height) noexcept;

struct Point {
  float x = 0;
  float y = 0;
};

/// Turned clockwise about `middle`.
Point turned_point(Point point, float degrees, Point middle) noexcept;

}  // namespace docket::engine
