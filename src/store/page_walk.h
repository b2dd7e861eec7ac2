// The pages of a job in their order, as far as they are done.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "job/job.h"
#include "job/job_id.h"
#include "job/outputs.h"
#include "store/reader.h"

namespace docket {

/// Goes from page to page of a job of documents, through all its files. A page is shown before the next one is; of a
/// file, or a job, that is over, those that are not there are passed over. Used by the thread that reads.
class PageWalk {
 public:
  enum class AtGap : std::uint8_t {
    wait,  ///< for a page that is still to be done
    pass,  ///< over it
  };

  /// What there is to show. Each step looks at one page at the most, so that a walk can be bounded.
  enum class Step : std::uint8_t {
    page,       ///< page() is done, or given up
    lost_file,  ///< file(), one of several, has failed with pages left out, or none: after those that it has
    nothing,    ///< to be called again
    wait,       ///< to be called again when the job has changed
    end,        ///< nothing follows: the job is final, or, where gaps are passed, no more pages are known
    gone,       ///< there is no such job any more
  };

  /// From the page behind number `after` on; 0: from the first.
  PageWalk(const JobId& job, std::uint32_t after, AtGap at_gap) noexcept : job_(job), after_(after), at_gap_(at_gap) {}

  /// An error where the store cannot be read.
  Result<Step> next(StoreReader& reader);

  /// Behind Step::page: its record.
  [[nodiscard]] const PageRecord& page() const noexcept { return page_; }
  /// The number in the job of the last page that was shown or passed over.
  [[nodiscard]] std::uint32_t number() const noexcept { return pages_before_ + next_page_ - 1; }

  /// The file of the last step, where the job has several.
  struct File {
    std::uint16_t index = 0;
    bool is_one_of_several = false;
    std::string filename;
    ErrorCode error = ErrorCode::none;  ///< of one that has failed
    std::string error_detail;
  };
  [[nodiscard]] const File& file() const noexcept { return file_; }

  /// The job as of the last step.
  [[nodiscard]] const StatusHead& head() const noexcept { return head_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }  ///< of one that has failed

 private:
  /// The walk's file as of this step.
  struct Look {
    bool is_there = false;  ///< false: it is through with all files
    State state = State::pending;
    std::uint32_t total_pages = 0;
  };

  Result<Look> look(StoreReader& reader);
  Step leave_file(const Look& file);
  Step at_gap(const Look& file, bool is_counted);

  JobId job_;
  std::uint32_t after_;
  AtGap at_gap_;
  std::uint16_t index_ = 0;
  std::uint32_t pages_before_ = 0;  ///< of the files before
  std::uint32_t next_page_ = 1;     ///< in its file
  bool left_out_ = false;           ///< pages of this file were passed over since they will never be there
  PageRecord page_;
  File file_;
  StatusHead head_;
  std::string detail_;
};

}  // namespace docket
