#include "engine/pdf/pdf_file.h"

#include <ErrorCodes.h>
#include <Stream.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace docket::engine {
namespace {

// A larger file is read piece by piece: mapped, its size would count for docket_memory_limit.
constexpr off_t most_mapped = 32 << 20;

// Mapped, since Poppler asks the system for 256 bytes at a time: thousands of calls a document.
Result<OpenPdf> open_file(int fd, const std::optional<GooString>& password) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    return fail_errno("fstat", errno);
  }
  if (status.st_size <= 0) {
    return fail(ErrorCode::corrupt, "The file is empty.");
  }
  OpenPdf open;
  std::unique_ptr<BaseStream> stream;
  if (status.st_size <= most_mapped) {
    auto mapped = MappedFile::map(fd);
    if (!mapped) {
      return pass_on(mapped);
    }
    const auto bytes = open.bytes.emplace(std::move(*mapped)).bytes();
    stream = std::make_unique<MemStream>(reinterpret_cast<const char*>(bytes.data()), 0,
                                         static_cast<Goffset>(bytes.size()), Object(objNull));
  } else {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      return fail_errno("fcntl", errno);
    }
    open.file = GooFile::open(copy);  // closes `copy` at its end
    stream = std::make_unique<FileStream>(open.file.get(), 0, false, status.st_size, Object(objNull));
  }
  open.document = std::make_unique<PDFDoc>(stream.release(), password, password);
  return open;
}

// Passwords before PDF 2.0 are in PDFDocEncoding, which is Latin-1 for all that people type; nothing if `utf8` has
// other characters or none that differ.
std::optional<std::string> as_latin1(std::string_view utf8) {
  std::string latin1;
  bool differs = false;
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    const auto byte = static_cast<unsigned char>(utf8[at]);
    if (byte < 0x80) {
      latin1.push_back(utf8[at]);
      continue;
    }
    if ((byte != 0xc2 && byte != 0xc3) || at + 1 >= utf8.size()) {
      return std::nullopt;
    }
    ++at;
    latin1.push_back(static_cast<char>(((byte & 0x03) << 6) | (static_cast<unsigned char>(utf8[at]) & 0x3f)));
    differs = true;
  }
  return differs ? std::optional(latin1) : std::nullopt;
}

}  // namespace

bool is_locked(const OpenPdf& open) {
  return !open.document->isOk() && open.document->getErrorCode() == errEncrypted;
}

Result<OpenPdf> unlock(int fd, const std::string& password) {
  if (password.empty()) {
    return open_file(fd, std::nullopt);
  }
  auto open = open_file(fd, std::optional<GooString>(std::in_place, password));
  if (open && is_locked(*open)) {
    if (const auto latin1 = as_latin1(password); latin1) {
      open = open_file(fd, std::optional<GooString>(std::in_place, *latin1));
    }
  }
  if (open && is_locked(*open)) {
    open = open_file(fd, std::nullopt);
  }
  return open;
}

}  // namespace docket::engine
