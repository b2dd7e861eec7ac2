#include "work/upstream/upstream_run.h"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "host/file_io.h"
#include "work/unit_files.h"
#include "work/unit_lease.h"

namespace docket {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How often we look whether the job is still wanted.
constexpr milliseconds look_interval{250};
// Between tries where the server says nothing about it, times the number of the try.
constexpr seconds retry_step{1};
constexpr unsigned too_many_requests = 429;
constexpr unsigned service_unavailable = 503;

Error upstream_failed(std::string what) {
  return {ErrorCode::upstream_failed, std::move(what)};
}

bool is_full(const Error& error) noexcept {
  return error.code == ErrorCode::store_full;
}

}  // namespace

Verdict judge(const TransferEnd& end, const UpstreamWork& work, const Limits& limits, std::uint32_t tries_left) {
  using Next = Verdict::Next;
  if (end.status == 0) {
    auto error = end.timed_out
                     ? Error{ErrorCode::timeout, "the upstream took longer than " +
                                                     std::to_string(limits.unit_ms / 1000) + " s (docket_unit_timeout)"}
                     : upstream_failed(std::string(end.sent ? "the upstream did not answer: "
                                                            : "the request could not be sent to the upstream: ") +
                                       end.problem);
    const bool may_repeat = !end.sent || is_idempotent(work.method);
    return {may_repeat ? Next::retry : Next::fail, retry_step, std::move(error)};
  }
  const bool asks_again = end.retry_after_s && (end.status == too_many_requests || end.status == service_unavailable);
  const seconds wanted(end.retry_after_s.value_or(0));
  if (asks_again && tries_left > 0 && wanted <= milliseconds(limits.unit_ms)) {
    return {Next::retry, wanted, upstream_failed("the upstream answered " + std::to_string(end.status))};
  }
  if ((work.failing & (1U << (end.status / 100))) != 0) {
    return {Next::fail,
            {},
            upstream_failed("the upstream answered " + std::to_string(end.status) + " (docket_pass_fail_on)")};
  }
  return {};
}

UpstreamRun::UpstreamRun(const UpstreamParts& parts, StoreReader& reader, ClaimedUnit claimed)
    : parts_(parts),
      reader_(reader),
      claimed_(std::move(claimed)),
      lease_(lease_of(parts.membership, claimed_.unit)),
      own_{.pages = false, .seq = claimed_.unit.seq, .attempt = claimed_.unit.attempt},
      next_look_(Clock::now() + look_interval) {}

std::optional<EndUnit> UpstreamRun::run(const std::function<void()>& /*on_slow*/) {
  EndUnit end{.lease = lease_, .pages = {}, .end = ended::Released{}, .now_ms = 0};
  const auto* work = std::get_if<UpstreamWork>(&claimed_.record.work);
  auto ended = work != nullptr && !work->method.empty()
                   ? send(*work)
                   : fail(ErrorCode::crashed, "which request it was is not known any more");
  if (lost_ || (!ended && is_unwanted(reader_, lease_))) {
    return std::nullopt;
  }
  if (ended) {
    end.end = std::move(*ended);
  } else if (is_full(ended.error()) && !sent_) {  // does not last
    end.waits_for_room = true;
  } else if (ended.error().code == ErrorCode::upstream_failed || (sent_ && !is_idempotent(work->method))) {
    end.end = ended::Refused{ended.error()};
  } else if (!sent_) {
    end.end = end_of_own_error(ended.error());
  } else {
    end.end = ended::Failed{is_full(ended.error()) ? ended.error() : Error{ErrorCode::crashed, ended.error().detail}};
  }
  if (stored_) {
    empty_unneeded(parts_.spool, claimed_.unit.job, own_, end.end);
  }
  end.now_ms = unix_ms();
  return end;
}

