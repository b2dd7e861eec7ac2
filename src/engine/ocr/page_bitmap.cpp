#include "engine/ocr/page_bitmap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>

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

// Where a window over a share of the counts begins if its sum is to be the largest, as a share of their length.
float best_start(Numa* counts, float share) {
  const int length = counts != nullptr ? numaGetCount(counts) : 0;
  const int window = std::clamp(static_cast<int>(share * static_cast<float>(length)), 0, length);
  const float* const values = counts != nullptr ? numaGetFArray(counts, L_NOCOPY) : nullptr;
  if (window == 0 || window == length || values == nullptr) {
    return 0;
  }
  double sum = std::accumulate(values, values + window, 0.0);
  double most = sum;
  int best = 0;
  for (int start = 1; start + window <= length; ++start) {
    sum += static_cast<double>(values[start + window - 1]) - static_cast<double>(values[start - 1]);
    if (sum > most) {
      most = sum;
      best = start;
    }
  }
  return static_cast<float>(best) / static_cast<float>(length);
}

// Without rules, frames, curves and pictures, and without specks. A bitmap without any stays as it is.
PixPtr letters_of(Pix& bitmap) {
  constexpr int smallest = 5;
  constexpr int largest = 50;  // a heading at 150 dots an inch
  const PixPtr small(pixSelectBySize(&bitmap, largest, largest, 8, L_SELECT_IF_BOTH, L_SELECT_IF_LTE, nullptr));
  PixPtr letters(small
                     ? pixSelectBySize(small.get(), smallest, smallest, 8, L_SELECT_IF_EITHER, L_SELECT_IF_GTE, nullptr)
                     : nullptr);
  l_int32 empty = 1;
  if (!letters || pixZero(letters.get(), &empty) != 0 || empty != 0) {
    letters.reset(pixClone(&bitmap));
  }
  return letters;
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

Window window_of_letters(Pix& bitmap, float width, float height) {
  const auto letters = letters_of(bitmap);
  Window window{.x = 0, .y = 0, .width = std::min(width, 1.0F), .height = std::min(height, 1.0F)};
  const NumaPtr columns(pixCountPixelsByColumn(letters.get()));
  window.x = best_start(columns.get(), window.width);
  // Rows are told within these columns.
  const auto pixels = [&](float share) {
    return static_cast<int>(share * static_cast<float>(pixGetWidth(letters.get())));
  };
  const LeptonicaBoxPtr strip(
      boxCreate(pixels(window.x), 0, std::max(pixels(window.width), 1), pixGetHeight(letters.get())));
  const PixPtr within(strip ? pixClipRectangle(letters.get(), strip.get(), nullptr) : nullptr);
  const NumaPtr rows(within ? pixCountPixelsByRow(within.get(), nullptr) : nullptr);
  window.y = best_start(rows.get(), window.height);
  return window;
}

}  // namespace docket::engine
