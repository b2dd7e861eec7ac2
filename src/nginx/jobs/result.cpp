#include "nginx/jobs/result.h"

#include <string>

#include "http/body/problem.h"
#include "http/body/result_body.h"
#include "http/field/accept.h"
#include "http/field/content_disposition.h"
#include "job/codec/codec.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/jobs/input.h"
#include "nginx/jobs/result_lookup.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {
namespace {

using http::Route;

/// Sends the representation that the request wants out of `outputs`.
ngx_int_t send_outputs(ngx_http_request_t* r, Worker& worker, const Route& route, const JobLook& look,
                       const Outputs& outputs, bool raw_asked) {
  const auto accept = find_header(r, "accept").value_or(std::string_view());
  const bool is_image = route.what == Route::What::image;
  const Representation representation =
      is_image ? Representation::raw : http::choose_representation(accept, route.format, raw_asked);
  const auto body = http::find_result(outputs, route, representation);
  if (!body) {
    return send_problem(r, no_such_part(route, look.total_pages));
  }
  const FormatInfo& format = info(route.format);
  const bool raw = representation == Representation::raw;

  // A browser is to keep it, not to show it as one of ours.
  const bool is_html = raw && is_web_page(route.format);
  const std::string image = is_image ? route.image.text() : std::string();
  std::string disposition;
  http::append_content_disposition(disposition,
                                   is_html ? http::DispositionType::attachment : http::DispositionType::inline_,
                                   http::download_name(look.filename, is_image ? std::string_view(image)
                                                                      : raw    ? format.extension
                                                                               : "json"));
  if (!set_etag(r, body->etag) || add_header(r, "Content-Disposition", disposition) == nullptr ||
      (is_html && add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  const auto modified_ms = look.completed_ms != 0 ? look.completed_ms : look.updated_ms;
  return send_file_range(r, {.path = worker.spool().absolute(Spool::output_path(route.id, outputs.output_file)),
                             .offset = static_cast<off_t>(body->offset),
                             .length = static_cast<off_t>(body->length),
                             .prefix = body->prefix,
                             .suffix = body->suffix,
                             .content_type = raw ? format.content_type : json_type,
                             .last_modified = static_cast<time_t>(modified_ms / 1000)});
}

}  // namespace

ngx_int_t send_page(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route, bool raw) {
  const auto look = look_at_result(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  if (look->page) {
    const auto page = worker.reader().page(route.id, look->page->first, look->page->second);
    if (page && page->error == ErrorCode::none) {
      return send_outputs(r, worker, route, *look, page->outputs, raw);
    }
    if (page) {
      return send_problem(r, Error{page->error, page->error_detail});
    }
    if (page.error().code != ErrorCode::not_found) {
      return send_problem(r, page.error());
    }
  }
  if (look->state == State::failed) {
    return send_problem_body(r, 422, look->problem);
  }
  if (look->state == State::completed || (!look->page && look->pages_known)) {
    return send_problem(r, no_such_part(route, look->total_pages));
  }
  return send_status(r, worker, caller, route.id, NGX_HTTP_ACCEPTED);
}

ngx_int_t send_result(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route, bool raw) {
  const auto look = look_at_result(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  if (look->state == State::failed) {
    return send_problem_body(r, 422, look->problem);
  }
  if (look->state != State::completed) {
    return send_status(r, worker, caller, route.id, NGX_HTTP_ACCEPTED);
  }
  if (route.format == Format::png) {  // a document's preview is that of its first page
    Route first = route;
    first.what = Route::What::page;
    first.page = 1;
    return send_page(r, worker, caller, first, raw);
  }
  const auto outputs = worker.reader().outputs(route.id);
  return outputs ? send_outputs(r, worker, route, *look, *outputs, raw) : send_problem(r, outputs.error());
}

}  // namespace docket::ngx
