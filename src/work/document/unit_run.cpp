#include "work/document/unit_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "store/section_checksum.h"
#include "work/unit_files.h"
#include "work/unit_lease.h"

namespace docket {
namespace {

using std::chrono::milliseconds;

// Pages are recorded no more often than this: a commit costs about as much as a page of text.
constexpr milliseconds record_interval{100};
constexpr milliseconds record_retry{1000};
// How often we look whether the job is still wanted.
constexpr milliseconds look_interval{500};

bool is_full(const Error& error) noexcept {
  return error.code == ErrorCode::store_full;
}

/// Where assemble finds the pages. One that was given up has length 0.
std::vector<wire::PageIndex> index_of(const std::vector<PageRecord>& pages) {
  std::vector<wire::PageIndex> index;
  index.reserve(pages.size());
  for (const auto& page : pages) {
    wire::PageIndex entry{.file = page.file, .page = page.page};
    for (const auto& section : page.outputs.sections) {
      if (!section.format && page.outputs.output_file.pages) {
        entry.offset = section.offset;
        entry.length = section.length;
      }
    }
    index.push_back(entry);
  }
  return index;
}

}  // namespace

wire::UnitRequest request_for(const ClaimedUnit& claimed) {
  const auto& unit = claimed.unit;
  wire::UnitRequest request;
  request.kind = unit.kind;
  // A second try divides the work finely, so that what went wrong costs one page.
  const bool first_try = unit.attempt == 1;
  request.may_finish = unit.kind == UnitKind::probe && first_try && claimed.status.files.size() == 1;
  request.may_do_pages = unit.kind == UnitKind::probe && first_try && claimed.status.files.size() > 1;
  for (const auto& file : claimed.status.files) {
    request.filenames.push_back(file.filename);
  }
  request.file = unit.file;
  if (unit.kind != UnitKind::assemble && unit.file < claimed.status.files.size()) {
    request.type = claimed.status.files[unit.file].type;
  }
  request.first_page = unit.first_page;
  request.last_page = unit.last_page;
  request.options = claimed.record.options();
  request.limits = claimed.record.limits;
  if (unit.kind == UnitKind::assemble) {
    request.index = index_of(claimed.pages);
    if (needs_documents(request.options.formats)) {
      for (const auto& file : claimed.status.files) {
        request.types.push_back(file.type);
      }
    }
  }
  return request;
}

UnitRun::UnitRun(const DocumentParts& parts, StoreReader& reader, ClaimedUnit claimed)
    : parts_(parts),
      reader_(reader),
      claimed_(std::move(claimed)),
      request_(request_for(claimed_)),
      lease_(lease_of(parts.membership, claimed_.unit)),
      own_{.pages = false, .seq = claimed_.unit.seq, .attempt = claimed_.unit.attempt},
      own_output_(request_.may_finish || request_.kind == UnitKind::assemble),
      last_page_(request_.kind == UnitKind::range ? request_.last_page : 0),
      next_record_(Clock::now() + record_interval),
      next_look_(Clock::now() + look_interval) {}

Result<EngineClient::Files> UnitRun::open_files() {
  const auto& job = claimed_.unit.job;
  EngineClient::Files files;
  auto input = request_.kind == UnitKind::assemble ? parts_.spool.open_output(job, {.pages = true})
                                                   : parts_.spool.open_input(job, request_.file);
  if (!input) {
    return pass_on(input);
  }
  files.input = std::move(*input);
  // With more of them than can be handed over the engine has none, and says so.
  if (request_.types.size() <= wire::max_documents) {
    for (std::uint32_t file = 0; file < request_.types.size(); ++file) {
      auto document = parts_.spool.open_input(job, file);
      if (!document) {
        return pass_on(document);
      }
      files.documents.push_back(std::move(*document));
    }
  }
  if (request_.kind == UnitKind::probe && !request_.may_finish && !request_.may_do_pages) {
    return files;
  }
  auto written = parts_.spool.open_for_append(job, own_output_ ? own_ : OutputFile{.pages = true});
  if (!written) {
    return pass_on(written);
  }
  written_ = Fd(::fcntl(written->get(), F_DUPFD_CLOEXEC, 0));
  if (!written_) {
    return fail_errno("fcntl", errno);
  }
  (own_output_ ? files.output : files.pages) = std::move(*written);
  return files;
}

/// Without its key a password is as good as none: the engine says what the document needs.
void UnitRun::unseal_password() {
  auto password = parts_.secrets.unseal(claimed_.secret);
  if (password) {
    request_.password = std::move(*password);
  } else if (parts_.log) {
    parts_.log("job " + claimed_.unit.job.text() + ": " + password.error().detail);
  }
}

std::optional<EndUnit> UnitRun::run(const std::function<void()>& /*on_slow*/) {
  unseal_password();
  EndUnit end{.lease = lease_, .pages = {}, .end = ended::Released{}, .now_ms = 0};
  auto files = open_files();
  if (files) {
    // What can be synced while the child is busy is synced then.
    const auto began = Clock::now();
    const UnitEvents events{.begun = [this] { keep_trouble(sync_folder()); },
                            .probed = [this](const wire::Probed& probed) { on_probed(probed); },
                            .page = [this](PageRecord page) { on_page(std::move(page)); },
                            .completed = [this] { on_completed(); }};
    end.end = parts_.engine.run(request_, std::move(*files), own_, events, [this] { return must_stop(); });
    if (std::holds_alternative<ended::RangeDone>(end.end)) {
      parts_.page_times.add(request_.last_page - request_.first_page + 1,
                            std::chrono::duration_cast<milliseconds>(Clock::now() - began));
    }
  } else {
    broken_ = std::move(files.error());
  }
  if (lost_ || (!files && is_unwanted(reader_, lease_))) {
    return std::nullopt;
  }
  const bool completed = std::holds_alternative<ended::Completed>(end.end);
  // Pages in an output that is not the job's result have no model to be assembled from: they are done again.
  if (own_output_ && !completed && !std::holds_alternative<ended::Probed>(end.end)) {
    pages_.clear();
  }
  if (!broken_ && (completed || !pages_.empty())) {
    auto* const done = std::get_if<ended::Completed>(&end.end);
    keep_trouble(make_durable(done != nullptr ? &done->outputs : nullptr));
  }
  if (broken_) {  // an error of our own with files
    pages_.clear();
    end.end = end_of_own_error(*broken_);
  }
  // A full disk is not the document's fault, and does not last: no page is given up for it.
  const auto* refused = std::get_if<ended::Refused>(&end.end);
  end.waits_for_room = is_full(broken_ ? *broken_ : refused != nullptr ? refused->error : Error{});
  if (end.waits_for_room) {
    end.end = ended::Released{};
  }
  end.pages = std::move(pages_);
  end.now_ms = unix_ms();
  return end;
}

void UnitRun::on_probed(const wire::Probed& probed) {
  if (probed.ranges.empty()) {
    total_pages_ = probed.total_pages;
    last_page_ = probed.total_pages;
    next_record_ = Clock::now() + record_interval;  // who is done in that time tells it with the end
  }
}

void UnitRun::on_page(PageRecord page) {
  const bool last = page.page == last_page_;
  pages_.push_back(std::move(page));
  if (!last) {  // the last one's record goes with the end, which is near
    record_if_due();
  }
}

/// Asked by the engine client several times a second.
bool UnitRun::must_stop() {
  if (lost_ || broken_ || (parts_.quitting && parts_.quitting())) {
    return true;
  }
  record_if_due();
  if (const auto now = Clock::now(); now >= next_look_) {
    next_look_ = now + look_interval;
    lost_ = lost_ || is_unwanted(reader_, lease_);
  }
  return lost_ || broken_;
}

/// Records what was done, if there is anything and it is time. Pages in the unit's own output wait for its end: they
/// count only if all of it does.
void UnitRun::record_if_due() {
  const auto now = Clock::now();
  const bool some_pages = !own_output_ && !pages_.empty();
  if (now < next_record_ || lost_ || broken_ || !(some_pages || total_pages_)) {
    return;
  }
  RecordPages record{.lease = lease_, .pages = {}, .total_pages = total_pages_, .now_ms = unix_ms()};
  if (some_pages) {
    keep_trouble(make_durable(nullptr));
    if (broken_) {
      return;
    }
    record.pages = std::exchange(pages_, {});
  }
  const std::array<Command, 1> changes{&record};
  parts_.committer.commit(changes);
  next_record_ = Clock::now() + record_interval;
  if (record.result) {
    total_pages_.reset();
    return;
  }
  switch (record.result.error().code) {
    case ErrorCode::lease_lost:
      lost_ = true;
      break;
    case ErrorCode::store_full:
    case ErrorCode::store_unavailable:
    case ErrorCode::io:  // the store cannot write at the moment; the end will wait for it
      std::move(pages_.begin(), pages_.end(), std::back_inserter(record.pages));
      pages_ = std::move(record.pages);
      next_record_ = Clock::now() + record_retry;
      break;
    default:
      broken_ = record.result.error();
  }
}

/// Syncs what the child wrote, and once the folder that it lies in. Without syncs a loss of power may leave
/// any part of it: then checksums are made, of the pages to be recorded and of `outputs`, so that it is found.
Result<void> UnitRun::make_durable(Outputs* outputs) {
  if (!written_) {
    return {};
  }
  if (!parts_.sync) {
    const auto file = parts_.spool.open_output(claimed_.unit.job, own_output_ ? own_ : OutputFile{.pages = true});
    if (!file) {
      return pass_on(file);
    }
    Result<void> summed = outputs != nullptr ? sum_up(file->get(), *outputs) : Result<void>();
    for (auto page = pages_.begin(); summed && page != pages_.end(); ++page) {
      summed = sum_up(file->get(), page->outputs);
    }
    return summed;
  }
  return sync_written().and_then([this] { return sync_folder(); });
}

/// Syncs the written file, as long as more may come to it.
Result<void> UnitRun::sync_written() {
  if (!parts_.sync || !written_ || results_synced_) {
    return {};
  }
  if (::fdatasync(written_.get()) != 0) {
    return fail_writing("fdatasync", errno);  // a file system may hand out its room as late as here
  }
  return {};
}

/// The child has nothing more to write, and is ending.
void UnitRun::on_completed() {
  keep_trouble(sync_written());
  results_synced_ = !broken_;
}

/// What failed ends the unit. Above all a sync must not be tried again: the next one would succeed without what was
/// lost.
void UnitRun::keep_trouble(Result<void> done) {
  if (!done && !broken_) {
    broken_ = std::move(done.error());
  }
}

/// Syncs the folder that the written file lies in, once.
Result<void> UnitRun::sync_folder() {
  if (!parts_.sync || !written_ || folder_synced_) {
    return {};
  }
  auto synced = parts_.spool.sync_folders(std::array{claimed_.unit.job});
  folder_synced_ = synced.has_value();
  return synced;
}

void UnitRun::on_end(const EndUnit* end) {
  remove_unneeded(reader_, parts_.spool, claimed_, end, own_, own_output_ && written_);
}

}  // namespace docket
