#include "engine/image/jp2_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::engine {
namespace {

using namespace std::string_view_literals;

std::uint32_t to_byte(double value) noexcept {
  return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// One component's samples as bytes, at the picture's own resolution.
class Samples {
 public:
  explicit Samples(const opj_image_comp_t& component) noexcept : component_(component) {}

  [[nodiscard]] std::uint32_t at(std::uint32_t x, std::uint32_t y) const noexcept {
    const auto column = std::min(x / component_.dx, component_.w - 1);
    const auto row = std::min(y / component_.dy, component_.h - 1);
    const std::int64_t offset = component_.sgnd != 0 ? std::int64_t{1} << (component_.prec - 1) : 0;
    const auto most = (std::int64_t{1} << component_.prec) - 1;
    const auto sample = component_.data[std::size_t{row} * component_.w + column] + offset;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(sample, 0, most) * 255 / most);
  }

 private:
  const opj_image_comp_t& component_;
};

bool is_usable(const opj_image_comp_t& component) noexcept {
  return component.data != nullptr && component.w > 0 && component.h > 0 && component.dx > 0 && component.dy > 0 &&
         component.prec >= 1 && component.prec <= 32;
}

/// What the components mean. Their numbers; -1 none.
struct Meaning {
  enum class Space { gray, rgb, luma_chroma, cmyk } space = Space::gray;
  int alpha = -1;
};

Meaning meaning_of(const opj_image_t& image) noexcept {
  const auto count = static_cast<int>(image.numcomps);
  Meaning meaning;
  for (int i = 0; i < count; ++i) {
    if (image.comps[i].alpha != 0) {
      meaning.alpha = i;
      break;
    }
  }
  const int colours = meaning.alpha >= 0 ? meaning.alpha : count;
  // A codestream alone says nothing of alpha: of two or four components the last one is it.
  if (meaning.alpha < 0 && (count == 2 || (count == 4 && image.color_space != OPJ_CLRSPC_CMYK))) {
    meaning.alpha = count - 1;
  }
  if (colours >= 4 && image.color_space == OPJ_CLRSPC_CMYK) {
    meaning.space = Meaning::Space::cmyk;
  } else if (colours >= 3) {
    const bool chroma = image.color_space == OPJ_CLRSPC_SYCC || image.color_space == OPJ_CLRSPC_EYCC;
    meaning.space = chroma ? Meaning::Space::luma_chroma : Meaning::Space::rgb;
  }
  return meaning;
}

std::array<std::uint32_t, 3> colours_of(Meaning::Space space, std::span<const Samples> samples, std::uint32_t x,
                                        std::uint32_t y) noexcept {
  const auto first = samples[0].at(x, y);
  const auto second = samples[1].at(x, y);
  const auto third = samples[2].at(x, y);
  if (space == Meaning::Space::luma_chroma) {  // ITU-R BT.601, as JPEG
    const double luma = first;
    const double blue = static_cast<double>(second) - 128;
    const double red = static_cast<double>(third) - 128;
    return {to_byte(luma + 1.402 * red), to_byte(luma - 0.344136 * blue - 0.714136 * red),
            to_byte(luma + 1.772 * blue)};
  }
  if (space == Meaning::Space::cmyk) {
    const auto light = 255 - samples[3].at(x, y);
    return {(255 - first) * light / 255, (255 - second) * light / 255, (255 - third) * light / 255};
  }
  return {first, second, third};
}

}  // namespace

struct Jp2File::Access {
  static OPJ_SIZE_T read(void* buffer, OPJ_SIZE_T size, void* data) {
    auto& self = *static_cast<Jp2File*>(data);
    const auto bytes = self.bytes_.part(self.position_, size).bytes();
    if (bytes.empty()) {
      return static_cast<OPJ_SIZE_T>(-1);
    }
    std::memcpy(buffer, bytes.data(), bytes.size());
    self.position_ += bytes.size();
    return bytes.size();
  }

