#include "engine/ocr/recognition.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <optional>
#include <utility>

#include "engine/model/page_rotation.h"
#include "engine/model/rules.h"
#include "engine/ocr/merge_lines.h"
#include "engine/ocr/merge_readings.h"
#include "engine/ocr/page_bitmap.h"
#include "engine/ocr/picture_rules.h"

namespace docket::engine {
namespace {

// Of text that stands upright, words have a confidence of 80 or more, those of a bad print 60; upside down, 40.
constexpr float poor = 85;
constexpr float good = 80;
constexpr float doubtful = 65;
constexpr float much_better = 15;
constexpr float readable = 50;
// What has less says nothing.
constexpr std::size_t least_characters = 12;

/// A picture on its page, both turned together. Lives for one page.
class Sheet {
 public:
  Sheet(PixPtr pix, PictureFrame frame, const Page& page)
      : pix_(std::move(pix)), frame_(frame), width_(page.width), height_(page.height) {}

  [[nodiscard]] Pix& pix() const { return *pix_; }
  [[nodiscard]] const PictureFrame& frame() const { return frame_; }
  [[nodiscard]] int quarter_turns() const { return quarter_turns_; }
  [[nodiscard]] float skew() const { return skew_; }

  // Clockwise. Where memory runs out, nothing changes.
  void turn_quarters(int quarters) {
    PixPtr turned(quarters != 0 ? pixRotateOrth(pix_.get(), quarters) : nullptr);
    if (!turned) {
      return;
    }
    const auto covered = turned_box(covered_box(), quarters, width_, height_);
    int x_resolution = 0;
    int y_resolution = 0;
    pixGetResolution(pix_.get(), &x_resolution, &y_resolution);
    if (quarters % 2 != 0) {
      std::swap(frame_.x_scale, frame_.y_scale);
      std::swap(width_, height_);
      std::swap(x_resolution, y_resolution);
    }
    set_resolution(*turned, x_resolution, y_resolution);
    frame_.x0 = covered.x0;
    frame_.y0 = covered.y0;
    pix_ = std::move(turned);
    quarter_turns_ = (quarter_turns_ + quarters) % 4;
  }

  // Once, after all quarters. The picture becomes larger, so that its corners stay on it.
  void turn_degrees(float degrees) {
    const int width = pixGetWidth(pix_.get());
    const int height = pixGetHeight(pix_.get());
    const float angle = degrees * std::numbers::pi_v<float> / 180;
    // Smooth letters are recognised better than jagged ones; of very large pictures there would be too many grays.
    const bool is_large = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > most_colour_pixels;
    PixPtr smooth(pixGetDepth(pix_.get()) == 1 && !is_large ? pixConvertTo8(pix_.get(), 0) : pixClone(pix_.get()));
    PixPtr turned(smooth ? pixRotate(smooth.get(), angle, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, width, height)
                         : nullptr);
    if (!turned || std::max(pixGetWidth(turned.get()), pixGetHeight(turned.get())) >= max_picture_side) {
      return;
    }
    set_resolution(*turned, pixGetXRes(pix_.get()), pixGetYRes(pix_.get()));
    // What was in the picture's middle is still there, but elsewhere on the page, which is turned about its own.
    const auto covered = covered_box();
    const auto middle = turned_point({(covered.x0 + covered.x1) / 2, (covered.y0 + covered.y1) / 2}, degrees,
                                     {width_ / 2, height_ / 2});
    frame_.x0 = middle.x - static_cast<float>(pixGetWidth(turned.get())) * frame_.x_scale / 2;
    frame_.y0 = middle.y - static_cast<float>(pixGetHeight(turned.get())) * frame_.y_scale / 2;
    pix_ = std::move(turned);
    skew_ = degrees;
  }

 private:
  [[nodiscard]] Box covered_box() const {
    return {frame_.x0, frame_.y0, frame_.x0 + static_cast<float>(pixGetWidth(pix_.get())) * frame_.x_scale,
            frame_.y0 + static_cast<float>(pixGetHeight(pix_.get())) * frame_.y_scale};
  }

