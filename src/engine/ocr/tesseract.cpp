#include "engine/ocr/tesseract.h"

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/utf8.h"
#include "document/tessdata.h"
#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

// Every language of "deu+~eng" must have a model. Compared with the installed ones, a name can be no path.
Result<void> check_languages(const std::string& languages) {
  const auto installed = installed_languages(tessdata_folder());
  std::size_t at = 0;
  while (at <= languages.size()) {
    const auto end = std::min(languages.find('+', at), languages.size());
    auto name = std::string_view(languages).substr(at, end - at);
    if (name.starts_with('~')) {
      name.remove_prefix(1);
    }
    if (std::find(installed.begin(), installed.end(), name) == installed.end()) {
      return fail(ErrorCode::bad_option,
                  "There is no Tesseract model for the language '" + clean_text(name) +
                      "'; installed are: " + (installed.empty() ? std::string("none") : joined(installed)) + ".");
    }
    at = end + 1;
  }
  return {};
}

using Api = tesseract::TessBaseAPI;

// The loaded models, one Tesseract for each list of languages. Filled in the fork server, inherited by its children;
// never freed: ending the process is cheaper.
std::map<std::string, std::unique_ptr<Api>>& loaded() {
  static auto* const apis = new std::map<std::string, std::unique_ptr<Api>>;
  return *apis;
}

// Tesseract opens the file for its messages with its first message and keeps it; a child in its sandbox could not.
// A picture without anything on it and without a resolution is worth a message.
void make_quiet(Api& api) {
  if (::access("/dev/null", W_OK) != 0) {
    return;
  }
  api.SetVariable("debug_file", "/dev/null");
  const PixPtr empty(pixCreate(64, 64, 1));
  api.SetImage(empty.get());
  api.Recognize(nullptr);
  api.Clear();
}

Result<Api*> api_for(const std::string& languages) {
  auto& apis = loaded();
  if (const auto known = apis.find(languages); known != apis.end()) {
    return known->second.get();
  }
  if (auto checked = check_languages(languages); !checked) {
    return pass_on(checked);
  }
  setMsgSeverity(L_SEVERITY_NONE);
  auto api = std::make_unique<Api>();
  if (api->Init(tessdata_folder().c_str(), languages.c_str(), tesseract::OEM_LSTM_ONLY) != 0) {
    return fail(ErrorCode::io, "Tesseract cannot load the model of '" + languages + "' in " + tessdata_folder() + ".");
  }
  make_quiet(*api);
  return apis.emplace(languages, std::move(api)).first->second.get();
}

// Of what is written in columns from top to bottom: Chinese radicals, kana, Hangul and all that follow.
constexpr char32_t first_ideograph = 0x2E80;

/// Collects the words of one recognised picture. Lives while Tesseract keeps the results.
class ResultReader {
 public:
  ResultReader(Api& api, const PictureFrame& frame) : frame_(frame) {
    bool keeps_spaces = false;
    api.GetBoolVariable("preserve_interword_spaces", &keeps_spaces);
    keeps_spaces_ = keeps_spaces;
    row_scale_ = frame.y_scale / static_cast<float>(std::max(api.GetThresholdedImageScaleFactor(), 1));
  }

  RecognisedText read(tesseract::ResultIterator& results) {
    using namespace tesseract;
    bool new_paragraph = true;
    bool new_line = true;
    do {
      new_paragraph = new_paragraph || results.IsAtBeginningOf(RIL_PARA);
      new_line = new_line || new_paragraph || results.IsAtBeginningOf(RIL_TEXTLINE);
      auto word = read_word(results);
      if (!word) {
        continue;
      }
      if (new_paragraph) {
        ++group_;
      }
      if (new_line) {
        begin_line(results, word->box);
      }
      new_paragraph = false;
      new_line = false;
      weigh(*word, results);
      add(std::move(*word), results);
    } while (results.Next(RIL_WORD));
    text_.confidence =
        text_.characters > 0 ? static_cast<float>(confidence_ / static_cast<double>(text_.characters)) : 0;
    const auto most = std::ranges::max_element(standing_);
    text_.quarters_to_upright = *most * 2 > text_.characters ? static_cast<int>(most - standing_.begin()) : 0;
    return std::move(text_);
  }

 private:
  [[nodiscard]] float x_of(int pixel) const { return frame_.x0 + static_cast<float>(pixel) * frame_.x_scale; }
  [[nodiscard]] float y_of(float pixel) const { return frame_.y0 + pixel * frame_.y_scale; }

