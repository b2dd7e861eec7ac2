// Where the model of a page lies in the coordinates of its PDF page.
#pragma once

#include <array>
#include <string>

#include "engine/model/document.h"

namespace docket::engine {

/// An affine matrix as PDF writes it: (x, y) becomes (a·x + c·y + e, b·x + d·y + f).
using Matrix = std::array<double, 6>;

/// From a page's points, x to the right and y up from the lower left corner of the page as it is read, to the user
/// space of a PDF page that shows `crop` (x0 < x1, y0 < y1 in user space, y up) turned by `rotation` degrees clockwise.
/// Undoes Page::quarter_turns, so that text runs along the letters that are seen, but not Page::skew. What the units of
/// user space are is told by the sizes of both. The page's are above 0.
Matrix place_page(const Box& crop, int rotation, const Page& page) noexcept;

/// From the points of a page's model to those that place_page() takes, both with y up: undoes Page::skew.
Matrix place_askew(const Page& page) noexcept;

/// The matrix that draws the unit square as the picture of a page of this size, which is stored with an orientation of
/// 1 to 8 (Exif 2.3, tag 0x0112) and is to be seen upright.
Matrix place_picture(int orientation, float width, float height) noexcept;

/// Appends a number with at most `decimals` places, as PDF takes it: never with an exponent.
void append_pdf_number(std::string& out, double value, int decimals = 3);

/// Appends `matrix` and the operator cm.
void append_pdf_matrix(std::string& out, const Matrix& matrix);

}  // namespace docket::engine
