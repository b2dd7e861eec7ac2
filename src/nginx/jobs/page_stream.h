// The pages of a job as they end: `pages?stream=1`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "document/format.h"
#include "job/outputs.h"
#include "nginx/core/ngx.h"
#include "nginx/core/timer.h"
#include "nginx/worker/hub.h"
#include "nginx/worker/worker.h"
#include "store/page_walk.h"

namespace docket::ngx {

/// One client's stream of pages, a line of JSON each, in their order. Lives in the request's pool and dies with it;
/// event loop only. The next line is begun when nginx has got rid of the one before, which it sends out of the page's
/// file: a slow reader costs no memory, and is dropped when it takes nothing.
class PageStream final : public Subscriber {
 public:
  PageStream(ngx_http_request_t* r, Worker& worker, const JobId& job, Format format, std::uint32_t after);

  /// Sends the header and the first pages; what the handler returns.
  ngx_int_t begin();

  void on_notification(JobNotification&) noexcept override {}
  void on_gap() noexcept override {}
  void act() noexcept override { advance(); }
  void quit() noexcept override;

 private:
  void advance() noexcept;
  ngx_int_t send_lines();
  ngx_int_t send_line(PageWalk::Step step);
  ngx_int_t send_page();
  Result<void> open(const OutputFile& output_file, off_t end);
  ngx_buf_t* add_buffer(ngx_chain_t** at) noexcept;
  ngx_chain_t** add_text(ngx_chain_t** at, std::string_view text) noexcept;
  ngx_int_t send(ngx_chain_t* out);
  [[nodiscard]] ngx_int_t refuse(const Error& error) const;
  void end(ngx_int_t rc) noexcept;
  static void on_writable(ngx_http_request_t* r) noexcept;

  ngx_http_request_t* r_;
  Worker& worker_;
  JobId job_;
  Format format_;
  PageWalk walk_;
  Timer hold_;        ///< set while the stream lives, so that a worker that is to quit ends it in order; does no work
  std::string text_;  ///< of the line that is being sent: all but the content
  std::optional<OutputFile> output_file_;  ///< what is open
  Fd fd_;
  ngx_file_t file_{};  ///< the same for nginx
  ngx_chain_t* free_ = nullptr;
  ngx_chain_t* busy_ = nullptr;
  bool last_ = false;  ///< nothing follows
  bool quitting_ = false;
  bool ended_ = false;
};

}  // namespace docket::ngx
