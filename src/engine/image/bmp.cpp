#include "engine/image/bmp.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace docket::engine {
namespace {

// BITMAPINFOHEADER's compressions.
enum : std::uint32_t { plain = 0, rle8 = 1, rle4 = 2, bit_fields = 3, alpha_bit_fields = 6 };

constexpr std::size_t file_header = 14;
constexpr std::uint32_t core_header = 12;  // OS/2's, with sizes of 16 bits and palettes of 3 bytes a colour

struct Header {
  std::uint32_t length = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool top_down = false;
  std::uint32_t depth = 0;  // bits a pixel
  std::uint32_t compression = plain;
  std::size_t data = 0;  // where the pixels begin
};

/// Where the palette begins: behind the header and the masks of old ones.
std::size_t palette_at(const Header& header) noexcept {
  constexpr std::uint32_t info_header = 40;
  const bool masks_behind = header.length == info_header;
  const std::size_t masks = header.compression == bit_fields ? 12 : header.compression == alpha_bit_fields ? 16 : 0;
  return file_header + header.length + (masks_behind ? masks : 0);
}

std::optional<Header> read_header(ByteView file) noexcept {
  Header header;
  header.length = file.little(file_header, 4);
  header.data = file.little(10, 4);
  if (header.length == core_header) {
    header.width = file.little(18, 2);
    header.height = file.little(20, 2);
    header.depth = file.little(24, 2);
  } else if (header.length >= 40) {
    const auto height = static_cast<std::int32_t>(file.little(22, 4));
    header.width = file.little(18, 4);
    header.top_down = height < 0;
    header.height = static_cast<std::uint32_t>(std::abs(static_cast<std::int64_t>(height)));
    header.depth = file.little(28, 2);
    header.compression = file.little(30, 4);
  } else {
    return std::nullopt;
  }
  constexpr std::uint32_t most = 0x7FFFFFFF;
  if (header.width == 0 || header.height == 0 || header.width > most || header.height > most) {
    return std::nullopt;
  }
  return header;
}

// A colour's bits in a pixel of 16 or 32.
struct Channel {
  std::uint32_t mask = 0;

  [[nodiscard]] std::uint32_t of(std::uint32_t pixel) const noexcept {
    if (mask == 0) {
      return 0;
    }
    const auto shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift;
    return static_cast<std::uint32_t>(((pixel & mask) >> shift) * std::uint64_t{255} / most);
  }
};

/// Decodes one file. `pix` has the header's size; rows are counted from its top.
class Decoder {
 public:
  Decoder(ByteView file, const Header& header) : file_(file), header_(header) {}

  PixPtr decode() {
    const bool with_palette = header_.depth <= 8;
    const bool gray = with_palette && read_palette();
    pix_.reset(pixCreate(static_cast<l_int32>(header_.width), static_cast<l_int32>(header_.height), gray ? 8 : 32));
    if (!pix_) {
      return nullptr;
    }
    if (header_.compression == rle8 || header_.compression == rle4) {
      decode_runs();
    } else if (with_palette) {
      decode_indices();
    } else {
      decode_colours();
    }
    set_resolution();
    return std::move(pix_);
  }

 private:
  [[nodiscard]] l_uint32* row(std::uint32_t y) const {
    const auto from_top = header_.top_down ? y : header_.height - 1 - y;
    return pixGetData(pix_.get()) +
           static_cast<std::size_t>(from_top) * static_cast<std::size_t>(pixGetWpl(pix_.get()));
  }

  /// Calls `visit` with the bytes of each row that is there, and where it goes.
  template <class Visit>
  void each_row(std::size_t stride, Visit&& visit) const {
    for (std::uint32_t y = 0; y < header_.height; ++y) {
      const auto samples = file_.part(header_.data + y * stride, stride);
      if (samples.empty()) {
        break;
      }
      visit(samples, row(y));
    }
  }

  // Whether it is all gray.
  bool read_palette() {
    const bool core = header_.length == core_header;
    auto at = palette_at(header_);
    const std::size_t entry = core ? 3 : 4;
    const auto used = core ? 0 : file_.little(46, 4);
    auto count = std::size_t{1} << header_.depth;
    count = used != 0 ? std::min<std::size_t>(count, used) : count;
    if (header_.data > at) {  // the table ends where the pixels begin, whatever was said
      count = std::min(count, (header_.data - at) / entry);
    } else {  // no program knows a colour then but by the table that does stand there
      header_.data = at + count * entry;
    }
    bool gray = true;
    for (std::size_t i = 0; i < count; ++i, at += entry) {
      palette_[i] = rgb_pixel(file_.at(at + 2), file_.at(at + 1), file_.at(at));
      gray = gray && file_.at(at) == file_.at(at + 1) && file_.at(at) == file_.at(at + 2);
    }
    return gray;
  }

  void set_index(l_uint32* row, std::uint32_t x, std::uint8_t index) const {
    if (pixGetDepth(pix_.get()) == 8) {
      SET_DATA_BYTE(row, x, static_cast<l_uint8>(palette_[index] >> L_RED_SHIFT));
    } else {
      row[x] = palette_[index];
    }
  }

