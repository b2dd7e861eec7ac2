// A request's body, handed on as it comes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/error.h"
#include "nginx/core/ngx.h"
#include "nginx/core/timer.h"

namespace docket::ngx {

/// Who gets the bytes of a body. Owns the BodyReader that calls it. Exceptions end the request with 500.
class BodyHandler {
 public:
  BodyHandler() = default;
  BodyHandler(const BodyHandler&) = delete;
  BodyHandler& operator=(const BodyHandler&) = delete;
  virtual ~BodyHandler() = default;

  /// The next bytes; after an error no more come, but body_failed().
  virtual Result<void> body_data(std::string_view bytes) = 0;
  // One of these is the last call. It may end the request, and the reader with it.
  virtual void body_end() = 0;
  virtual void body_failed(const Error& error) = 0;
  /// nginx could not read the body: `status` is what the request ends with.
  virtual void body_failed(ngx_int_t status) = 0;
};

/// Reads the body of one request in bounded steps, so that other requests get their turns; memory is constant. Owned by
/// its handler, which lives in the request's pool; event loop only.
class BodyReader {
 public:
  BodyReader(ngx_http_request_t* r, BodyHandler& handler) noexcept;

  /// Looks whether the body can be read here: another module may have had it read already.
  Result<void> prepare();

  /// To be called before the request is refused, after the handler's last call: the operator's error_page may lead to a
  /// handler that wants the body, of which a part is used up and the rest may not have come. It finds that there is
  /// none.
  void drop() noexcept;

  /// Begins to read, after prepare(); what the content handler returns. The request's Context has to name this reader.
  ngx_int_t start() noexcept;

 private:
  void receive();
  Result<std::size_t> take_buffers();
  Result<std::string_view> next_bytes(ngx_buf_t* buffer, std::span<char> room);
  [[nodiscard]] bool is_at_end() const noexcept;
  void continue_in_next_turn() noexcept;
  static void on_readable(ngx_http_request_t* r) noexcept;

  ngx_http_request_t* r_;
  BodyHandler& handler_;
  NextTurn next_turn_;
  bool is_shared_ = false;         ///< the body was read for others, too: it is not to be used up
  ngx_chain_t* shared_ = nullptr;  ///< what of it is left to take
  off_t shared_done_ = 0;          ///< of the first buffer there
};

}  // namespace docket::ngx
