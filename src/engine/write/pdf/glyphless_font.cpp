#include "engine/write/pdf/glyphless_font.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace docket::engine {
namespace {

constexpr std::uint16_t units_per_em = 1000;
constexpr std::int16_t ascent = 800;
constexpr std::int16_t descent = -200;
constexpr std::uint16_t advance = 500;
constexpr std::uint16_t glyph_count = 2;

/// A table's bytes, big-endian.
class Table {
 public:
  Table& u16(std::uint32_t value) {
    bytes_ += static_cast<char>(value >> 8U & 0xFFU);
    bytes_ += static_cast<char>(value & 0xFFU);
    return *this;
  }
  Table& i16(std::int16_t value) { return u16(static_cast<std::uint16_t>(value)); }
  Table& u32(std::uint32_t value) { return u16(value >> 16U).u16(value & 0xFFFFU); }
  Table& zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) / 4 * 4, '\0');
  return bytes;
}

/// The sum of a table's numbers of four bytes; its length is a multiple of four.
std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
    }
    sum += number;
  }
  return sum;
}

std::string head(std::uint32_t adjustment) {
  return Table()
      .u32(0x00010000)
      .u32(0x00010000)  // revision
      .u32(adjustment)
      .u32(0x5F0F3CF5)
      .u16(0)  // flags
      .u16(units_per_em)
      .zeros(16)  // created, modified
      .i16(0)
      .i16(descent)
      .i16(static_cast<std::int16_t>(advance))
      .i16(ascent)  // the box of all glyphs
      .u16(0)       // style
      .u16(8)       // readable from so many pixels on
      .i16(2)       // direction: mixed
      .i16(0)       // short offsets in loca
      .i16(0)
      .take();
}

std::string hhea() {
  return Table()
      .u32(0x00010000)
      .i16(ascent)
      .i16(descent)
      .i16(0)
      .u16(advance)
      .zeros(6)  // bearings, extent
      .i16(1)
      .i16(0)
      .zeros(2 + 8 + 2)  // caret offset, reserved, format
      .u16(1)            // widths in hmtx
      .take();
}

std::string maxp() {
  // No points, no contours, no instructions; one zone.
  return Table().u32(0x00010000).u16(glyph_count).zeros(8).u16(1).zeros(16).take();
}

std::string cmap() {
  // One table of format 4 for Unicode, with the last segment that it must have and no other.
  return Table()
      .u16(0)
      .u16(1)
      .u16(3)
      .u16(1)
      .u32(12)
      .u16(4)
      .u16(24)
      .u16(0)
      .u16(2)
      .u16(2)
      .u16(0)
      .u16(0)
      .u16(0xFFFF)
      .u16(0)
      .u16(0xFFFF)
      .u16(1)
      .u16(0)
      .take();
}

}  // namespace

std::string glyphless_font() {
  using Named = std::pair<std::string_view, std::string>;
  const auto tables_with = [](std::uint32_t adjustment) {
    return std::array<Named, 9>{{{"cmap", padded(cmap())},
                                 {"glyf", std::string(4, '\0')},
                                 {"head", padded(head(adjustment))},
                                 {"hhea", padded(hhea())},
                                 {"hmtx", padded(Table().u16(advance).i16(0).i16(0).take())},
                                 {"loca", padded(Table().zeros(std::size_t{2} * (glyph_count + 1)).take())},
                                 {"maxp", padded(maxp())},
                                 {"name", padded(Table().u16(0).u16(0).u16(6).take())},
                                 {"post", padded(Table().u32(0x00030000).zeros(28).take())}}};
  };
  const auto build = [&](std::uint32_t adjustment) {
    const auto tables = tables_with(adjustment);
    const auto count = static_cast<std::uint32_t>(tables.size());
    Table directory;
    // The largest power of two that is not more than the tables, times 16; its logarithm; the rest.
    directory.u32(0x00010000).u16(count).u16(128).u16(3).u16(16 * count - 128);
    std::string bodies;
    const std::size_t first = 12 + 16 * tables.size();
    for (const auto& [tag, body] : tables) {
      std::uint32_t name = 0;
      for (const char c : tag) {
        name = name << 8U | static_cast<unsigned char>(c);
      }
      // That of head is taken without its adjustment.
      directory.u32(name)
          .u32(checksum(tag == "head" ? padded(head(0)) : body))
          .u32(static_cast<std::uint32_t>(first + bodies.size()))
          .u32(static_cast<std::uint32_t>(body.size()));
      bodies += body;
    }
    return directory.take() + bodies;
  };
  constexpr std::uint32_t magic = 0xB1B0AFBA;
  return build(magic - checksum(build(0)));
}

}  // namespace docket::engine
