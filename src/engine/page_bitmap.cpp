#include "engine/page_bitmap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

namespace docket::engine {
namespace {

struct NumaDeleter {
  void operator()(Numa* numbers) const noexcept { numaDestroy(&numbers); }
};
using NumaPtr = std::unique_ptr<Numa, NumaDeleter>;

bool is_large(Pix& picture) {
  constexpr std::int64_t most_pixels = 2'500'000;
  return std::int64_t{pixGetWidth(&picture)} * pixGetHeight(&picture) >= most_pixels;
}

// Paper becomes 200 everywhere, where there is enough of it.
PixPtr with_even_paper(PixPtr gray) {
  PixPtr even(pixBackgroundNormSimple(gray.get(), nullptr, nullptr));
  return even ? std::move(even) : std::move(gray);
}

// Whether nothing is as large as a letter. A page with many marks is not looked at closely.
bool has_specks_only(Pix& bitmap) {
  constexpr double many = 0.002;
  constexpr int smallest_letter = 4;
  l_float32 share = 0;
  if (pixForegroundFraction(&bitmap, &share) != 0 || static_cast<double>(share) > many) {
    return false;
  }
  const PixPtr letters(
      pixSelectBySize(&bitmap, smallest_letter, smallest_letter, 8, L_SELECT_IF_EITHER, L_SELECT_IF_GTE, nullptr));
  l_int32 empty = 0;
  return letters && pixZero(letters.get(), &empty) == 0 && empty != 0;
}

// Where half of the sum is reached, as a share of the whole length.
float median_place(Numa* counts) {
  const int length = counts != nullptr ? numaGetCount(counts) : 0;
  float sum = 0;
  if (length == 0 || numaGetSum(counts, &sum) != 0 || sum <= 0) {
    return 0.5F;
  }
  const float* const values = numaGetFArray(counts, L_NOCOPY);
  float reached = 0;
  int at = 0;
  while (at < length - 1 && reached + values[at] < sum / 2) {
    reached += values[at];
    ++at;
  }
  return (static_cast<float>(at) + 0.5F) / static_cast<float>(length);
}

}  // namespace

PageBitmap page_bitmap(Pix& picture) {
  PixPtr pix(pixClone(&picture));
  if (pixGetDepth(pix.get()) == 1) {
    while (pix && is_large(*pix)) {
      constexpr int two_of_four = 2;
      pix.reset(pixReduceRankBinary2(pix.get(), two_of_four, nullptr));
    }
    const bool blank = pix && has_specks_only(*pix);
    return {.pix = std::move(pix), .is_blank = blank};
  }
  while (pix && is_large(*pix)) {
    pix.reset(pixScaleAreaMap2(pix.get()));
  }
  if (pix && pixGetDepth(pix.get()) != 8) {
    pix.reset(pixConvertTo8(pix.get(), 0));
  }
  if (!pix) {
    return {};
  }
  const auto even = with_even_paper(std::move(pix));
  constexpr int ink = 140;
  constexpr int faint = 180;
  const PixPtr all_marks(pixThresholdToBinary(even.get(), faint));
  return {.pix = PixPtr(pixThresholdToBinary(even.get(), ink)), .is_blank = all_marks && has_specks_only(*all_marks)};
}

int quarters_to_upright(Pix& bitmap) {
  float up = 0;    // > 0: upright, < 0: upside down
  float left = 0;  // > 0: its top is on the left, < 0: on the right
  if (pixOrientDetect(&bitmap, &up, &left, 0, 0) != 0) {
    return 0;
  }
  l_int32 orientation = L_TEXT_ORIENT_UNKNOWN;
  makeOrientDecision(up, left, 0, 0, &orientation, 0);
  switch (orientation) {
    case L_TEXT_ORIENT_LEFT:
      return 1;
    case L_TEXT_ORIENT_DOWN:
      return 2;
    case L_TEXT_ORIENT_RIGHT:
      return 3;
    default:
      return 0;
  }
}

float degrees_to_level(Pix& bitmap) {
  constexpr float clear = 3;        // Leptonica's own threshold for deskewing
  constexpr float worth_while = 1;  // measured: below, turning blurs more than it levels
  float degrees = 0;
  float confidence = 0;
  if (pixFindSkew(&bitmap, &degrees, &confidence) != 0 || confidence < clear || std::abs(degrees) < worth_while) {
    return 0;
  }
  return degrees;
}

Middle middle_of_marks(Pix& bitmap) {
  const NumaPtr rows(pixCountPixelsByRow(&bitmap, nullptr));
  const NumaPtr columns(pixCountPixelsByColumn(&bitmap));
  return {.x = median_place(columns.get()), .y = median_place(rows.get())};
}

}  // namespace docket::engine
