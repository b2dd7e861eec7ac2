#include "work/document/unit_session.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace docket {
namespace {

/// Codes that a document's fault can have. Others are not a child's to give.
bool is_documents_fault(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::encrypted:
    case ErrorCode::wrong_password:
    case ErrorCode::corrupt:
    case ErrorCode::no_pages:
    case ErrorCode::too_many_pages:
    case ErrorCode::too_many_pixels:
    case ErrorCode::timeout:
    case ErrorCode::out_of_memory:
    case ErrorCode::crashed:
    case ErrorCode::unsupported_type:
    case ErrorCode::bad_option:
    case ErrorCode::store_full:
      return true;
    default:
      return false;
  }
}

/// Whether every page, and the whole document, has a result whatever stands on it: pictures may fail to be made.
bool has_texts(FormatSet formats) noexcept {
  return std::ranges::any_of(all_formats, [formats](const FormatInfo& entry) {
    return formats.has(entry.format) && entry.shape != Shape::file;
  });
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

std::string seconds(std::uint32_t duration_ms) {
  auto text = std::to_string(duration_ms / 1000);
  if (duration_ms % 1000 != 0) {
    text += "." + std::to_string(1000 + duration_ms % 1000).substr(1);
  }
  return text + " s";
}

UnitEnd ended_badly(ErrorCode code, std::string detail) {
  return ended::Failed{{code, std::move(detail)}};
}

}  // namespace

UnitSession::UnitSession(const wire::UnitRequest& request, const OutputFile& output_file, int written,
                         const UnitEvents& events)
    : request_(request), output_file_(output_file), written_(written), events_(events) {
  if (request_.kind == UnitKind::range) {
    next_page_ = request_.first_page;
    last_page_ = request_.last_page;
  }
}

bool UnitSession::on_packet(std::string_view bytes) {
  auto messages = wire::unpack(bytes);
  if (!messages) {
    return violation("sent a message that is none");
  }
  return std::ranges::all_of(*messages, [this](wire::ChildMessage& message) {
    if (is_over()) {
      return violation("spoke after its last word");
    }
    return std::visit([this](auto&& what) { return take(std::forward<decltype(what)>(what)); }, std::move(message));
  });
}

bool UnitSession::violation(std::string_view what) {
  if (violation_.empty()) {
    violation_ = what;
  }
  result_.reset();
  return false;
}

bool UnitSession::all_pages_done() const noexcept {
  return next_page_ != 0 && next_page_ > last_page_;
}

bool UnitSession::sections_are_sound(const std::vector<Section>& sections) const {
  struct stat file {};
  if (written_ < 0 || ::fstat(written_, &file) != 0) {
    return false;
  }
  const auto size = static_cast<std::uint64_t>(file.st_size);
  return std::ranges::all_of(sections, [&](const Section& section) {
    return section.offset <= size && section.length <= size - section.offset &&
           (!section.format || request_.options.formats.has(*section.format));
  });
}

bool UnitSession::take(wire::Probed message) {
  if (request_.kind != UnitKind::probe || total_pages_ != 0) {
    return violation("counted pages that it was not to count");
  }
  if (message.total_pages == 0 || message.total_pages > request_.limits.max_pages) {
    return violation("counted an impossible number of pages");
  }
  total_pages_ = message.total_pages;
  if (request_.survey) {
    std::uint32_t before = 0;
    for (const auto& range : message.ranges) {
      if (range.first <= before || range.last < range.first || range.last > total_pages_) {
        return violation("named pages wrongly");
      }
      before = range.last;
    }
    result_ = ended::Probed{total_pages_, std::move(message.ranges)};
    return true;
  }
  if (message.ranges.empty()) {
    if (!request_.may_finish && !request_.may_do_pages) {
      return violation("went on with pages that it was not to do");
    }
    next_page_ = 1;
    last_page_ = total_pages_;
  } else {
    std::uint32_t next = 1;
    for (const auto& range : message.ranges) {
      if (range.first != next || range.last < range.first || range.last > total_pages_) {
        return violation("divided the pages wrongly");
      }
      next = range.last + 1;
    }
    if (next != total_pages_ + 1) {
      return violation("left pages out");
    }
    result_ = ended::Probed{total_pages_, message.ranges};
  }
  if (events_.probed) {
    events_.probed(std::move(message));
  }
  return true;
}