  void decode_indices() const {
    const auto depth = header_.depth;
    const std::size_t stride = (std::size_t{header_.width} * depth + 31) / 32 * 4;
    each_row(stride, [&](ByteView samples, l_uint32* to) {
      for (std::uint32_t x = 0; x < header_.width; ++x) {
        const std::size_t bit = std::size_t{x} * depth;
        const auto shift = 8 - depth - bit % 8;
        set_index(to, x, static_cast<std::uint8_t>(samples.at(bit / 8) >> shift & ((1U << depth) - 1)));
      }
    });
  }

  // Runs of one index, literal stretches, and jumps; see "Bitmap Compression" of the Windows SDK.
  void decode_runs() const {
    for (std::uint32_t top = 0; palette_[0] != 0 && top < header_.height; ++top) {
      auto* const to = row(top);
      for (std::uint32_t left = 0; left < header_.width; ++left) {
        set_index(to, left, 0);
      }
    }
    const bool nibbles = header_.compression == rle4;
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    const auto put = [&](std::uint8_t index) {
      if (x < header_.width && y < header_.height) {
        set_index(row(y), x, index);
      }
      ++x;
    };
    for (std::size_t at = header_.data; at + 1 < file_.size() && y < header_.height;) {
      const auto count = file_.at(at);
      const auto value = file_.at(at + 1);
      at += 2;
      if (count != 0) {
        for (unsigned i = 0; i < count; ++i) {
          put(!nibbles ? value : static_cast<std::uint8_t>(i % 2 == 0 ? value >> 4U : value & 15U));
        }
        continue;
      }
      switch (value) {
        case 0:  // end of line
          x = 0;
          ++y;
          break;
        case 1:  // end of the picture
          return;
        case 2:
          x += file_.at(at);
          y += file_.at(at + 1);
          at += 2;
          break;
        default:
          for (unsigned i = 0; i < value; ++i) {
            const auto byte = file_.at(at + (nibbles ? i / 2 : i));
            put(!nibbles ? byte : static_cast<std::uint8_t>(i % 2 == 0 ? byte >> 4U : byte & 15U));
          }
          const std::size_t length = nibbles ? (value + 1U) / 2 : value;
          at += length + length % 2;
      }
    }
  }

  struct Channels {
    Channel red;
    Channel green;
    Channel blue;
    Channel alpha;
  };

  [[nodiscard]] Channels channels() const noexcept {
    if (header_.compression == bit_fields || header_.compression == alpha_bit_fields) {
      const bool has_alpha = header_.compression == alpha_bit_fields || header_.length >= 56;
      return {
          {file_.little(54, 4)}, {file_.little(58, 4)}, {file_.little(62, 4)}, {has_alpha ? file_.little(66, 4) : 0}};
    }
    if (header_.depth == 16) {
      return {{0x7C00}, {0x03E0}, {0x001F}, {}};
    }
    return {{0xFF0000}, {0xFF00}, {0xFF}, {}};
  }

  void decode_colours() const {
    const std::size_t size = header_.depth / 8;
    const std::size_t stride = (header_.width * size + 3) / 4 * 4;
    const auto in = channels();
    // Programs that do not write an alpha channel leave it 0 everywhere: then the image has none.
    bool transparent = false;
    for (std::size_t at = header_.data; in.alpha.mask != 0 && !transparent && at < file_.size(); at += size) {
      transparent = in.alpha.of(file_.little(at, size)) != 0;
    }
    each_row(stride, [&](ByteView samples, l_uint32* to) {
      for (std::uint32_t x = 0; x < header_.width; ++x) {
        const auto pixel = samples.little(x * size, size);
        const auto opacity = transparent ? in.alpha.of(pixel) : 255;
        to[x] = rgb_pixel(over_white(in.red.of(pixel), opacity), over_white(in.green.of(pixel), opacity),
                          over_white(in.blue.of(pixel), opacity));
      }
    });
  }

  void set_resolution() const {
    if (header_.length == core_header) {
      return;
    }
    constexpr double metres_per_inch = 0.0254;
    const auto dots = [&](std::size_t at) {
      const auto per_metre = file_.little(at, 4);
      return per_metre < 4'000'000 ? static_cast<l_int32>(std::lround(per_metre * metres_per_inch)) : 0;
    };
    pixSetResolution(pix_.get(), dots(38), dots(42));
  }

  ByteView file_;
  Header header_;
  PixPtr pix_;
  std::array<std::uint32_t, 256> palette_{};
};

bool can_decode(const Header& header) noexcept {
  const auto depth = header.depth;
  switch (header.compression) {
    case plain:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16 || depth == 24 || depth == 32;
    case rle8:
      return depth == 8;
    case rle4:
      return depth == 4;
    case bit_fields:
    case alpha_bit_fields:
      return depth == 16 || depth == 32;
    default:
      return false;
  }
}

}  // namespace

std::optional<ImageSize> bmp_size(ByteView file) noexcept {
  const auto header = read_header(file);
  return header ? std::optional(ImageSize{header->width, header->height}) : std::nullopt;
}

PixPtr decode_bmp(ByteView file) {
  const auto header = read_header(file);
  if (!header || !can_decode(*header) || header->data >= file.size()) {
    return nullptr;
  }
  return Decoder(file, *header).decode();
}

}  // namespace docket::engine