Result<std::vector<std::string>> UpstreamRun::headers() const {
  const auto sealed = parts_.secrets.unseal(claimed_.secret);
  if (!sealed) {
    return pass_on(sealed);
  }
  std::vector<std::string> lines;
  for (std::string_view rest = *sealed; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  constexpr std::string_view attempt = "docket-attempt";
  const auto is_attempt = [&](const std::string& line) {  // docket_set_header has the last word
    return ::strncasecmp(line.c_str(), attempt.data(), attempt.size()) == 0;
  };
  if (std::ranges::none_of(lines, is_attempt)) {
    lines.push_back("Docket-Attempt: " + std::to_string(claimed_.unit.attempt));
  }
  return lines;
}

/// Whether an earlier try, which had no end since its worker died, may have sent the request: the file for its answer
/// is made just before that.
bool UpstreamRun::was_sent_before() const {
  for (auto earlier = own_; --earlier.attempt > 0;) {
    const auto path = parts_.spool.absolute(Spool::output_path(claimed_.unit.job, earlier));
    if (::access(path.c_str(), F_OK) == 0 || errno != ENOENT) {
      return true;
    }
  }
  return false;
}

/// An error of our own with files, or upstream_failed.
Result<UnitEnd> UpstreamRun::send(const UpstreamWork& work) {
  if (claimed_.unit.setbacks > 0 && !is_idempotent(work.method) && was_sent_before()) {
    return fail(upstream_failed("the worker that had sent the request ended before the answer came; a " + work.method +
                                " is not sent twice"));
  }
  auto lines = headers();
  if (!lines) {
    return pass_on(lines);
  }
  UpstreamRequest request{.method = work.method,
                          .url = work.url,
                          .socket = work.socket,
                          .headers = std::move(*lines),
                          .body = {},
                          .max_response = work.response_size,
                          .timeout_ms = claimed_.record.limits.unit_ms,
                          .create_response = [this] {
                            stored_ = true;
                            sent_ = true;
                            return parts_.spool.create_output(claimed_.unit.job, own_);
                          }};
  if (!claimed_.status.files.empty()) {
    auto body = parts_.spool.open_input(claimed_.unit.job, 0);
    if (!body) {
      return pass_on(body);
    }
    request.body = std::move(*body);
    request.body_size = claimed_.status.files.front().size;
  }
  auto transfer = UpstreamTransfer::make(std::move(request));
  if (!transfer) {
    return pass_on(transfer);
  }
  const auto end = parts_.client.run(std::move(*transfer), [this] { return must_stop(); });
  return end ? on_ended(work, *end) : on_stopped(work);
}

/// The worker is to end, or the job is not wanted any more.
Result<UnitEnd> UpstreamRun::on_stopped(const UpstreamWork& work) const {
  if (!lost_ && sent_ && !is_idempotent(work.method)) {
    return fail(
        upstream_failed("nginx was stopped before the upstream had answered; a " + work.method + " is not sent twice"));
  }
  return ended::Released{};
}

Result<UnitEnd> UpstreamRun::on_ended(const UpstreamWork& work, const TransferEnd& end) {
  if (end.our_error) {
    return fail(end.our_error->code == ErrorCode::upstream_failed
                    ? upstream_failed("the upstream's answer is not taken: " + end.our_error->detail)
                    : *end.our_error);
  }
  const auto& limits = claimed_.record.limits;
  const auto tries = claimed_.unit.failures + 1;
  const auto left = limits.attempts > tries ? limits.attempts - tries : 0;
  auto verdict = judge(end, work, limits, left);
  switch (verdict.next) {
    case Verdict::Next::retry:
      return ended::Failed{.error = std::move(verdict.error),
                           .pause_s = static_cast<std::uint32_t>(verdict.wait.count()) *
                                      (end.retry_after_s ? 1U : static_cast<std::uint32_t>(tries))};
    case Verdict::Next::fail:
      return ended::Refused{std::move(verdict.error)};
    case Verdict::Next::keep:
      break;
  }
  return store(end).map(
      [](Outputs&& outputs) -> UnitEnd { return ended::Completed{.total_pages = 0, .outputs = std::move(outputs)}; });
}

/// Writes the answer's head behind its body, and has both be there after a loss of power.
Result<Outputs> UpstreamRun::store(const TransferEnd& end) {
  Outputs outputs{.output_file = own_, .sections = {}};
  outputs.sections.push_back({.format = {}, .offset = 0, .length = end.size, .name = std::string(response_body)});
  outputs.sections.push_back(
      {.format = {}, .offset = end.size, .length = end.head.size(), .name = std::string(response_head)});
  if (auto written = write_at(end.response.get(), end.head, end.size); !written) {
    return pass_on(written);
  }
  if (auto kept = keep_outputs(parts_.spool, claimed_.unit.job, own_, outputs, parts_.sync); !kept) {
    return pass_on(kept);
  }
  return outputs;
}

/// Asked by the client several times a second.
bool UpstreamRun::must_stop() {
  if (lost_ || (parts_.quitting && parts_.quitting())) {
    return true;
  }
  if (const auto now = Clock::now(); now >= next_look_) {
    next_look_ = now + look_interval;
    lost_ = is_unwanted(reader_, lease_);
  }
  return lost_;
}

void UpstreamRun::on_end(const EndUnit* end) {
  // Of a request that may not be sent twice the file says that it was sent, as long as no end of it is in the store.
  const auto* work = std::get_if<UpstreamWork>(&claimed_.record.work);
  const bool has_end = end != nullptr && end->result && !std::holds_alternative<ended::Released>(end->end);
  const bool is_mark = sent_ && !has_end && work != nullptr && !is_idempotent(work->method);
  remove_unneeded(reader_, parts_.spool, claimed_, end, own_, stored_ && !is_mark);
}

}  // namespace docket
