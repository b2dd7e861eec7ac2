#include "engine/model/page_codec.h"

#include <cmath>

#include "base/bytes.h"
#include "base/utf8.h"

namespace docket::engine {
namespace {

constexpr std::uint32_t page_version = 0x0005'4B44;  // "DK", then the version
constexpr unsigned char long_string = 255;

/// The part of a word that has always the same size, as it is stored.
struct StoredWord {
  Box box;
  float size = 0;
  std::int16_t font = -1;
  std::int16_t link = -1;
  std::int8_t confidence = -1;
  Script script = Script::normal;
  std::uint8_t space_after = 1;
  Hyphen hyphen = Hyphen::unknown;
};
static_assert(sizeof(StoredWord) == 28, "no padding: it is stored byte by byte");
static_assert(sizeof(Box) == 16);

/// The fixed part of a cell.
struct StoredCell {
  std::uint16_t row = 0;
  std::uint16_t column = 0;
  std::uint16_t row_span = 1;
  std::uint16_t column_span = 1;
  Box box;
};
static_assert(sizeof(StoredCell) == 24, "no padding: it is stored byte by byte");

/// The least one of each can take: a count that promises more than is left is a lie.
constexpr std::size_t least_word = 1 + sizeof(StoredWord);
constexpr std::size_t least_line = sizeof(Box) + 4 + 4 + 1 + 4;
constexpr std::size_t least_font = 2;
constexpr std::size_t least_text = 1;
constexpr std::size_t least_image = sizeof(Box) + least_text + 8 + 2;
constexpr std::size_t least_cell = sizeof(StoredCell) + 1 + 4;
constexpr std::size_t least_block = 7 + sizeof(Box) + 4 + 4;

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
    writer.put(line.writing_mode);
    writer.put(static_cast<std::uint32_t>(line.words.size()));
    for (const auto& word : line.words) {
      put_text(writer, word.text);
      writer.put(StoredWord{.box = word.box,
                            .size = word.size,
                            .font = word.font,
                            .link = word.link,
                            .confidence = word.confidence,
                            .script = word.script,
                            .space_after = word.space_after ? std::uint8_t{1} : std::uint8_t{0},
                            .hyphen = word.hyphen});
    }
  }
}

void put_boxes(ByteWriter& writer, const std::vector<Box>& boxes) {
  writer.put(static_cast<std::uint32_t>(boxes.size()));
  for (const auto& box : boxes) {
    writer.put(box);
  }
}

