// docket_upload: from a request's body to a job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "job/idempotency.h"
#include "store/spool/spool_writer.h"
#include "http/form/form.h"
#include "http/form/multipart.h"
#include "http/form/option.h"
#include "http/form/wait.h"
#include "nginx/conf/conf.h"
#include "nginx/core/timer.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// One upload: takes the body as it comes, writes its files into the spool, and at the end hands all to the Intake.
/// Lives in the request's pool and dies with the request; files that did not become a job are removed by then. Event
/// loop only.
class Upload final : public http::MultipartEvents {
 public:
  Upload(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner);
  ~Upload() override;

  /// Looks at the request's headers; an error refuses the request before its body is read.
  Result<void> begin();

  /// Takes what has come of the body and asks for more; answers in the end.
  void receive();

  // MultipartEvents, called from within receive().
  Result<void> part_begin(const http::PartHead& head) override;
  Result<void> part_data(std::string_view bytes) override;
  Result<void> part_end() override;

 private:
  Result<void> look_at_body();
  [[nodiscard]] bool is_body_at_end() const noexcept;
  Result<std::size_t> take_buffers();
  Result<std::string_view> next_bytes(ngx_buf_t* buffer, std::span<char> room);
  Result<void> take(std::string_view bytes);
  void go_on_later() noexcept;

  Result<void> begin_file(std::string_view filename);
  Result<void> append_to_file(std::string_view bytes);
  Result<void> end_file();
  [[nodiscard]] Result<void> check_type(MediaType type) const;

  Result<void> whole();
  Result<std::unique_ptr<Submission>> make_submission();
  Result<void> set_options(const http::RawOptions& options, http::OptionSet of_location, AcceptJob& accept);
  [[nodiscard]] StoreLimits store_limits() const noexcept;
  [[nodiscard]] Result<void> check_room() const;
  Result<void> take_idempotency_key(std::string_view field);
  [[nodiscard]] std::uint8_t priority_of_location() const;
  Result<std::string> result_url();
  [[nodiscard]] std::string raw_filename() const;

  bool remove_files(std::function<void()> then) noexcept;
  void give_up(const Error& error);
  void give_up(std::function<ngx_int_t()> answer);
  void answer(const Result<void>& result);
  void note_job(State state) noexcept;
  ngx_int_t send_accepted(State state);
  std::optional<ngx_int_t> send_end(bool last);
  void finalize(ngx_int_t rc);

  ngx_http_request_t* r_;
  const LocationConf& conf_;
  Worker& worker_;
  std::string owner_;
  JobId id_;
  std::optional<http::MultipartParser> parser_;  ///< nothing: the body is one file
  bool is_shared_ = false;                       ///< the body was read for others, too: it is not to be used up
  ngx_chain_t* shared_ = nullptr;                ///< what of it is left to take
  off_t shared_done_ = 0;                        ///< of the first buffer there
  http::FormCollector form_;
  NextTurn next_turn_;
  http::RawOptions query_options_;  ///< those of the form come before them
  std::vector<FileStatus> files_;
  std::vector<std::shared_ptr<Fd>> descriptors_;  ///< of files_
  std::optional<SpoolWriter> writer_;             ///< of the file that is being received
  std::string filename_;                          ///< of the part that is being received
  bool in_file_ = false;
  bool large_ = false;
  std::uint32_t created_ = 0;  ///< files in the spool
  std::uint64_t told_to_disk_ = 0;
  Submission* submission_ = nullptr;  ///< while the Intake has it
  std::string result_url_;
  bool is_new_ = true;                 ///< no other job, nor another's results, are the request's
  http::Waiting waiting_;              ///< how long the answer is held
  std::optional<Once> once_;           ///< of a request with an Idempotency-Key; its content is known at the end
  std::optional<NameLock> once_lock_;  ///< nobody else has the key until we answer
};

}  // namespace docket::ngx
