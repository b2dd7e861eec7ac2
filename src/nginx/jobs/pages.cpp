#include "nginx/jobs/pages.h"

#include <optional>
#include <string>

#include "http/body/pages_body.h"
#include "http/body/status_body.h"
#include "http/field/query.h"
#include "nginx/core/context.h"
#include "nginx/core/response.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/page_stream.h"
#include "nginx/jobs/result_lookup.h"
#include "nginx/jobs/status.h"

namespace docket::ngx {
namespace {

/// The format of a stream that the job has.
Result<Format> format_of_lines(const http::PagesQuery& query, FormatSet formats) {
  if (query.format && !formats.has(*query.format)) {
    return fail(not_made(*query.format, formats));
  }
  const auto format = query.format ? query.format : http::default_lines(formats);
  return format ? Result<Format>(*format)
                : fail(no_such_result("This job has no format whose pages are text or JSON, only " + names_of(formats) +
                                      "."));
}

ngx_int_t begin_stream(ngx_http_request_t* r, Worker& worker, const JobId& id, Format format, std::uint32_t after) {
  Context* context = context_of(r);
  auto* stream = context != nullptr ? make_in_pool<PageStream>(r->pool, r, worker, id, format, after) : nullptr;
  if (stream == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->pages = stream;
  return stream->begin();
}

/// Looks at so many pages at the most, as a list of jobs does at jobs: it is made on the event loop.
ngx_int_t send_list(ngx_http_request_t* r, Worker& worker, const JobId& id, const http::PagesQuery& query) {
  PageWalk walk(id, query.after, PageWalk::AtGap::pass);
  std::optional<http::PagesBody> body;
  std::string& text = worker.scratch();
  bool ended = false;
  while (!ended && walk.number() < std::uint64_t{query.after} + query.limit) {
    const auto step = walk.next(worker.reader());
    if (!step || *step == PageWalk::Step::gone) {
      return send_problem(r, step ? no_such_job() : step.error());
    }
    if (!body) {
      body.emplace(text, id, walk);
      if (!set_etag(r, http::status_etag(walk.head().change))) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
      }
    }
    if (*step == PageWalk::Step::page) {
      body->add(walk);
    }
    ended = *step == PageWalk::Step::end;
  }
  ended = ended || (is_final(walk.head().state) && walk.number() >= walk.head().total_pages);
  body->end(ended ? std::nullopt : std::optional(walk.number()));
  return send_body(r, NGX_HTTP_OK, json_type, text);
}

}  // namespace

ngx_int_t send_pages(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id) {
  const auto job = open_summary_blocking(r, worker, caller, id);
  if (!job) {
    return send_problem(r, job.error());
  }
  if (job->head.kind != WorkKind::document) {
    return send_problem(r, no_such_result("This job is not one of documents: it has no pages."));
  }
  const auto query = http::parse_pages_query(http::Query(view(r->args)));
  if (!query) {
    return send_problem(r, query.error());
  }
  if (!query->stream) {
    return send_list(r, worker, id, *query);
  }
  const auto format = format_of_lines(*query, job->head.formats);
  return format ? begin_stream(r, worker, id, *format, query->after) : send_problem(r, format.error());
}

}  // namespace docket::ngx