bool UnitSession::take(wire::PageDone message) {
  auto& page = message.page;
  if (next_page_ == 0 || page.page != next_page_ || page.page > last_page_ || page.file != request_.file) {
    return violation("ended a page that was not its turn");
  }
  if (page.error == ErrorCode::none) {
    if ((page.outputs.sections.empty() && has_texts(request_.options.formats)) ||
        !sections_are_sound(page.outputs.sections)) {
      return violation("named results that are not there");
    }
    page.outputs.output_file = output_file_;
    page.error_detail.clear();
    any_page_done_ = true;
  } else if (!is_documents_fault(page.error) || !page.outputs.sections.empty()) {
    return violation("gave a page up in a way that it may not");
  }
  ++next_page_;
  if (events_.page) {
    events_.page(std::move(page));
  }
  return true;
}

bool UnitSession::take(const wire::Completed& message) {
  const bool may = request_.kind == UnitKind::assemble ||
                   (request_.kind == UnitKind::probe && request_.may_finish && all_pages_done() && any_page_done_);
  if (!may) {
    return violation("finished what it was not to finish");
  }
  const auto has_no_format = [](const Section& section) { return !section.format.has_value(); };
  if ((message.sections.empty() && has_texts(request_.options.formats)) ||
      std::ranges::any_of(message.sections, has_no_format) || !sections_are_sound(message.sections)) {
    return violation("named results that are not there");
  }
  result_ = ended::Completed{total_pages_, Outputs{output_file_, message.sections}};
  if (events_.completed) {
    events_.completed();
  }
  return true;
}

bool UnitSession::take(const wire::RangeDone& /*message*/) {
  if (!all_pages_done()) {
    return violation("ended before its pages were done");
  }
  if (request_.kind == UnitKind::probe) {
    result_ = ended::Probed{total_pages_, {}};
  } else {
    result_ = ended::RangeDone{};
  }
  return true;
}

bool UnitSession::take(wire::Refused message) {
  if (!is_documents_fault(message.error.code)) {
    return violation("refused its unit in a way that it may not");
  }
  result_ = ended::Refused{std::move(message.error)};
  return true;
}

UnitEnd UnitSession::on_ended(const wire::Ended& ended) const {
  const auto& limits = request_.limits;
  if (!violation_.empty()) {
    return ended_badly(ErrorCode::crashed, "the engine's child " + violation_);
  }
  // It had nothing left to do but to end.
  if (result_ && WIFSIGNALED(ended.wait_status) && WTERMSIG(ended.wait_status) == SIGKILL) {
    return *result_;
  }
  if (ended.timed_out) {
    return ended_badly(ErrorCode::timeout, "it took longer than " + seconds(limits.unit_ms) + " (docket_unit_timeout)");
  }
  if (WIFSIGNALED(ended.wait_status)) {
    const auto number = WTERMSIG(ended.wait_status);
    if (number == SIGKILL) {  // not by us, nor by itself: the kernel that lacks memory, or an operator
      return ended::Postponed{{ErrorCode::crashed, "the engine's child was ended by SIGKILL"}};
    }
    if (number == SIGXCPU) {
      return ended::Failed{{ErrorCode::timeout, "it took more than " + std::to_string(limits.cpu_seconds) +
                                                    " s of processor time (docket_cpu_limit)"},
                           true};
    }
    if (number == SIGSYS) {
      return ended_badly(ErrorCode::crashed,
                         "the engine's child was ended by SIGSYS: it tried a forbidden system call");
    }
    return ended_badly(ErrorCode::crashed, "the engine's child was ended by " + signal_name(number));
  }
  const auto code = WEXITSTATUS(ended.wait_status);
  if (ended.out_of_memory || code == wire::exit_out_of_memory) {
    return ended::Failed{{ErrorCode::out_of_memory,
                          "it needed more than " + std::to_string(limits.memory >> 20U) + " MB (docket_memory_limit)"},
                         true};
  }
  if (code == wire::exit_no_sandbox) {
    return ended::Postponed{{ErrorCode::crashed, "the engine's child could not close itself in"}};
  }
  if (code != 0 || !result_) {
    return ended_badly(ErrorCode::crashed, "the engine's child ended with exit code " + std::to_string(code) +
                                               (result_ ? "" : " before its work was done"));
  }
  return *result_;
}

}  // namespace docket