  // Nothing where there is no text: pictures, rules, and words of blanks.
  [[nodiscard]] std::optional<Word> read_word(const tesseract::ResultIterator& results) const {
    using namespace tesseract;
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    if (results.Empty(RIL_WORD) || !results.BoundingBox(RIL_WORD, &left, &top, &right, &bottom)) {
      return std::nullopt;
    }
    const std::unique_ptr<const char[]> text(results.GetUTF8Text(RIL_WORD));
    if (!text) {
      return std::nullopt;
    }
    Word word;
    word.text = clean_text(text.get());
    if (word.text.find_first_not_of(' ') == std::string::npos) {
      return std::nullopt;
    }
    word.box = {x_of(left), y_of(static_cast<float>(top)), x_of(right), y_of(static_cast<float>(bottom))};
    word.confidence = static_cast<std::int8_t>(std::lround(std::clamp(results.Confidence(RIL_WORD), 0.0F, 100.0F)));
    return word;
  }

  void weigh(const Word& word, const tesseract::ResultIterator& results) {
    tesseract::Orientation up = tesseract::ORIENTATION_PAGE_UP;
    tesseract::WritingDirection direction = tesseract::WRITING_DIRECTION_LEFT_TO_RIGHT;
    tesseract::TextlineOrder order = tesseract::TEXTLINE_ORDER_TOP_TO_BOTTOM;
    float skew = 0;
    results.Orientation(&up, &direction, &order, &skew);
    // Tops that point to the page's right come up by three quarters clockwise. That is how Tesseract reads lines that
    // run downwards, which it takes for columns of ideographs; of other scripts they are lines of a page on its side.
    const bool lies =
        direction == tesseract::WRITING_DIRECTION_TOP_TO_BOTTOM && first_char(word.text).code < first_ideograph;
    standing_.at(lies ? 3 : static_cast<std::size_t>((4 - up) % 4)) += word.text.size();
    text_.characters += word.text.size();
    confidence_ += static_cast<double>(word.confidence) * static_cast<double>(word.text.size());
  }

  void begin_line(const tesseract::ResultIterator& results, const Box& first_word) {
    using namespace tesseract;
    Line line;
    line.group = group_;
    line.box = first_word;
    int x1 = 0;
    int y1 = 0;
    int x2 = 0;
    int y2 = 0;
    line.baseline =
        results.Baseline(RIL_TEXTLINE, &x1, &y1, &x2, &y2) ? y_of(static_cast<float>(y1 + y2) / 2) : first_word.y1;
    float row_height = 0;
    float descenders = 0;
    float ascenders = 0;
    results.RowAttributes(&row_height, &descenders, &ascenders);
    size_ = row_height > 0 ? row_height * row_scale_ : first_word.height();
    text_.lines.push_back(std::move(line));
  }

  void add(Word word, const tesseract::ResultIterator& results) {
    auto& line = text_.lines.back();
    word.size = size_;
    // Scripts written without spaces have models that say where there are some.
    if (keeps_spaces_ && !line.words.empty()) {
      line.words.back().space_after = results.BlanksBeforeWord() > 0;
    }
    line.box = united(line.box, word.box);
    line.words.push_back(std::move(word));
  }

  PictureFrame frame_;
  bool keeps_spaces_ = false;
  float row_scale_ = 1;
  float size_ = 0;
  std::int32_t group_ = -1;
  RecognisedText text_;
  double confidence_ = 0;                  // the sum over all characters
  std::array<std::size_t, 4> standing_{};  // characters by the quarters that bring them upright
};

}  // namespace

Result<void> load_languages(const std::string& languages) {
  return api_for(languages).map([](Api* /*api*/) {});
}

Result<RecognisedText> recognise(Pix& picture, const PictureFrame& frame, const std::string& languages,
                                 Segmentation segmentation) {
  const auto api = api_for(languages);
  if (!api) {
    return pass_on(api);
  }
  // The words of the page before must not help with this one: a page's result depends on the page alone.
  (*api)->ClearAdaptiveClassifier();
  (*api)->SetPageSegMode(segmentation == Segmentation::block ? tesseract::PSM_SINGLE_BLOCK : tesseract::PSM_AUTO);
  (*api)->SetImage(&picture);
  RecognisedText text;
  const bool recognised = (*api)->Recognize(nullptr) == 0;
  if (recognised) {
    if (const std::unique_ptr<tesseract::ResultIterator> results((*api)->GetIterator()); results) {
      text = ResultReader(**api, frame).read(*results);
    }
  }
  (*api)->Clear();
  if (!recognised) {
    return fail(ErrorCode::corrupt, "The picture cannot be recognised.");
  }
  return text;
}

}  // namespace docket::engine