  PixPtr pix_;
  PictureFrame frame_;
  float width_;  // of the page
  float height_;
  int quarter_turns_ = 0;
  float skew_ = 0;
};

/// A piece from where the text is, recognised in several directions to tell which one is right. One a page.
class Sample {
 public:
  Sample(Pix& picture, Pix& bitmap, const std::string& languages) : languages_(languages) {
    // Some lines of any page, and enough words of each.
    constexpr int longest = 1200;
    const int width = pixGetWidth(&picture);
    const int height = pixGetHeight(&picture);
    const int side = std::clamp(std::max(width, height) * 2 / 5, longest / 2, longest);
    const auto share = [side](int length) { return static_cast<float>(side) / static_cast<float>(length); };
    const auto window = window_of_letters(bitmap, share(width), share(height));
    const auto pixels = [](float part, int length) { return static_cast<int>(part * static_cast<float>(length)); };
    const LeptonicaBoxPtr box(boxCreate(pixels(window.x, width), pixels(window.y, height), side, side));
    piece_.reset(box ? pixClipRectangle(&picture, box.get(), nullptr) : nullptr);
  }

  // How well the picture is read when it is turned so; 0 if it says nothing.
  float confidence(int quarters) const {
    PixPtr turned(piece_ ? pixRotateOrth(piece_.get(), quarters) : nullptr);
    if (!turned) {
      return 0;
    }
    const auto text = recognise(*turned, {}, languages_);
    return text && text->characters >= least_characters && text->quarters_to_upright == 0 ? text->confidence : 0;
  }

 private:
  PixPtr piece_;
  const std::string& languages_;
};

// The letters' shapes are a hint only: other scripts than those they are told by, and drawings, may look as if they
// were turned. Recognition itself tells.
int checked_quarters(Pix& picture, Pix& bitmap, const std::string& languages) {
  const int quarters = quarters_to_upright(bitmap);
  if (quarters == 0) {
    return 0;
  }
  const Sample sample(picture, bitmap, languages);
  const float as_it_is = sample.confidence(0);
  return as_it_is < good && sample.confidence(quarters) > as_it_is + much_better ? quarters : 0;
}

// For a page that makes little sense as it stands.
int best_quarters(Pix& picture, Pix& bitmap, const std::string& languages) {
  const Sample sample(picture, bitmap, languages);
  int best = 0;
  float needed = std::max(sample.confidence(0) + much_better, readable);
  for (const int quarters : {1, 2, 3}) {
    if (const float confidence = sample.confidence(quarters); confidence > needed) {
      best = quarters;
      needed = confidence;
    }
  }
  return best;
}

struct Attempt {
  RecognisedText text;
  PixPtr picture;  // as it was recognised
  PixPtr bitmap;   // of it; nullptr where there is none yet
  PictureFrame frame;
  int quarter_turns = 0;
  float skew = 0;
};

/// Recognises a page's picture. Lives for one page.
class PageRecognition {
 public:
  PageRecognition(PixPtr picture, PictureFrame frame, const Page& page, const std::string& languages)
      : picture_(std::move(picture)), frame_(frame), page_(page), languages_(languages) {}

  Result<Attempt> recognise_upright() {
    auto bitmap = page_bitmap(*picture_);
    if (bitmap.is_blank) {
      return Attempt{};
    }
    bitmap_ = std::move(bitmap.pix);
    if (!bitmap_) {
      return recognise_turned(0);
    }
    auto first = recognise_turned(checked_quarters(*picture_, *bitmap_, languages_));
    if (!first || first->text.lines.empty()) {
      return first;
    }
    const bool makes_sense = first->text.confidence >= doubtful;
    if (makes_sense && first->text.quarters_to_upright == 0) {
      return first;
    }
    const int quarters = makes_sense ? (first->quarter_turns + first->text.quarters_to_upright) % 4
                                     : best_quarters(*picture_, *bitmap_, languages_);
    if (quarters == first->quarter_turns) {
      return first;
    }
    auto second = recognise_turned(quarters);
    return second && second->text.confidence < first->text.confidence - much_better ? std::move(first)
                                                                                    : std::move(second);
  }

 private:
  Result<Attempt> recognise_turned(int quarters) const {
    Sheet sheet(PixPtr(pixClone(picture_.get())), frame_, page_);
    sheet.turn_quarters(quarters);
    PixPtr bitmap(bitmap_ ? pixRotateOrth(bitmap_.get(), sheet.quarter_turns()) : nullptr);
    if (const float degrees = bitmap ? degrees_to_level(*bitmap) : 0; degrees != 0) {
      sheet.turn_degrees(degrees);
      bitmap.reset();
    }
    return recognise(sheet.pix(), sheet.frame(), languages_).map([&](RecognisedText&& text) {
      return Attempt{.text = std::move(text),
                     .picture = PixPtr(pixClone(&sheet.pix())),
                     .bitmap = std::move(bitmap),
                     .frame = sheet.frame(),
                     .quarter_turns = sheet.quarter_turns(),
                     .skew = sheet.skew()};
    });
  }

