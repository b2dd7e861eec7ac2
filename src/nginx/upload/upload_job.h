// What an upload asks for, as a job: the location's values, the client's options, the store's limits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/form/form.h"
#include "http/form/option.h"
#include "http/form/wait.h"
#include "job/idempotency.h"
#include "job/job.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"
#include "nginx/upload/upload_files.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// What the location's jobs are.
inline WorkKind work_of(const LocationConf& conf) noexcept {
  return conf.command.arguments != nullptr ? WorkKind::command
         : conf.upstream.url != nullptr    ? WorkKind::upstream
                                           : WorkKind::document;
}

/// Which names of fields and query arguments are options: of a command those that clients may set, so that all others
/// are its own; of a request that is passed on none; else all, and those that clients may not set are refused.
http::OptionSet options_of(const LocationConf& conf) noexcept;

/// Made from the header of one request; becomes a Submission with the files and fields of its body. Owned by the
/// Upload; event loop only.
class UploadJob {
 public:
  UploadJob(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner);

  /// Reads the options in the query and takes the request's Idempotency-Key. May block for as long as the look-ups of
  /// the store and of the key take: microseconds. An error refuses the request before its body is read.
  Result<void> begin();

  /// The job as it is to be accepted, with `files`, which are handed over with it.
  Result<std::unique_ptr<Submission>> make_submission(http::Form form, UploadFiles& files);

  [[nodiscard]] const JobId& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
  /// What links to the job begin with; ends in a slash.
  [[nodiscard]] const std::string& result_url() const noexcept { return result_url_; }
  /// How long the answer is held; known once the submission is made.
  [[nodiscard]] const http::Waiting& waiting() const noexcept { return waiting_; }

  /// Lets the next request with this Idempotency-Key in: to be called before the answer, since its client may come
  /// again at once.
  void release_key() noexcept { key_lock_.reset(); }

 private:
  Result<void> set_options(const http::RawOptions& options, http::OptionSet of_location, AcceptJob& accept);
  Result<void> set_from_location(AcceptJob& accept);
  [[nodiscard]] Result<CommandWork> command_of_location() const;
  Result<void> set_outgoing_request(AcceptJob& accept);
  Result<void> set_waiting(const http::RawOptions& options, const JobRecord& record);
  [[nodiscard]] StoreLimits store_limits() const noexcept;
  [[nodiscard]] Result<void> check_room() const;
  [[nodiscard]] OwnerKey client() const noexcept;
  Result<void> take_idempotency_key(std::string_view field);
  [[nodiscard]] std::uint8_t priority_of_location() const;
  Result<std::string> read_result_url();

  ngx_http_request_t* r_;
  const LocationConf& conf_;
  Worker& worker_;
  std::string owner_;
  JobId id_;
  std::string result_url_;
  http::RawOptions query_options_;  ///< those of the form come before them
  http::Waiting waiting_;
  std::string identity_;  ///< OutgoingRequest::identity
  std::optional<IdempotentRequest>
      idempotent_;                    ///< of a request with an Idempotency-Key; its content is known at the end
  std::optional<NameLock> key_lock_;  ///< no other request has the key until this one is answered
};

}  // namespace docket::ngx
