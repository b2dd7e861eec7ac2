#include "engine/plan.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace docket::engine {
namespace {

/// Pages by their letters: "tts" is text, text, scan.
std::vector<PageClass> pages(std::string_view letters) {
  std::vector<PageClass> all;
  for (const char letter : letters) {
    all.push_back(static_cast<PageClass>(letter));
  }
  return all;
}

/// A document of which each page guessed to be text, `t`, turns out as `truth` says, or cannot be read, `e`.
class Document final : public DocumentReader {
 public:
  explicit Document(std::string truth) : truth_(std::move(truth)) {}

  [[nodiscard]] std::uint32_t page_count() const override { return static_cast<std::uint32_t>(truth_.size()); }
  [[nodiscard]] PageClass classify(std::uint32_t page) override {
    return truth_[page - 1] == 'S' ? PageClass::scan : PageClass::text;
  }
  Result<Page> read(std::uint32_t /*page*/) override { return Page(); }
  Result<std::optional<Page>> read_text(std::uint32_t page) override {
    read_.push_back(page);
    switch (truth_[page - 1]) {
      case 't':
        return Page();
      case 's':
        return std::nullopt;
      default:
        return fail(ErrorCode::corrupt, "of a test");
    }
  }
  PixPtr draw(std::uint32_t /*page*/, const Box& /*part*/, float /*dpi*/) override { return nullptr; }
  [[nodiscard]] std::optional<StoredJpeg> stored_jpeg(std::uint32_t /*page*/) const override { return std::nullopt; }

  [[nodiscard]] const std::vector<std::uint32_t>& pages_read() const noexcept { return read_; }

 private:
  std::string truth_;
  std::vector<std::uint32_t> read_;
};

std::vector<PageRange> plan(std::string_view letters, std::size_t most = 1000) {
  return plan_ranges(pages(letters), most);
}

TEST(Plan, SmallIsOnePageOrFewPagesOfText) {
  EXPECT_TRUE(is_small(pages("t")));
  EXPECT_TRUE(is_small(pages("s")));
  EXPECT_TRUE(is_small(pages(std::string(32, 't'))));
  EXPECT_FALSE(is_small(pages(std::string(33, 't'))));
  EXPECT_FALSE(is_small(pages("ss")));
  EXPECT_FALSE(is_small(pages("ts")));
}

TEST(Plan, TellsWhichPagesAreScanned) {
  using Ranges = std::vector<PageRange>;
  EXPECT_EQ(scanned_ranges(pages("t"), 9), Ranges{});
  EXPECT_EQ(scanned_ranges(pages("tsstts"), 9), (Ranges{{2, 3}, {6, 6}}));
  EXPECT_EQ(scanned_ranges(pages("sss"), 9), (Ranges{{1, 3}}));
  EXPECT_EQ(scanned_ranges(pages("ststst"), 2), (Ranges{{1, 1}, {3, 5}})) << "the rest is taken for scans";
}

TEST(Plan, GuessesCostNothing) {
  Document document("tSs");
  EXPECT_EQ(classify_pages(document, OcrMode::automatic), pages("tst"));
  EXPECT_EQ(classify_pages(document, OcrMode::force), pages("sss"));
  EXPECT_EQ(classify_pages(document, OcrMode::off), pages("ttt"));
  EXPECT_TRUE(document.pages_read().empty());
}

TEST(Plan, OfManyPagesNotAllAreLookedAt) {
  Document texts(std::string(2001, 't'));
  EXPECT_EQ(classify_pages(texts, OcrMode::automatic), pages(std::string(2001, 't')));
  Document scan("S" + std::string(2000, 't'));
  EXPECT_EQ(classify_pages(scan, OcrMode::automatic), pages("s" + std::string(1999, 't') + "s"));
}

TEST(Plan, PagesBehindOneThatIsNoTextAreLookedAt) {
  Document document("tsStse");
  EXPECT_EQ(look_closer(document, pages("ttstts"), 2), pages("tsstss")) << "what cannot be read is left as it is";
  EXPECT_EQ(document.pages_read(), (std::vector<std::uint32_t>{4, 5}));
}

TEST(Plan, SamplesOfTextAreLookedAt) {
  Document texts("SS" + std::string(40, 't'));
  const auto guessed = classify_pages(texts, OcrMode::automatic);
  EXPECT_EQ(look_at_samples(texts, guessed), guessed);
  EXPECT_EQ(texts.pages_read(), (std::vector<std::uint32_t>{8, 18, 28, 38}));
  // One of them is none: all are looked at.
  Document scans("ttss" + std::string(36, 's') + "et");
  EXPECT_EQ(look_at_samples(scans, pages(std::string(42, 't'))), pages("tt" + std::string(38, 's') + "tt"));
  Document none("S");
  EXPECT_EQ(look_at_samples(none, pages("s")), pages("s"));
}

TEST(Plan, EachScanIsARangeOfItsOwn) {
  EXPECT_EQ(plan("ss"), (std::vector<PageRange>{{1, 1}, {2, 2}}));
  EXPECT_EQ(plan("ttsst"), (std::vector<PageRange>{{1, 2}, {3, 3}, {4, 4}, {5, 5}}));
}

TEST(Plan, TextIsDividedEvenly) {
  EXPECT_EQ(plan(std::string(32, 't')), (std::vector<PageRange>{{1, 32}}));
  EXPECT_EQ(plan(std::string(33, 't')), (std::vector<PageRange>{{1, 16}, {17, 33}}));
  EXPECT_EQ(plan(std::string(100, 't')), (std::vector<PageRange>{{1, 25}, {26, 50}, {51, 75}, {76, 100}}));
}

TEST(Plan, RangesCoverEveryPageOnce) {
  for (const std::size_t most : {std::size_t{3}, std::size_t{1000}}) {
    for (unsigned seed = 1; seed < 200; ++seed) {
      std::string letters;
      for (unsigned i = 0; i < seed; ++i) {
        letters += (i * seed * 2654435761U) % 5 == 0 ? 's' : 't';
      }
      std::uint32_t next = 1;
      const auto ranges = plan(letters, most);
      EXPECT_LE(ranges.size(), most);
      for (const auto& range : ranges) {
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.last, range.first);
        next = range.last + 1;
      }
      EXPECT_EQ(next, seed + 1);
    }
  }
}

TEST(Plan, NoMoreRangesThanAMessageHolds) {
  const auto ranges = plan(std::string(10'000, 's'), 4096);
  EXPECT_EQ(ranges.size(), 4096U);
  EXPECT_EQ(ranges.back().last, 10'000U);
}

}  // namespace
}  // namespace docket::engine