  PixPtr picture_;
  PictureFrame frame_;
  const Page& page_;
  const std::string& languages_;
  PixPtr bitmap_;
};

// The picture in larger pixels, for letters that are small or broken up; nullptr if it would be very large.
PixPtr enlarged(Pix& picture, float factor) {
  const float width = static_cast<float>(pixGetWidth(&picture)) * factor;
  const float height = static_cast<float>(pixGetHeight(&picture)) * factor;
  if (std::max(width, height) >= max_picture_side || width * height > static_cast<float>(most_colour_pixels)) {
    return nullptr;
  }
  PixPtr smooth(pixGetDepth(&picture) == 1 ? pixConvertTo8(&picture, 0) : pixClone(&picture));
  return PixPtr(smooth ? pixScale(smooth.get(), factor, factor) : nullptr);
}

// A poor print, of a single column: read twice more from edge to edge, as it is and larger. Where the readings differ,
// the more confident word is right more often than not.
Result<void> read_again(Attempt& attempt, const std::string& languages) {
  auto again = recognise(*attempt.picture, attempt.frame, languages, Segmentation::block);
  if (!again) {
    return pass_on(again);
  }
  constexpr float factor = 1.5F;
  if (const auto larger = enlarged(*attempt.picture, factor); larger) {
    // Tesseract tells a resolution by the letters then.
    set_resolution(*larger, 0, 0);
    auto frame = attempt.frame;
    frame.x_scale /= factor;
    frame.y_scale /= factor;
    auto third = recognise(*larger, frame, languages, Segmentation::block);
    if (!third) {
      return pass_on(third);
    }
    again->lines = merge_readings(std::move(again->lines), third->lines);
  }
  if (credible_length(again->lines) >= credible_length(attempt.text.lines)) {
    attempt.text = std::move(*again);
  }
  return {};
}

// The rules that are seen on the picture.
std::vector<Box> rules_of(Attempt& attempt) {
  if (!attempt.bitmap) {
    attempt.bitmap = page_bitmap(*attempt.picture).pix;
  }
  if (!attempt.bitmap) {
    return {};
  }
  auto frame = attempt.frame;
  const auto ratio = [](int picture, int bitmap) { return static_cast<float>(picture) / static_cast<float>(bitmap); };
  frame.x_scale *= ratio(pixGetWidth(attempt.picture.get()), pixGetWidth(attempt.bitmap.get()));
  frame.y_scale *= ratio(pixGetHeight(attempt.picture.get()), pixGetHeight(attempt.bitmap.get()));
  return picture_rules(*attempt.bitmap, frame);
}

}  // namespace

Result<void> recognise_onto(Page& page, PixPtr picture, PictureFrame frame, const std::string& languages) {
  auto attempt = PageRecognition(std::move(picture), frame, page, languages).recognise_upright();
  if (!attempt) {
    return pass_on(attempt);
  }
  auto& lines = attempt->text.lines;
  if (!lines.empty() && attempt->text.confidence < poor) {
    if (attempt->text.characters >= least_characters && !has_text_columns(lines)) {
      if (auto again = read_again(*attempt, languages); !again) {
        return again;
      }
    }
    drop_noise(lines);
  }
  const auto rules = lines.empty() ? std::vector<Box>() : rules_of(*attempt);
  drop_signs_on(rules, lines);
  if (page.lines.empty() && lines.empty()) {
    page.source = Source::blank;
    return {};
  }
  if (lines.empty()) {
    return {};
  }
  turn(page, attempt->quarter_turns, attempt->skew);
  page.source = page.lines.empty() ? Source::recognised : Source::mixed;
  page.measures = Measures::rough;
  page.rules.insert(page.rules.end(), rules.begin(), rules.end());
  page.rules = joined_rules(std::move(page.rules));
  page.lines = page.lines.empty() ? std::move(lines) : merge_lines(std::move(page.lines), std::move(lines));
  return {};
}

}  // namespace docket::engine
