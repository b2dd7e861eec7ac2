// JPEG 2000 pictures with OpenJPEG. Leptonica refuses more than 8 bits a sample and much else.
#pragma once

#include <openjpeg.h>

#include <memory>

#include "engine/image/image_size.h"
#include "engine/model/byte_view.h"
#include "engine/model/pix.h"

namespace docket::engine {

/// An open JP2 file or codestream in memory, its header read. Does not own the bytes, which outlive it. Lives in a
/// child, on its only thread.
class Jp2File {
 public:
  /// Nothing if the header cannot be read.
  static std::unique_ptr<Jp2File> open(ByteView bytes);
  Jp2File(const Jp2File&) = delete;
  Jp2File& operator=(const Jp2File&) = delete;
  ~Jp2File() = default;

  /// By the header alone.
  [[nodiscard]] ImageSize size() const noexcept;

  /// Decodes to 8-bit gray or 32-bit colours without a resolution, what is transparent being white. Once. Data that end
  /// early leave what they gave. nullptr if there is nothing to show.
  [[nodiscard]] PixPtr decode();

 private:
  static std::unique_ptr<Jp2File> open(ByteView bytes, OPJ_CODEC_FORMAT format);
  explicit Jp2File(ByteView bytes) noexcept : bytes_(bytes) {}

  struct Access;  // OpenJPEG's callbacks, which get this object

  // Streams and codecs are the same type to the compiler, void*.
  struct StreamDeleter {
    void operator()(opj_stream_t* stream) const noexcept { opj_stream_destroy(stream); }
  };
  struct CodecDeleter {
    void operator()(opj_codec_t* codec) const noexcept { opj_destroy_codec(codec); }
  };
  struct ImageDeleter {
    void operator()(opj_image_t* image) const noexcept { opj_image_destroy(image); }
  };

  ByteView bytes_;
  std::size_t position_ = 0;
  std::unique_ptr<opj_stream_t, StreamDeleter> stream_;
  std::unique_ptr<opj_codec_t, CodecDeleter> codec_;
  std::unique_ptr<opj_image_t, ImageDeleter> image_;
};

}  // namespace docket::engine