  static OPJ_OFF_T skip(OPJ_OFF_T size, void* data) {
    auto& self = *static_cast<Jp2File*>(data);
    const auto left = self.bytes_.size() - self.position_;
    if (size < 0 || left == 0) {
      return -1;
    }
    const auto skipped = std::min(static_cast<std::size_t>(size), left);
    self.position_ += skipped;
    return static_cast<OPJ_OFF_T>(skipped);
  }

  static OPJ_BOOL seek(OPJ_OFF_T position, void* data) {
    auto& self = *static_cast<Jp2File*>(data);
    if (position < 0 || static_cast<std::size_t>(position) > self.bytes_.size()) {
      return OPJ_FALSE;
    }
    self.position_ = static_cast<std::size_t>(position);
    return OPJ_TRUE;
  }
};

std::unique_ptr<Jp2File> Jp2File::open(ByteView bytes) {
  const auto begin = bytes.text().find("\xFF\x4F\xFF\x51"sv);
  if (begin == std::string_view::npos) {
    return nullptr;
  }
  // Where the boxes around the codestream are broken, it may be sound.
  auto file = begin > 0 ? open(bytes, OPJ_CODEC_JP2) : nullptr;
  return file ? std::move(file) : open(bytes.part(begin), OPJ_CODEC_J2K);
}

std::unique_ptr<Jp2File> Jp2File::open(ByteView bytes, OPJ_CODEC_FORMAT format) {
  constexpr std::size_t buffer_size = std::size_t{64} * 1024;
  std::unique_ptr<Jp2File> file(new Jp2File(bytes));
  file->stream_.reset(opj_stream_create(buffer_size, OPJ_TRUE));
  file->codec_.reset(opj_create_decompress(format));
  if (!file->stream_ || !file->codec_) {
    return nullptr;
  }
  auto* const stream = file->stream_.get();
  opj_stream_set_user_data(stream, file.get(), nullptr);
  opj_stream_set_user_data_length(stream, bytes.size());
  opj_stream_set_read_function(stream, Access::read);
  opj_stream_set_skip_function(stream, Access::skip);
  opj_stream_set_seek_function(stream, Access::seek);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* image = nullptr;
  const bool read = opj_setup_decoder(file->codec_.get(), &parameters) != OPJ_FALSE &&
                    opj_decoder_set_strict_mode(file->codec_.get(), OPJ_FALSE) != OPJ_FALSE &&
                    opj_read_header(stream, file->codec_.get(), &image) != OPJ_FALSE;
  file->image_.reset(image);
  if (!read || !file->image_ || image->numcomps == 0 || image->x1 <= image->x0 || image->y1 <= image->y0) {
    return nullptr;
  }
  return file;
}

ImageSize Jp2File::size() const noexcept {
  return {image_->x1 - image_->x0, image_->y1 - image_->y0};
}

PixPtr Jp2File::decode() {
  if (opj_decode(codec_.get(), stream_.get(), image_.get()) == OPJ_FALSE) {
    return nullptr;
  }
  const std::span components(image_->comps, image_->numcomps);
  if (!std::all_of(components.begin(), components.end(), is_usable)) {
    return nullptr;
  }
  const auto [width, height] = size();
  const auto meaning = meaning_of(*image_);
  const bool gray = meaning.space == Meaning::Space::gray;
  const std::vector<Samples> samples(components.begin(), components.end());
  PixPtr pix(pixCreate(static_cast<l_int32>(width), static_cast<l_int32>(height), gray ? 8 : 32));
  if (!pix) {
    return nullptr;
  }
  for (std::uint32_t y = 0; y < height; ++y) {
    auto* const row =
        pixGetData(pix.get()) + static_cast<std::size_t>(y) * static_cast<std::size_t>(pixGetWpl(pix.get()));
    for (std::uint32_t x = 0; x < width; ++x) {
      const auto alpha = meaning.alpha < 0 ? 255 : samples[static_cast<std::size_t>(meaning.alpha)].at(x, y);
      if (gray) {
        SET_DATA_BYTE(row, x, static_cast<l_uint8>(over_white(samples.front().at(x, y), alpha)));
      } else {
        const auto [red, green, blue] = colours_of(meaning.space, samples, x, y);
        row[x] = rgb_pixel(over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha));
      }
    }
  }
  return pix;
}

}  // namespace docket::engine
