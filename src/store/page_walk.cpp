#include "store/page_walk.h"

#include <algorithm>

#include "job/page_numbers.h"

namespace docket {

Result<PageWalk::Look> PageWalk::look(StoreReader& reader) {
  Look look;
  const auto read = reader.status(job_, [&](const StatusView& status, std::string_view, const QueueCounts&) {
    head_ = status.head;
    if (head_.state == State::failed) {
      detail_ = status.detail;
    }
    std::uint16_t index = 0;
    status.each_file([&](const FileView& file) {
      if (index++ != index_) {
        return;
      }
      look = {true, file.state, file.total_pages};
      file_.index = index_;
      file_.is_one_of_several = head_.file_count > 1;
      file_.filename = file_.is_one_of_several ? file.filename : std::string_view();
      file_.error = file.error;
      file_.error_detail = file.error_detail;
    });
  });
  return read ? Result<Look>(look) : pass_on(read);
}

Result<PageWalk::Step> PageWalk::next(StoreReader& reader) {
  // The status before the page: a file that is over has all its pages in the store.
  const auto file = look(reader);
  if (!file) {
    return file.error().code == ErrorCode::not_found ? Result<Step>(Step::gone) : pass_on(file);
  }
  if (!file->is_there) {
    return is_final(head_.state) || at_gap_ == AtGap::pass ? Step::end : Step::wait;
  }
  const bool counted = is_counted(file->total_pages, file->state);
  if (counted && next_page_ > file->total_pages) {
    return leave_file(*file);
  }
  if (number() < after_) {
    if (!counted) {
      return at_gap_ == AtGap::pass ? Step::end : Step::wait;
    }
    next_page_ = std::min(after_ - pages_before_, file->total_pages) + 1;
    return Step::nothing;
  }
  auto page = reader.page(job_, index_, next_page_);
  if (page) {
    page_ = std::move(*page);
    ++next_page_;
    return Step::page;
  }
  return page.error().code == ErrorCode::not_found ? Result<Step>(at_gap(*file, counted)) : pass_on(page);
}

/// All pages of the file were shown or passed over.
PageWalk::Step PageWalk::leave_file(const Look& file) {
  const bool is_lost = file.state == State::failed && (left_out_ || file.total_pages == 0);
  pages_before_ += file.total_pages;
  next_page_ = 1;
  ++index_;
  left_out_ = false;
  return is_lost && file_.is_one_of_several ? Step::lost_file : Step::nothing;
}

/// The next page is not there.
PageWalk::Step PageWalk::at_gap(const Look& file, bool is_counted) {
  const bool will_never_be = is_final(file.state) || is_final(head_.state);
  if (!will_never_be && at_gap_ == AtGap::wait) {
    return Step::wait;
  }
  if (!is_counted) {
    return Step::end;  // the numbers of what follows are not known
  }
  left_out_ = left_out_ || will_never_be;
  ++next_page_;
  return Step::nothing;
}

}  // namespace docket
