#include "engine/made_documents.h"

#include <fcntl.h>
#include <leptonica/allheaders.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace docket::engine::test {
namespace {

struct PixDeleter {
  void operator()(PIX* pix) const { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<PIX, PixDeleter>;

/// Puts objects together with a cross-reference table (ISO 32000-1, 7.5).
class PdfFile {
 public:
  void add(const std::string& object) {
    offsets_.push_back(bytes_.size());
    bytes_ += std::to_string(offsets_.size()) + " 0 obj\n" + object + "\nendobj\n";
  }
  std::string finish() {
    const auto start = bytes_.size();
    const auto size = std::to_string(offsets_.size() + 1);
    bytes_ += "xref\n0 " + size + "\n0000000000 65535 f \n";
    for (const auto offset : offsets_) {
      const auto digits = std::to_string(offset);
      bytes_ += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    return bytes_ + "trailer\n<< /Size " + size + " /Root 1 0 R >>\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
  }

 private:
  std::string bytes_ = "%PDF-1.4\n";
  std::vector<std::size_t> offsets_;
};

std::string number(unsigned value) {
  return std::to_string(value);
}

std::string stream(const std::string& entries, const std::string& data) {
  return "<< " + entries + " /Length " + number(static_cast<unsigned>(data.size())) + " >>\nstream\n" + data +
         "\nendstream";
}

/// Writes one page of a report. Lives while it does.
class ReportPage {
 public:
  explicit ReportPage(unsigned page) : page_(page), state_(page * 2'654'435'761U + 1) {}

  std::string content(bool with_image) {
    show("F1", 9, 72, 760, "Annual report of the harbour office");
    show("F1", 9, 300, 30, number(page_));
    float y = 716;
    if (page_ % 3 == 1) {
      show("F2", 16, 72, y, "Section " + number(page_) + " on " + words(3));
      y -= 30;
    }
    if (with_image) {
      content_ += "q 120 0 0 90 72 " + number(static_cast<unsigned>(y) - 80) + " cm /Im Do Q\n";
      y -= 104;
    }
    if (page_ % 4 == 0) {
      table(y);
      y -= 8 * row_height + 24;
    }
    while (y > 90) {
      for (int line = 0; line < 6 && y > 60; ++line, y -= 13) {
        show("F1", 10, 72, y, words(12) + (line == 5 ? "." : ""));
      }
      y -= 11;
    }
    return std::move(content_);
  }

 private:
  static constexpr unsigned row_height = 18;

  void show(const char* font, unsigned size, float x, float y, const std::string& text) {
    content_ += std::string("BT /") + font + " " + number(size) + " Tf " + number(static_cast<unsigned>(x)) + " " +
                number(static_cast<unsigned>(y)) + " Td (" + text + ") Tj ET\n";
  }

  void table(float top) {
    constexpr unsigned columns = 4;
    constexpr unsigned rows = 8;
    constexpr unsigned width = 110;
    const auto y0 = static_cast<unsigned>(top);
    for (unsigned row = 0; row <= rows; ++row) {
      content_ += "72 " + number(y0 - row * row_height) + " m " + number(72 + columns * width) + " " +
                  number(y0 - row * row_height) + " l S\n";
    }
    for (unsigned column = 0; column <= columns; ++column) {
      const auto x = number(72 + column * width);
      content_ += x + " " + number(y0) + " m " + x + " " + number(y0 - rows * row_height) + " l S\n";
      for (unsigned row = 0; column < columns && row < rows; ++row) {
        show("F1", 10, static_cast<float>(76 + column * width), static_cast<float>(y0 - row * row_height - 13),
             column == 0 || row == 0 ? words(1) : number(random() % 10'000));
      }
    }
  }

  std::string words(int count) {
    std::string text;
    for (int word = 0; word < count; ++word) {
      text += word == 0 ? "" : " ";
      // Of syllables: letters drawn at random would be no language's.
      for (auto syllables = 2 + random() % 3; syllables > 0; --syllables) {
        text += std::string_view("bcdfghjklmnpqrstvwxz")[random() % 20];
        text += std::string_view("aeiou")[random() % 5];
      }
    }
    return text;
  }

  /// Knuth's linear congruential generator: the same document every time.
  unsigned random() {
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    return state_ >> 12U;
  }

  unsigned page_;
  unsigned state_;
  std::string content_;
};

/// The entries and samples of a picture that no other page has.
std::string report_picture(unsigned page) {
  std::string samples;
  for (unsigned at = 0; at < 32 * 24; ++at) {
    samples += static_cast<char>((at * at + page * 31 + (page >> 8U) * at) & 0xFFU);
  }
  return stream("/Type /XObject /Subtype /Image /Width 32 /Height 24 /ColorSpace /DeviceGray /BitsPerComponent 8",
                samples);
}

/// Lines of print, black on white, at 300 dpi.
PixPtr print(unsigned lines) {
  constexpr int line_height = 60;
  PixPtr page(pixCreate(2200, static_cast<int>(lines + 4) * line_height, 8));
  pixSetAll(page.get());
  L_BMF* font = bmfCreate(nullptr, 10);
  for (unsigned line = 0; line < lines; ++line) {
    pixSetTextline(page.get(), font, "The quick brown fox jumps over the lazy dog and runs into the deep dark wood", 0,
                   40, static_cast<int>(line + 3) * line_height, nullptr, nullptr);
  }
  bmfDestroy(&font);
  pixSetResolution(page.get(), 300, 300);
  return page;
}

}  // namespace

std::string report_pdf(unsigned pages, bool with_images) {
  PdfFile file;
  std::string kids;
  for (unsigned page = 0; page < pages; ++page) {
    kids += number(5 + 3 * page) + " 0 R ";
  }
  file.add("<< /Type /Catalog /Pages 2 0 R >>");
  file.add("<< /Type /Pages /Count " + number(pages) + " /Kids [" + kids + "] >>");
  file.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  file.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>");
  for (unsigned page = 1; page <= pages; ++page) {
    const auto first = 2 + 3 * page;
    file.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> " +
             (with_images ? "/XObject << /Im " + number(first + 2) + " 0 R >> " : std::string()) + ">> /Contents " +
             number(first + 1) + " 0 R >>");
    file.add(stream("", ReportPage(page).content(with_images)));
    file.add(with_images ? report_picture(page) : "null");
  }
  return file.finish();
}

std::string text_pdf(unsigned pages, unsigned lines) {
  PdfFile file;
  std::string kids;
  for (unsigned page = 0; page < pages; ++page) {
    kids += std::to_string(4 + 2 * page) + " 0 R ";
  }
  file.add("<< /Type /Catalog /Pages 2 0 R >>");
  file.add("<< /Type /Pages /Count " + std::to_string(pages) + " /Kids [" + kids + "] >>");
  file.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  for (unsigned page = 1; page <= pages; ++page) {
    std::string content = "BT /F1 12 Tf 14 TL 72 750 Td (Page number " + std::to_string(page) + ") Tj T*";
    for (unsigned line = 0; line < lines; ++line) {
      content += " (The quick brown fox jumps over the lazy dog.) Tj T*";
    }
    content += " ET";
    file.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents " +
             std::to_string(3 + 2 * page) + " 0 R >>");
    file.add("<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream");
  }
  return file.finish();
}

std::string stamped_scan_pdf(unsigned pages, unsigned lines) {
  const auto page = print(lines);
  const auto width = static_cast<unsigned>(pixGetWidth(page.get()));
  const auto height = static_cast<unsigned>(pixGetHeight(page.get()));
  std::string samples;
  for (unsigned y = 0; y < height; ++y) {
    for (unsigned x = 0; x < width; ++x) {
      l_uint32 gray = 0;
      pixGetPixel(page.get(), static_cast<int>(x), static_cast<int>(y), &gray);
      samples += static_cast<char>(gray);
    }
  }
  const auto dots = [](unsigned pixels) { return number(pixels * 72 / 300); };
  PdfFile file;
  std::string kids;
  for (unsigned at = 0; at < pages; ++at) {
    kids += number(6 + at) + " 0 R ";
  }
  file.add("<< /Type /Catalog /Pages 2 0 R >>");
  file.add("<< /Type /Pages /Count " + number(pages) + " /Kids [" + kids + "] >>");
  file.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  file.add(stream("/Type /XObject /Subtype /Image /Width " + number(width) + " /Height " + number(height) +
                      " /ColorSpace /DeviceGray /BitsPerComponent 8",
                  samples));
  file.add(
      stream("", "q " + dots(width) + " 0 0 " + dots(height) + " 0 0 cm /Im Do Q BT /F1 6 Tf 10 4 Td (Exhibit) Tj ET"));
  for (unsigned at = 0; at < pages; ++at) {
    file.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + dots(width) + " " + dots(height) +
             "] /Resources << /Font << /F1 3 0 R >> /XObject << /Im 4 0 R >> >> /Contents 5 0 R >>");
  }
  return file.finish();
}

std::string scan_tiff(unsigned pages, unsigned lines) {
  const auto page = print(lines);
  char name[] = "/tmp/docket-scan-XXXXXX";
  const Fd file(::mkstemp(name));
  for (unsigned written = 0; written < pages; ++written) {
    if (pixWriteTiff(name, page.get(), IFF_TIFF_LZW, written == 0 ? "w" : "a") != 0) {
      throw std::runtime_error("pixWriteTiff");
    }
  }
  auto bytes = contents(Fd(::open(name, O_RDONLY | O_CLOEXEC)));
  ::unlink(name);
  return bytes;
}

Fd file_of(const std::string& bytes) {
  Fd file(::memfd_create("document", MFD_CLOEXEC));
  if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("write");
  }
  return file;
}

Fd empty_file() {
  Fd file(::memfd_create("written", MFD_CLOEXEC));
  ::fcntl(file.get(), F_SETFL, O_APPEND);
  return file;
}

std::string contents(const Fd& file) {
  struct stat known {};
  if (::fstat(file.get(), &known) != 0) {
    throw std::runtime_error("fstat");
  }
  std::string bytes(static_cast<std::size_t>(known.st_size), '\0');
  if (::pread(file.get(), bytes.data(), bytes.size(), 0) != known.st_size) {
    throw std::runtime_error("pread");
  }
  return bytes;
}

}  // namespace docket::engine::test