void put_block(ByteWriter& writer, const Block& block) {
  writer.put(block.kind);
  writer.put(block.level);
  writer.put(block.image);
  writer.put(block.outline);
  writer.put(block.tagged);
  put_text(writer, block.marker);
  writer.put(block.box);
  put_lines(writer, block.lines);
  writer.put(static_cast<std::uint32_t>(block.cells.size()));
  for (const auto& cell : block.cells) {
    writer.put(StoredCell{cell.row, cell.column, cell.row_span, cell.column_span, cell.box});
    writer.put(cell.is_header ? std::uint8_t{1} : std::uint8_t{0});
    put_lines(writer, cell.lines);
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
    page.measures = kind<Measures>(static_cast<std::uint8_t>(Measures::rough));
    page.dpi = reader_.get<std::uint16_t>();
    page.quarter_turns = kind<std::uint8_t>(std::uint8_t{3});
    page.skew = number();
    page.fonts = list<Font>(least_font, [this] { return font(); });
    font_count_ = page.fonts.size();
    page.links = list<std::string>(least_text, [this] { return text(); });
    link_count_ = page.links.size();
    page.images = list<Image>(least_image, [this] {
      Image image;
      image.box = box();
      image.name = text();
      image.identity = reader_.get<std::uint64_t>();
      image.dpi = reader_.get<std::uint16_t>();
      return image;
    });
    image_count_ = page.images.size();
    page.rules = list<Box>(sizeof(Box), [this] { return box(); });
    page.fills = list<Box>(sizeof(Box), [this] { return box(); });
    page.shapes = list<Box>(sizeof(Box), [this] { return box(); });
    page.outlined.named = reader_.get<std::uint32_t>();
    page.outlined.found = reader_.get<std::uint32_t>();
    page.lines = lines();
    page.blocks = list<Block>(least_block, [this] { return block(); });
    page.hidden = list<Block>(least_block, [this] { return block(); });
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

  /// Things of one kind, which take at least `least` bytes each.
  template <class Thing, class Read>
  std::vector<Thing> list(std::size_t least, const Read& read) {
    const auto many = count(least);
    std::vector<Thing> result;
    result.reserve(many);
    for (std::size_t i = 0; i < many && good(); ++i) {
      result.push_back(read());
    }
    return result;
  }

  Font font() {
    Font font;
    font.name = text();
    const auto flags = reader_.get<std::uint8_t>();
    font.bold = (flags & 1U) != 0;
    font.italic = (flags & 2U) != 0;
    font.monospace = (flags & 4U) != 0;
    return font;
  }

  /// An index into a list of `size` things, or -1.
  std::int16_t index(std::int16_t value, std::size_t size) noexcept {
    sound_ = sound_ && value >= -1 && value < static_cast<std::int64_t>(size);
    return value;
  }

  Word word() {
    Word word;
    word.text = text();
    const auto stored = reader_.get<StoredWord>();
    word.box = stored.box;
    word.size = stored.size;
    word.font = index(stored.font, font_count_);
    word.link = index(stored.link, link_count_);
    word.confidence = stored.confidence;
    word.script = stored.script;
    word.space_after = stored.space_after != 0;
    word.hyphen = stored.hyphen;
    sound_ = sound_ && std::isfinite(word.box.x0 + word.box.y0 + word.box.x1 + word.box.y1 + word.size) &&
             word.confidence <= 100 && word.script <= Script::note && word.hyphen <= Hyphen::broken;
    return word;
  }

  Line line() {
    Line line;
    line.box = box();
    line.baseline = number();
    line.group = reader_.get<std::int32_t>();
    line.writing_mode = kind<WritingMode>(static_cast<std::uint8_t>(WritingMode::vertical));
    line.words = list<Word>(least_word, [this] { return word(); });
    sound_ = sound_ && !line.words.empty();
    return line;
  }

  std::vector<Line> lines() {
    return list<Line>(least_line, [this] { return line(); });
  }

  Cell cell() {
    const auto stored = reader_.get<StoredCell>();
    Cell cell{.row = stored.row,
              .column = stored.column,
              .row_span = stored.row_span,
              .column_span = stored.column_span,
              .is_header = reader_.get<std::uint8_t>() != 0,
              .box = stored.box,
              .lines = lines()};
    sound_ = sound_ && std::isfinite(cell.box.x0 + cell.box.y0 + cell.box.x1 + cell.box.y1) && cell.row_span > 0 &&
             cell.column_span > 0;
    return cell;
  }

  Block block() {
    Block block;
    block.kind = kind<BlockKind>(static_cast<std::uint8_t>(BlockKind::page_footer));
    block.level = reader_.get<std::int8_t>();
    block.image = index(reader_.get<std::int16_t>(), image_count_);
    block.outline = reader_.get<std::int8_t>();
    block.tagged = reader_.get<std::int8_t>();
    sound_ = sound_ && block.outline >= -1 && block.tagged >= -1;
    block.marker = text();
    block.box = box();
    block.lines = lines();
    block.cells = list<Cell>(least_cell, [this] { return cell(); });
    return block;
  }

  ByteReader reader_;
  std::size_t font_count_ = 0;
  std::size_t link_count_ = 0;
  std::size_t image_count_ = 0;
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
  writer.put(page.measures);
  writer.put(page.dpi);
  writer.put(page.quarter_turns);
  writer.put(page.skew);
  writer.put(static_cast<std::uint32_t>(page.fonts.size()));
  for (const auto& font : page.fonts) {
    put_text(writer, font.name);
    writer.put(static_cast<std::uint8_t>((font.bold ? 1U : 0U) | (font.italic ? 2U : 0U) | (font.monospace ? 4U : 0U)));
  }
  writer.put(static_cast<std::uint32_t>(page.links.size()));
  for (const auto& link : page.links) {
    put_text(writer, link);
  }
  writer.put(static_cast<std::uint32_t>(page.images.size()));
  for (const auto& image : page.images) {
    writer.put(image.box);
    put_text(writer, image.name);
    writer.put(image.identity);
    writer.put(image.dpi);
  }
  put_boxes(writer, page.rules);
  put_boxes(writer, page.fills);
  put_boxes(writer, page.shapes);
  writer.put(page.outlined.named);
  writer.put(page.outlined.found);
  put_lines(writer, page.lines);
  for (const auto* const blocks : {&page.blocks, &page.hidden}) {
    writer.put(static_cast<std::uint32_t>(blocks->size()));
    for (const auto& block : *blocks) {
      put_block(writer, block);
    }
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
