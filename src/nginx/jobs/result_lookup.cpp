#include "nginx/jobs/result_lookup.h"

#include "document/format.h"
#include "http/body/problem.h"
#include "http/body/status_body.h"
#include "job/page_numbers.h"
#include "nginx/jobs/open_job.h"

namespace docket::ngx {

using http::Route;

Error no_such_result(std::string detail) {
  return Error{ErrorCode::no_such_result, std::move(detail)};
}

Error not_made(Format format, FormatSet made) {
  const std::string name(info(format).name);
  return no_such_result("This job does not have the format " + name + ", only " + names_of(made) +
                        ". Formats are chosen when the document is uploaded: the option formats=" + name +
                        ", or the directive docket_formats.");
}

FileRange range_of(Worker& worker, const JobId& id, const Outputs& outputs, const Section& section, std::string& path) {
  if (outputs.bytes) {
    return {.path = {}, .prefix = inline_bytes(outputs, section), .content_type = {}};
  }
  path = worker.spool().absolute(Spool::output_path(id, outputs.output_file));
  return {.path = path,
          .offset = static_cast<off_t>(section.offset),
          .length = static_cast<off_t>(section.length),
          .content_type = {}};
}

Error no_such_part(const Route& route, std::uint32_t total_pages) {
  if (route.what == Route::What::page && route.page <= total_pages) {
    return no_such_result("The format " + std::string(info(route.format).name) + " is of whole jobs, not of pages.");
  }
  return no_such_result(route.what == Route::What::image
                            ? "This job has no picture " + route.image.text() + "; its result \"images\" lists them."
                            : "This job has no page " + std::to_string(route.page) + "; it has " +
                                  std::to_string(total_pages) + ", counted from 1 through all its files.");
}

Result<JobLook> look_at_result(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  JobLook look;
  auto kind = WorkKind::document;
  const auto opened = open_job_blocking(r, worker, caller, route.id, [&](const OpenedJob& job) {
    const StatusView& status = job.status;
    kind = status.head.kind;
    look.state = status.head.state;
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
  if (!opened) {
    return pass_on(opened);
  }
  if (kind == WorkKind::upstream) {
    return fail(no_such_result(
        "This job is a request to another server: it has no formats, pages or pictures, but a response."));
  }
  if (kind == WorkKind::command) {
    return fail(no_such_result(
        "This job is a run of a command: it has no formats, pages or pictures. What it left is listed at "
        "files, its main one is result, and what it wrote is log."));
  }
  if (!look.formats.has(route.format)) {
    return fail(not_made(route.format, look.formats));
  }
  return look;
}

}  // namespace docket::ngx
