#include "nginx/jobs/input.h"

#include <string>

#include "base/hex.h"
#include "document/media_type.h"
#include "http/field/content_disposition.h"
#include "nginx/core/response.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/result_lookup.h"

namespace docket::ngx {
namespace {

using http::Route;

/// One of a job's files as the client sent it.
struct InputLook {
  std::string filename;
  std::string etag;
  MediaType type = MediaType::unknown;
  std::uint64_t size = 0;
  std::int64_t created_ms = 0;
};

Result<InputLook> look_at_input(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  InputLook look;
  bool is_kept = false;
  bool found_file = false;
  std::uint32_t count = 0;
  const auto opened = open_job_blocking(r, worker, caller, route.id, [&](const OpenedJob& job) {
    look.created_ms = job.status.head.created_ms;
    is_kept = job.status.head.input_gone == 0;
    job.status.each_file([&](const FileView& file) {
      if (count++ == route.file) {
        found_file = true;
        look.filename = file.filename;
        look.type = file.type;
        look.size = file.size;
        look.etag = '"';
        append_hex(look.etag, file.sha256);
        look.etag += '"';
      }
    });
  });
  if (!opened) {
    return pass_on(opened);
  }
  if (!is_kept || !found_file) {
    return fail(no_such_result(is_kept ? "This job has no file " + std::to_string(route.file) + "; it has " +
                                             std::to_string(count) + ", counted from 0."
                                       : "What was sent with this job is not kept any more (docket_keep_input off)."));
  }
  return look;
}

}  // namespace

ngx_int_t send_input(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route) {
  const auto look = look_at_input(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  // A browser must not run what a stranger has written: only documents and pictures that browsers show safely are
  // shown.
  const bool shown = look->type == MediaType::pdf || look->type == MediaType::png || look->type == MediaType::jpeg;
  std::string disposition;
  http::append_content_disposition(
      disposition, shown ? http::DispositionType::inline_ : http::DispositionType::attachment, look->filename);
  if (!set_etag(r, look->etag) || add_header(r, "Content-Disposition", disposition) == nullptr ||
      add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_file_range(r, {.path = worker.spool().absolute(Spool::input_path(route.id, route.file)),
                             .length = static_cast<off_t>(look->size),
                             .content_type = info(look->type).mime,
                             .last_modified = static_cast<time_t>(look->created_ms / 1000)});
}

}  // namespace docket::ngx
