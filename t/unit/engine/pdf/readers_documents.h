// Documents and pictures for the tests of the readers, made on the spot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "document/media_type.h"
#include "engine/model/document.h"
#include "engine/model/pix.h"
#include "engine/model/reader.h"

namespace docket::engine::readers_test {

/// Puts a PDF together, object by object (ISO 32000-1, 7.5).
class PdfMaker {
 public:
  /// Reserves an object's number, for what is defined later.
  int reserve();
  void define(int number, std::string body);
  int add(std::string body);
  /// `entries` is what stands in the dictionary beside /Length.
  int add_stream(const std::string& data, const std::string& entries = "");
  /// `entries` holds /Resources, /Rotate and the like.
  void add_page(const std::string& content, const std::string& entries, const std::string& media_box = "0 0 612 792");

  /// Puts entries into the catalogue.
  void add_to_catalogue(const std::string& entries) { catalogue_ += " " + entries; }

  /// The file. `trailer` is put into the trailer's dictionary.
  [[nodiscard]] std::string finish(const std::string& trailer = "");

  /// As finish(), encrypted with 40-bit RC4 (revision 2); strings of objects must be none.
  [[nodiscard]] std::string finish_encrypted(const std::string& user_password, const std::string& owner_password);

 private:
  struct Object {
    std::string body;
    std::string data;  ///< of a stream
    bool is_stream = false;
  };
  [[nodiscard]] std::string assemble(const std::string& trailer, std::string_view key);

  std::vector<Object> objects_ = std::vector<Object>(2);  // 1: the catalogue, 2: the page tree
  std::vector<int> pages_;
  std::string catalogue_;
};

/// A /Resources dictionary with Helvetica as /F1.
inline const std::string helvetica =
    "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";

/// A PDF of one page that shows `content`, with `entries` in its dictionary.
std::string one_page(const std::string& content, const std::string& entries = helvetica,
                     const std::string& media_box = "0 0 612 792");

/// A picture of printed lines, black on white, 8 bits a pixel, 300 dpi: letters of about 20 points from (100, 100) on.
PixPtr print(const std::vector<std::string>& lines, int width = 1600, int height = 600);

/// The pixels of an 8-bit picture, row by row; of a 1-bit picture its packed rows, 1 = black.
std::string samples_of(Pix& picture);

/// An image XObject's dictionary entries for raw samples of `picture` (DeviceGray).
std::string image_entries(Pix& picture);

/// The bytes of a picture in a format of Leptonica (IFF_PNG …).
std::string encoded(Pix& picture, int format);

/// The bytes in a file without a name; its position is somewhere in the middle.
Fd file_of(std::string_view bytes);

/// Options with one of them set.
template <class T>
ReadOptions with(T ReadOptions::*option, std::type_identity_t<T> value, ReadOptions options = {}) {
  options.*option = std::move(value);
  return options;
}

/// Opens and reads; keeps the file open meanwhile.
Result<std::vector<Result<Page>>> read_all(std::string_view bytes, MediaType type, const ReadOptions& options = {});

/// The first page, which must be readable: a failed expectation and an empty page otherwise.
Page read_first(std::string_view bytes, MediaType type, const ReadOptions& options = {});

/// The words of a page, separated by blanks, lines by newlines.
std::string text_of(const Page& page);

/// The first word with this text; fails the test (and returns an empty word) if there is none.
Word word_of(const Page& page, std::string_view text);

}  // namespace docket::engine::readers_test
