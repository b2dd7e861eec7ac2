#include "made_documents.h"

#include <fcntl.h>
#include <leptonica/allheaders.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
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

}  // namespace

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

std::string scan_tiff(unsigned pages, unsigned lines) {
  constexpr int line_height = 60;
  const PixPtr page(pixCreate(2200, static_cast<int>(lines + 4) * line_height, 8));
  pixSetAll(page.get());
  L_BMF* font = bmfCreate(nullptr, 10);
  for (unsigned line = 0; line < lines; ++line) {
    pixSetTextline(page.get(), font, "The quick brown fox jumps over the lazy dog and runs into the deep dark wood", 0,
                   40, static_cast<int>(line + 3) * line_height, nullptr, nullptr);
  }
  bmfDestroy(&font);
  pixSetResolution(page.get(), 300, 300);

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
