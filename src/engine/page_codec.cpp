// The binary form of a page: version, head, fonts, lines, blocks. All numbers are little-endian; a string is its length
// as one byte (255: four more bytes follow) and its bytes. What is read is checked, so that bytes of any kind give an
// error or a sound page.
#include <cmath>

#include "core/bytes.h"
#include "engine/rendering.h"
#include "engine/utf8.h"

namespace docket::engine {
namespace {

constexpr std::uint32_t page_version = 0x0001'4B44;  // "DK", then the version
constexpr unsigned char long_string = 255;

/// The part of a word that has always the same size, as it is stored.
struct StoredWord {
  Box box;
  float size = 0;
  std::int16_t font = -1;
  std::int8_t confidence = -1;
  std::uint8_t space_after = 1;
};
static_assert(sizeof(StoredWord) == 24, "no padding: it is stored byte by byte");
static_assert(sizeof(Box) == 16);

/// The least a word, line, font and block can take: a count that promises more than is left is a lie.
constexpr std::size_t least_word = 1 + sizeof(StoredWord);
constexpr std::size_t least_line = sizeof(Box) + 4 + 4 + 4;
constexpr std::size_t least_font = 2;
constexpr std::size_t least_block = 3 + sizeof(Box) + 4;

void put_text(ByteWriter& writer, std::string_view text) {
  if (text.size() < long_string) {
    writer.put(static_cast<unsigned char>(text.size()));
    writer.put_raw(text);
  } else {
    writer.put(long_string);
    writer.put_string(text);
  }
}

void put_lines(ByteWriter& writer, const std::vector<Line>& lines) {
  writer.put(static_cast<std::uint32_t>(lines.size()));
  for (const auto& line : lines) {
    writer.put(line.box);
    writer.put(line.baseline);
    writer.put(line.group);
    writer.put(static_cast<std::uint32_t>(line.words.size()));
    for (const auto& word : line.words) {
      put_text(writer, word.text);
      writer.put(StoredWord{word.box, word.size, word.font, word.confidence,
                            word.space_after ? std::uint8_t{1} : std::uint8_t{0}});
    }
  }
}

/// Reads a page and notes whether everything in it can be. Lives for one call of decode_page().
class PageReader {
 public:
  explicit PageReader(std::string_view bytes) noexcept : reader_(bytes) {}

  Page read() {
    Page page;
    sound_ = reader_.get<std::uint32_t>() == page_version;
    page.file = reader_.get<std::uint16_t>();
    page.number = reader_.get<std::uint32_t>();
    page.width = number();
    page.height = number();
    page.source = kind<Source>(static_cast<std::uint8_t>(Source::blank));
    page.dpi = reader_.get<std::uint16_t>();
    const auto fonts = count(least_font);
    page.fonts.reserve(fonts);
    for (std::size_t i = 0; i < fonts && good(); ++i) {
      Font font;
      font.name = text();
      const auto flags = reader_.get<std::uint8_t>();
      font.bold = (flags & 1U) != 0;
      font.italic = (flags & 2U) != 0;
      font.monospace = (flags & 4U) != 0;
      page.fonts.push_back(std::move(font));
    }
    font_count_ = page.fonts.size();
    page.lines = lines();
    const auto blocks = count(least_block);
    page.blocks.reserve(blocks);
    for (std::size_t i = 0; i < blocks && good(); ++i) {
      Block block;
      block.kind = kind<BlockKind>(static_cast<std::uint8_t>(BlockKind::margin));
      block.level = reader_.get<std::int8_t>();
      block.marker = text();
      block.box = box();
      block.lines = lines();
      page.blocks.push_back(std::move(block));
    }
    sound_ = sound_ && reader_.at_end();
    return page;
  }

  [[nodiscard]] bool good() const noexcept { return sound_ && reader_.ok(); }

 private:
  /// A count of things that take at least `least` bytes each.
  std::size_t count(std::size_t least) noexcept {
    const std::size_t promised = reader_.get<std::uint32_t>();
    if (promised > reader_.remaining() / least) {
      sound_ = false;
      return 0;
    }
    return promised;
  }

  template <class Kind>
  Kind kind(std::uint8_t last) noexcept {
    const auto value = reader_.get<std::uint8_t>();
    sound_ = sound_ && value <= last;
    return static_cast<Kind>(value <= last ? value : 0);
  }

  float number() noexcept {
    const auto value = reader_.get<float>();
    sound_ = sound_ && std::isfinite(value);
    return value;
  }

  Box box() noexcept {
    const auto value = reader_.get<Box>();
    sound_ = sound_ && std::isfinite(value.x0) && std::isfinite(value.y0) && std::isfinite(value.x1) &&
             std::isfinite(value.y1);
    return value;
  }

  std::string text() {
    const auto length = reader_.get<unsigned char>();
    const auto bytes = length == long_string ? reader_.get_string() : reader_.get_raw(length);
    sound_ = sound_ && (is_ascii(bytes) || is_valid_utf8(bytes));
    return std::string(bytes);
  }

  std::vector<Line> lines() {
    const auto line_count = count(least_line);
    std::vector<Line> result;
    result.reserve(line_count);
    for (std::size_t i = 0; i < line_count && good(); ++i) {
      Line line;
      line.box = box();
      line.baseline = number();
      line.group = reader_.get<std::int32_t>();
      const auto words = count(least_word);
      line.words.reserve(words);
      for (std::size_t w = 0; w < words && good(); ++w) {
        Word word;
        word.text = text();
        const auto stored = reader_.get<StoredWord>();
        word.box = stored.box;
        word.size = stored.size;
        word.font = stored.font;
        word.confidence = stored.confidence;
        word.space_after = stored.space_after != 0;
        sound_ = sound_ && std::isfinite(word.box.x0 + word.box.y0 + word.box.x1 + word.box.y1 + word.size) &&
                 word.font >= -1 && word.font < static_cast<std::int64_t>(font_count_) && word.confidence <= 100;
        line.words.push_back(std::move(word));
      }
      sound_ = sound_ && !line.words.empty();
      result.push_back(std::move(line));
    }
    return result;
  }

  ByteReader reader_;
  std::size_t font_count_ = 0;
  bool sound_ = true;
};

}  // namespace

std::string encode_page(const Page& page) {
  ByteWriter writer;
  writer.put(page_version);
  writer.put(page.file);
  writer.put(page.number);
  writer.put(page.width);
  writer.put(page.height);
  writer.put(page.source);
  writer.put(page.dpi);
  writer.put(static_cast<std::uint32_t>(page.fonts.size()));
  for (const auto& font : page.fonts) {
    put_text(writer, font.name);
    writer.put(static_cast<std::uint8_t>((font.bold ? 1U : 0U) | (font.italic ? 2U : 0U) | (font.monospace ? 4U : 0U)));
  }
  put_lines(writer, page.lines);
  writer.put(static_cast<std::uint32_t>(page.blocks.size()));
  for (const auto& block : page.blocks) {
    writer.put(block.kind);
    writer.put(block.level);
    put_text(writer, block.marker);
    writer.put(block.box);
    put_lines(writer, block.lines);
  }
  return writer.take();
}

Result<Page> decode_page(std::string_view bytes) {
  PageReader reader(bytes);
  auto page = reader.read();
  if (!reader.good()) {
    return fail(ErrorCode::bad_record, "the stored page cannot be read");
  }
  return page;
}

}  // namespace docket::engine
