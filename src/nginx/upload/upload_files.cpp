#include "nginx/upload/upload_files.h"

#include <fcntl.h>

#include <utility>

#include "document/media_type.h"
#include "http/body/refusals.h"
#include "http/field/text.h"
#include "http/form/file_name.h"

namespace docket::ngx {
namespace {

/// Files beyond this are sent to the disk as they come and synced before they join a group, so that a large upload
/// delays no other.
constexpr std::uint64_t large_bytes = std::uint64_t{8} * 1024 * 1024;

}  // namespace

UploadFiles::~UploadFiles() {
  remove([] {});
}

void UploadFiles::begin(std::string_view filename, bool in_form) {
  filename_ = http::clean_file_name(filename);
  in_form_ = in_form;
  writer_.reset();  // made with the first byte: a form's file input without a choice is an empty part
}

Result<void> UploadFiles::create() {
  if (created_ >= conf_.max_files) {
    return fail(ErrorCode::too_many_files, http::too_many_files_detail(conf_.max_files));
  }
  auto file = worker_.spool().create_input(job_, created_);
  if (!file) {
    return pass_on(file);
  }
  ++created_;
  writeback_started_ = 0;
  writer_.emplace(std::move(*file));
  return {};
}

Result<void> UploadFiles::append(std::string_view bytes) {
  if (!writer_) {
    if (auto created = create(); !created) {
      return created;
    }
  }
  const bool was_known = writer_->is_type_known();
  if (auto written = writer_->append(bytes); !written) {
    return written;
  }
  if (!was_known && writer_->is_type_known()) {
    if (auto fits = check_type(writer_->type()); !fits) {
      return fits;
    }
  }
  if (worker_.syncs() && writer_->size() - writeback_started_ >= large_bytes) {
    large_ = true;
    start_writeback();
  }
  return {};
}

/// Only begins the writing; whether it succeeds is found out by the fdatasync at the end.
void UploadFiles::start_writeback() {
  worker_.post_io(
      [file = writer_->file(), from = writeback_started_, size = writer_->size() - writeback_started_] {
        (void)::sync_file_range(file->get(), static_cast<off64_t>(from), static_cast<off64_t>(size),
                                SYNC_FILE_RANGE_WRITE);
      },
      [] {});
  writeback_started_ = writer_->size();
}

Result<void> UploadFiles::end() {
  if (!writer_) {
    if (filename_.empty() && in_form_) {
      return {};  // nothing was chosen in a browser's form
    }
    return fail(ErrorCode::empty_file, http::empty_file_detail(filename_));
  }
  FileStatus status;
  writer_->finish(status);
  if (auto fits = check_type(status.type); !fits) {
    return fits;
  }
  status.filename = filename_.empty() ? "document." + std::string(info(status.type).extension) : filename_;
  files_.push_back(std::move(status));
  descriptors_.push_back(writer_->file());
  writer_.reset();
  return {};
}

Result<void> UploadFiles::check_type(MediaType type) const {
  if ((conf_.taken_types & (ngx_uint_t{1} << static_cast<unsigned>(type))) != 0) {
    return {};
  }
  auto detail = http::unsupported_type_detail(
      filename_.empty() ? std::string("The body") : "The file " + http::quoted_for_detail(filename_),
      static_cast<std::uint32_t>(conf_.taken_types));
  if (!in_form_) {
    detail += " Send the document itself as the body (curl -T FILE), or as a form (curl -F file=@FILE).";
  }
  return fail(ErrorCode::unsupported_type, std::move(detail));
}

std::vector<std::shared_ptr<Fd>> UploadFiles::hand_over() noexcept {
  created_ = 0;
  return std::exchange(descriptors_, {});
}

bool UploadFiles::remove(std::function<void()> then) noexcept {
  writer_.reset();
  descriptors_.clear();
  const auto count = std::exchange(created_, 0);
  // Removing a large file takes its time: not on the event loop.
  return count > 0 &&
         worker_.post_io([&spool = worker_.spool(), job = job_, count] { (void)spool.remove_job(job, count, {}); },
                         std::move(then));
}

}  // namespace docket::ngx
