#include "job/codec/status_codec.h"

#include <cstddef>
#include <cstring>

#include "base/bytes.h"

namespace docket {
namespace {

constexpr std::uint16_t status_version = 1;

// A stored status: StatusHead, StatusSizes, the three texts, then the files and the warnings, each a fixed part with
// the sizes of the texts that follow it. The fixed parts have no padding and are stored byte by byte.
struct StatusSizes {
  std::uint32_t owner;
  std::uint32_t result_url;
  std::uint32_t detail;
  std::uint32_t files;     ///< bytes of all files
  std::uint32_t warnings;  ///< bytes of all warnings
};
static_assert(sizeof(StatusSizes) == 20);

struct StoredFile {
  std::uint8_t type;
  std::uint8_t state;
  std::uint16_t error;
  std::uint32_t total_pages;
  std::uint32_t processed_pages;
  std::uint32_t failed_pages;
  std::uint64_t size;
  Sha256 sha256;
  std::uint32_t filename_size;
  std::uint32_t error_detail_size;
};
static_assert(sizeof(StoredFile) == 64);

struct StoredWarning {
  std::uint16_t file;
  std::uint16_t code;
  std::uint32_t page;
  std::uint32_t detail_size;
};
static_assert(sizeof(StoredWarning) == 12);

template <class T>
T load(const char* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

std::uint32_t size32(std::string_view text) noexcept {
  return static_cast<std::uint32_t>(text.size());
}

// What stands for the kind in a job of documents that has another one's results, as older versions wrote it.
constexpr auto kind_of_linked_job = static_cast<WorkKind>(1);

bool is_state(std::uint8_t value) noexcept {
  return value <= static_cast<std::uint8_t>(State::failed);
}
/// No time before 1970 was ever written; so the difference of two times cannot overflow.
bool has_times(const StatusHead& head) noexcept {
  return head.created_ms >= 0 && head.started_ms >= 0 && head.updated_ms >= 0 && head.completed_ms >= 0 &&
         head.expires_ms >= 0;
}
bool is_media_type(std::uint8_t value) noexcept {
  return value < all_media_types.size();
}
tl::unexpected<Error> bad_status() {
  return fail(ErrorCode::bad_record, "a stored status is damaged or of another version");
}

std::size_t stored_size(const std::vector<FileStatus>& files) noexcept {
  std::size_t size = 0;
  for (const auto& file : files) {
    size += sizeof(StoredFile) + file.filename.size() + file.error_detail.size();
  }
  return size;
}

std::size_t stored_size(const std::vector<Warning>& warnings) noexcept {
  std::size_t size = 0;
  for (const auto& warning : warnings) {
    size += sizeof(StoredWarning) + warning.detail.size();
  }
  return size;
}

void put_file(ByteWriter& out, const FileStatus& file) {
  out.put(StoredFile{.type = static_cast<std::uint8_t>(file.type),
                     .state = static_cast<std::uint8_t>(file.state),
                     .error = static_cast<std::uint16_t>(file.error),
                     .total_pages = file.total_pages,
                     .processed_pages = file.processed_pages,
                     .failed_pages = file.failed_pages,
                     .size = file.size,
                     .sha256 = file.sha256,
                     .filename_size = size32(file.filename),
                     .error_detail_size = size32(file.error_detail)});
  out.put_raw(file.filename);
  out.put_raw(file.error_detail);
}

void put_warning(ByteWriter& out, const Warning& warning) {
  out.put(StoredWarning{.file = warning.file,
                        .code = static_cast<std::uint16_t>(warning.code),
                        .page = warning.page,
                        .detail_size = size32(warning.detail)});
  out.put_raw(warning.detail);
}

}  // namespace

std::string encode(const Status& status) {
  auto head = status.head;
  head.version = status_version;
  head.file_count = static_cast<std::uint16_t>(status.files.size());
  const StatusSizes sizes{.owner = size32(status.owner),
                          .result_url = size32(status.result_url),
                          .detail = size32(status.detail),
                          .files = static_cast<std::uint32_t>(stored_size(status.files)),
                          .warnings = static_cast<std::uint32_t>(stored_size(status.warnings))};
  ByteWriter out;
  out.reserve(sizeof head + sizeof sizes + sizes.owner + sizes.result_url + sizes.detail + sizes.files +
              sizes.warnings);
  out.put(head);
  out.put(sizes);
  out.put_raw(status.owner);
  out.put_raw(status.result_url);
  out.put_raw(status.detail);
  for (const auto& file : status.files) {
    put_file(out, file);
  }
  for (const auto& warning : status.warnings) {
    put_warning(out, warning);
  }
  return out.take();
}

bool StatusView::next_file(std::string_view& rest, FileView& file) noexcept {
  if (rest.size() < sizeof(StoredFile)) {
    return false;
  }
  const auto stored = load<StoredFile>(rest.data());
  const auto texts = std::uint64_t{stored.filename_size} + stored.error_detail_size;
  if (rest.size() - sizeof(StoredFile) < texts || !is_media_type(stored.type) || !is_state(stored.state)) {
    return false;
  }
  file.sha256 = rest.substr(offsetof(StoredFile, sha256), sizeof(Sha256));
  rest.remove_prefix(sizeof(StoredFile));
  file.filename = rest.substr(0, stored.filename_size);
  file.error_detail = rest.substr(stored.filename_size, stored.error_detail_size);
  rest.remove_prefix(static_cast<std::size_t>(texts));
  file.type = static_cast<MediaType>(stored.type);
  file.state = static_cast<State>(stored.state);
  file.error = static_cast<ErrorCode>(stored.error);
  file.total_pages = stored.total_pages;
  file.processed_pages = stored.processed_pages;
  file.failed_pages = stored.failed_pages;
  file.size = stored.size;
  return true;
}

bool StatusView::next_warning(std::string_view& rest, WarningView& warning) noexcept {
  if (rest.size() < sizeof(StoredWarning)) {
    return false;
  }
  const auto stored = load<StoredWarning>(rest.data());
  if (rest.size() - sizeof(StoredWarning) < stored.detail_size) {
    return false;
  }
  rest.remove_prefix(sizeof(StoredWarning));
  warning.file = stored.file;
  warning.page = stored.page;
  warning.code = static_cast<ErrorCode>(stored.code);
  warning.detail = rest.substr(0, stored.detail_size);
  rest.remove_prefix(stored.detail_size);
  return true;
}

Result<StatusView> StatusView::parse(std::string_view bytes) noexcept {
  constexpr auto fixed = sizeof(StatusHead) + sizeof(StatusSizes);
  if (bytes.size() < fixed) {
    return bad_status();
  }
  StatusView view;
  view.head = load<StatusHead>(bytes.data());
  if (view.head.kind == kind_of_linked_job) {
    view.head.kind = WorkKind::document;
  }
  const auto sizes = load<StatusSizes>(bytes.data() + sizeof(StatusHead));
  const auto whole =
      std::uint64_t{fixed} + sizes.owner + sizes.result_url + sizes.detail + sizes.files + sizes.warnings;
  if (view.head.version != status_version || !is_kind(view.head.kind) ||
      !is_state(static_cast<std::uint8_t>(view.head.state)) || !has_times(view.head) || whole != bytes.size()) {
    return bad_status();
  }
  auto rest = bytes.substr(fixed);
  const auto take = [&rest](std::uint32_t size) {
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  view.owner = take(sizes.owner);
  view.result_url = take(sizes.result_url);
  view.detail = take(sizes.detail);
  view.files_ = take(sizes.files);
  view.warnings_ = take(sizes.warnings);

  // One walk now, so that visitors meet nothing but whole files and warnings, and no warning of a file that is not
  // there. The two functions stop before what is not whole, which then is what is left over.
  auto files = view.files_;
  FileView file;
  std::uint32_t file_count = 0;
  while (next_file(files, file)) {
    ++file_count;
  }
  auto warnings = view.warnings_;
  WarningView warning;
  bool known_files = true;
  while (next_warning(warnings, warning)) {
    known_files &= warning.file < file_count;
  }
  if (!files.empty() || !warnings.empty() || file_count != view.head.file_count || !known_files) {
    return bad_status();
  }
  return view;
}

Result<Status> decode_status(std::string_view bytes) {
  const auto view = StatusView::parse(bytes);
  if (!view) {
    return pass_on(view);
  }
  Status status;
  status.head = view->head;
  status.owner = view->owner;
  status.result_url = view->result_url;
  status.detail = view->detail;
  status.files.reserve(view->head.file_count);
  view->each_file([&](const FileView& from) {
    auto& file = status.files.emplace_back();
    file.filename = from.filename;
    file.error_detail = from.error_detail;
    file.type = from.type;
    file.state = from.state;
    file.error = from.error;
    file.total_pages = from.total_pages;
    file.processed_pages = from.processed_pages;
    file.failed_pages = from.failed_pages;
    file.size = from.size;
    std::memcpy(file.sha256.data(), from.sha256.data(), file.sha256.size());
  });
  view->each_warning([&](const WarningView& from) {
    status.warnings.push_back(
        {.file = from.file, .page = from.page, .code = from.code, .detail = std::string(from.detail)});
  });
  return status;
}

}  // namespace docket
