// docket_result: who asks for what of a job, and its results.

#include "nginx/jobs/result.h"

#include <algorithm>
#include <optional>
#include <string>

#include "job/codec.h"
#include "base/hex.h"
#include "document/media_type.h"
#include "core/page_numbers.h"
#include "http/field/accept.h"
#include "http/field/conditional.h"
#include "http/field/content_disposition.h"
#include "http/body/problem.h"
#include "http/field/query.h"
#include "http/field/route.h"
#include "http/body/status_body.h"
#include "http/form/wait.h"
#include "nginx/access/access.h"
#include "nginx/core/response.h"
#include "nginx/jobs/deliveries.h"
#include "nginx/conf/conf.h"
#include "nginx/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/jobs/job_changes.h"
#include "nginx/core/request.h"
#include "nginx/jobs/status.h"
#include "nginx/jobs/long_poll.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {
namespace {

using http::Route;

/// The Content-Security-Policy of what a client could have written.
constexpr std::string_view untrusted_content = "sandbox; default-src 'none'";

/// What has to be known of a job before one of its results is sent.
struct JobLook {
  State state = State::pending;
  bool linked = false;  ///< the results were made for another job
  FormatSet formats;
  std::int64_t completed_ms = 0;
  std::int64_t updated_ms = 0;
  std::string filename;  ///< the first file's
  std::string problem;   ///< the body of the 422, if it failed
  /// Where the page asked for, or the picture's, lies, once all files before it are counted.
  std::optional<std::pair<std::uint16_t, std::uint32_t>> page;
  bool pages_known = true;  ///< no file before that page is still to be counted
  std::uint32_t total_pages = 0;
};

/// What the owner of a job hears who asks for a result that it does not have.
Error no_such_result(std::string detail) {
  return Error{ErrorCode::no_such_result, std::move(detail)};
}

Error not_made(Format format, FormatSet made) {
  const std::string name(info(format).name);
  return no_such_result("This job does not have the format " + name + ", only " + names_of(made) +
                        ". Formats are chosen when the document is uploaded: the option formats=" + name +
                        ", or the directive docket_formats.");
}

/// The page, or the picture of a page, that `route` names is not there, and will not be.
Error no_such_part(const Route& route, std::uint32_t total_pages) {
  if (route.what == Route::What::page && route.page <= total_pages) {
    return no_such_result("The format " + std::string(info(route.format).name) + " is of whole jobs, not of pages.");
  }
  return no_such_result(route.what == Route::What::image
                            ? "This job has no picture " + route.image.text() + "; its result \"images\" lists them."
                            : "This job has no page " + std::to_string(route.page) + "; it has " +
                                  std::to_string(total_pages) + ", counted from 1 through all its files.");
}

Result<JobLook> look_at(Worker& worker, const Caller& caller, const Route& route) {
  JobLook look;
  bool may_use = false;
  const auto found =
      worker.reader().status(route.id, [&](const StatusView& status, std::string_view, const QueueCounts&) {
        may_use = caller.may_use(status.owner);
        look.state = status.head.state;
        look.linked = status.head.linked != 0;
        look.formats = status.head.formats;
        look.completed_ms = status.head.completed_ms;
        look.updated_ms = status.head.updated_ms;
        if (look.state == State::failed) {
          http::append_job_problem(look.problem, route.id, status);
        }
        std::uint16_t index = 0;
        std::uint32_t pages_before = 0;
        status.each_file([&](const FileView& file) {
          if (index == 0) {
            look.filename = file.filename;
          }
          const bool counted = is_counted(file.total_pages, file.state);
          if (route.what == Route::What::image) {
            // A job's only file has no number in the names of its pictures.
            if (index == route.image.file.value_or(0) && route.image.file.has_value() == (status.head.file_count > 1)) {
              look.pages_known = counted;
              if (route.image.page <= file.total_pages) {
                look.page.emplace(index, route.image.page);
              }
            }
          } else if (!look.page && look.pages_known) {
            if (route.page <= pages_before + file.total_pages) {
              look.page.emplace(index, route.page - pages_before);
            }
            look.pages_known = look.page || counted;
          }
          pages_before += file.total_pages;
          ++index;
        });
        look.total_pages = pages_before;
      });
  if (!found || !may_use) {
    return tl::unexpected<Error>(found ? no_such_job() : found.error());
  }
  return look;
}

/// The stretch of `outputs` that holds what is asked for; the end if there is none.
auto find_section(const Outputs& outputs, const Route& route, Form form) {
  std::uint32_t index = 0;
  return std::find_if(outputs.sections.begin(), outputs.sections.end(), [&](const Section& entry) {
    return entry.format == route.format && entry.form == form &&
           (route.what != Route::What::image || index++ == route.image.index);
  });
}

/// Sends the representation that the request wants out of `outputs`.
ngx_int_t send_outputs(ngx_http_request_t* r, Worker& worker, const Route& route, const JobLook& look,
                       const Outputs& outputs, bool raw_asked) {
  const auto accept = find_header(r, "accept").value_or(std::string_view());
  const bool is_image = route.what == Route::What::image;
  const Form form = is_image ? Form::raw : http::choose_form(accept, route.format, raw_asked);
  const auto section = find_section(outputs, route, form);
  if (section == outputs.sections.end()) {
    return send_problem(r, no_such_part(route, look.total_pages));
  }
  const FormatInfo& format = info(route.format);
  const bool raw = form == Form::raw;

  // A committed output never changes and its unit's number is never used again: number, try and form name the bytes.
  std::string etag = "\"" + std::to_string(outputs.container.seq) + "-" + std::to_string(outputs.container.attempt) +
                     "-" + std::to_string(section->offset) + "\"";
  // A page of HTML has a stranger's words in it: a browser is to keep it, not to show it as one of ours.
  const bool is_html = raw && route.format == Format::hocr;
  const std::string image = is_image ? route.image.text() : std::string();
  std::string disposition;
  http::append_content_disposition(disposition,
                                   is_html ? http::DispositionType::attachment : http::DispositionType::inline_,
                                   http::download_name(look.filename, is_image ? std::string_view(image)
                                                                      : raw    ? format.extension
                                                                               : "json"));
  if (!set_etag(r, etag) || add_header(r, "Content-Disposition", disposition) == nullptr ||
      (is_html && add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  const auto modified_ms = look.completed_ms != 0 ? look.completed_ms : look.updated_ms;
  const std::string front = look.linked && !raw ? std::string(wrapped_begin) + route.id.text() : std::string();
  return send_stretch(r, {.path = worker.spool().absolute(Spool::container_path(route.id, outputs.container)),
                          .offset = static_cast<off_t>(section->offset),
                          .length = static_cast<off_t>(section->length),
                          .front = front,
                          .content_type = raw ? format.content_type : json_type,
                          .last_modified = static_cast<time_t>(modified_ms / 1000)});
}

/// Looks at the job for $docket_state too; an error where it has no result of the format asked for.
Result<JobLook> look_at_result(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  auto look = look_at(worker, caller, route);
  if (look) {
    remember(r, route.id, look->state);
    if (!look->formats.has(route.format)) {
      return tl::unexpected<Error>(not_made(route.format, look->formats));
    }
  }
  return look;
}

/// A page can be had as soon as it is done, before its job is, and also from a job that failed later; so can its
/// pictures.
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

}  // namespace

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

namespace {

/// One of a job's files as the client sent it.
struct InputLook {
  std::string filename;
  std::string etag;
  MediaType type = MediaType::unknown;
  std::uint64_t size = 0;
  std::int64_t created_ms = 0;
};

Result<InputLook> look_at_input(Worker& worker, const Caller& caller, const Route& route, State& state) {
  InputLook look;
  bool may_use = false;
  bool is_kept = false;
  bool found_file = false;
  std::uint32_t count = 0;
  const auto found =
      worker.reader().status(route.id, [&](const StatusView& status, std::string_view, const QueueCounts&) {
        state = status.head.state;
        look.created_ms = status.head.created_ms;
        may_use = caller.may_use(status.owner);
        is_kept = status.head.input_gone == 0;
        status.each_file([&](const FileView& file) {
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
  if (!found || !may_use) {
    return tl::unexpected<Error>(found ? no_such_job() : found.error());
  }
  if (!is_kept || !found_file) {
    return tl::unexpected<Error>(
        no_such_result(is_kept ? "This job has no file " + std::to_string(route.file) + "; it has " +
                                     std::to_string(count) + ", counted from 0."
                               : "What was sent with this job is not kept any more (docket_keep_input off)."));
  }
  return look;
}

/// Whoever opens it in a browser shall not run what a stranger has written: it is shown only where it is a document or
/// a picture of a kind that browsers show safely.
ngx_int_t send_input(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  State state = State::pending;
  const auto look = look_at_input(worker, caller, route, state);
  if (!look) {
    return send_problem(r, look.error());
  }
  remember(r, route.id, state);
  const bool shown = look->type == MediaType::pdf || look->type == MediaType::png || look->type == MediaType::jpeg;
  std::string disposition;
  http::append_content_disposition(
      disposition, shown ? http::DispositionType::inline_ : http::DispositionType::attachment, look->filename);
  if (!set_etag(r, look->etag) || add_header(r, "Content-Disposition", disposition) == nullptr ||
      add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_stretch(r, {.path = worker.spool().absolute(Spool::input_path(route.id, route.file)),
                          .length = static_cast<off_t>(look->size),
                          .content_type = info(look->type).mime,
                          .last_modified = static_cast<time_t>(look->created_ms / 1000)});
}

/// Whether what a held request waits for is there: the job's end, for a page or a picture its page's, for a status that
/// it differs from the one that the client has. True also for what there is not, or not for this caller: that is to be
/// told, and at once, since a wait would tell that there is something.
bool is_due(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const bool of_status = route.what == Route::What::status;
  const auto known = of_status ? find_list(r, "if-none-match") : std::nullopt;
  bool due = false;
  const auto found =
      worker.reader().status(route.id, [&](const StatusView& status, std::string_view, const QueueCounts&) {
        due = !caller.may_use(status.owner) || is_final(status.head.state) ||
              (known && !http::matches_none_match(*known, http::status_etag(status.head.change))) ||
              (!of_status && !status.head.formats.has(route.format));
      });
  if (!found || due || (route.what != Route::What::page && route.what != Route::What::image)) {
    return !found || due;
  }
  const auto look = look_at(worker, caller, route);
  return look && look->page && worker.reader().page(route.id, look->page->first, look->page->second);
}

/// A status, a result or a page: held, if the client wants that, until there is something to tell.
ngx_int_t send_when_due(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const http::Query query(view(r->args));
  const auto waiting = http::waiting_of(query, find_header(r, "prefer").value_or(std::string_view()),
                                        static_cast<std::uint32_t>(location_conf(r)->wait_max));
  const auto raw = http::wants_raw(query);
  if (!waiting || !raw) {
    return send_problem(r, waiting ? raw.error() : waiting.error());
  }
  const auto answer = [r, &worker, caller, route, raw = *raw](bool last) -> std::optional<ngx_int_t> {
    if (!last && !is_due(r, worker, caller, route)) {
      return std::nullopt;
    }
    switch (route.what) {
      case Route::What::status:
        return send_asked_status(r, worker, caller, route.id);
      case Route::What::page:
      case Route::What::image:
        return send_page(r, worker, caller, route, raw);
      default:
        return send_result(r, worker, caller, route, raw);
    }
  };
  if (waiting->seconds == 0 && !waiting->preferred) {
    return *answer(true);
  }
  if (const auto rc = hold(r, worker.hub(), route.id, *waiting, answer)) {
    return *rc;
  }
  ++r->main->count;
  return NGX_DONE;
}

/// What may be done with what a path names.
struct Methods {
  ngx_uint_t mask = NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_DELETE;
  std::string_view allow = "GET, HEAD, DELETE, OPTIONS";
};

Methods methods_of(const Route& route) noexcept {
  switch (route.what) {
    case Route::What::result:
    case Route::What::page:
    case Route::What::image:
    case Route::What::input:
      return {NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS"};
    case Route::What::cancel:
      return {NGX_HTTP_POST, "POST, OPTIONS"};
    case Route::What::callbacks:
      return {NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_POST, "GET, HEAD, POST, OPTIONS"};
    default:
      return {};
  }
}

}  // namespace

ngx_int_t handle_result(ngx_http_request_t* r) noexcept try {
  const Route route = http::parse_route(path_behind_location(r));
  const Methods methods = methods_of(route);
  Caller caller;
  if (const auto answered = refuse(r, methods.mask, methods.allow, caller)) {
    return *answered;
  }
  Worker* worker = Worker::current();
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  if (worker == nullptr) {
    return send_problem(r, store_unavailable());
  }
  switch (route.what) {
    case Route::What::status:
      return r->method == NGX_HTTP_DELETE ? remove_job(r, *worker, caller, route.id)
                                          : send_when_due(r, *worker, caller, route);
    case Route::What::cancel:
      return cancel_job(r, *worker, caller, route.id);
    case Route::What::result:
    case Route::What::page:
    case Route::What::image:
      return send_when_due(r, *worker, caller, route);
    case Route::What::input:
      return send_input(r, *worker, caller, route);
    case Route::What::callbacks:
      return r->method == NGX_HTTP_POST ? resend_callback(r, *worker, caller, route.id)
                                        : send_deliveries(r, *worker, caller, route.id, NGX_HTTP_OK);
    default:
      return send_problem(r, no_such_job());
  }
} catch (...) {
  return internal_error(r, "docket_result");
}

}  // namespace docket::ngx
