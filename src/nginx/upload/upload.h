// docket_upload: from a request's body to a job.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/form/form.h"
#include "http/form/multipart.h"
#include "nginx/access/access.h"
#include "nginx/conf/conf.h"
#include "nginx/core/timer.h"
#include "nginx/upload/body_reader.h"
#include "nginx/upload/upload_files.h"
#include "nginx/upload/upload_job.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// One upload: takes the body as it comes, writes its files into the spool, and at the end hands all to the
/// SubmissionQueue. Lives in the request's pool and dies with the request; files that did not become a job are removed
/// by then. Event loop only.
class Upload final : public BodyHandler, public http::MultipartEvents {
 public:
  Upload(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload() override;

  /// Looks at the request's headers; an error refuses the request before its body is read.
  Result<void> begin();

  [[nodiscard]] BodyReader& body() noexcept { return body_; }

  // BodyHandler. The request is answered after the last call.
  Result<void> body_data(std::string_view bytes) override;
  void body_end() override;
  void body_failed(const Error& error) override;
  void body_failed(ngx_int_t status) override;

  // MultipartEvents, called from within body_data() and body_end().
  Result<void> part_begin(const http::PartHead& head) override;
  Result<void> part_data(std::string_view bytes) override;
  Result<void> part_end() override;

 private:
  Result<void> end_of_body();
  Result<void> submit();
  [[nodiscard]] std::string raw_filename() const;

  void give_up(std::function<ngx_int_t()> answer);
  void stop_waiting() noexcept;
  void answer(const Result<void>& result);
  void remember_job(State state) noexcept;
  ngx_int_t send_accepted(State state);
  std::optional<ngx_int_t> send_end(bool last);
  ngx_int_t send_passed_on(const Caller& caller);

  ngx_http_request_t* r_;
  const LocationConf& conf_;
  Worker& worker_;
  UploadJob job_;
  UploadFiles files_;
  BodyReader body_;
  http::FormCollector form_;
  std::optional<http::MultipartParser> parser_;  ///< nothing: the body is one file
  std::optional<std::string> urlencoded_;        ///< a command's form without files, as far as it has come
  bool has_body_ = false;                        ///< of a body that is no form
  bool in_file_ = false;                         ///< the part that is being received is a file
  Submission* submission_ = nullptr;             ///< while the SubmissionQueue has it
  Timer patience_;                               ///< set meanwhile
  WorkKind kind_;
  bool got_bytes_ = false;  ///< of the body
  JobId answered_job_;      ///< the one made for the request, or made before with its key
  bool is_new_ = true;      ///< no other job, nor another's results, are the request's
};

}  // namespace docket::ngx
