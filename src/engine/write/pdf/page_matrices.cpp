#include "engine/write/pdf/page_matrices.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/json_text.h"

namespace docket::engine {

Matrix place_page(const Box& crop, int rotation, const Page& page) noexcept {
  const double x0 = static_cast<double>(crop.x0);
  const double y0 = static_cast<double>(crop.y0);
  const double x1 = static_cast<double>(crop.x1);
  const double y1 = static_cast<double>(crop.y1);
  // What the file's page was turned by, to be seen and then to be read.
  const int turns = ((rotation / 90 + page.quarter_turns) % 4 + 4) % 4;
  const bool sideways = turns % 2 != 0;
  // Units of user space a point: along the upright page's x, and along its y.
  const double along = (sideways ? y1 - y0 : x1 - x0) / static_cast<double>(page.width);
  const double up = (sideways ? x1 - x0 : y1 - y0) / static_cast<double>(page.height);
  switch (turns) {
    case 1:
      return {0, along, -up, 0, x1, y0};
    case 2:
      return {-along, 0, 0, -up, x1, y1};
    case 3:
      return {0, -along, up, 0, x0, y1};
    default:
      return {along, 0, 0, up, x0, y0};
  }
}

Matrix place_askew(const Page& page) noexcept {
  const double angle = static_cast<double>(page.skew) * std::numbers::pi / 180;
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double x = static_cast<double>(page.width) / 2;
  const double y = static_cast<double>(page.height) / 2;
  return {cosine, sine, -sine, cosine, x - x * cosine + y * sine, y - x * sine - y * cosine};
}

Matrix place_picture(int orientation, float width, float height) noexcept {
  const double w = static_cast<double>(width);
  const double h = static_cast<double>(height);
  switch (orientation) {
    case 2:
      return {-w, 0, 0, h, w, 0};
    case 3:
      return {-w, 0, 0, -h, w, h};
    case 4:
      return {w, 0, 0, -h, 0, h};
    case 5:
      return {0, -h, -w, 0, w, h};
    case 6:
      return {0, -h, w, 0, 0, h};
    case 7:
      return {0, h, w, 0, 0, 0};
    case 8:
      return {0, h, -w, 0, w, 0};
    default:
      return {w, 0, 0, h, 0, 0};
  }
}

void append_pdf_number(std::string& out, double value, int decimals) {
  append_json_number(out, std::isfinite(value) ? std::clamp(value, -1e7, 1e7) : 0.0, decimals);
}

void append_pdf_matrix(std::string& out, const Matrix& matrix) {
  for (const auto value : matrix) {
    append_pdf_number(out, value, 6);
    out += ' ';
  }
  out += "cm\n";
}

}  // namespace docket::engine
