#include "store/page_walk.h"

#include <string>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_fixture.h"

namespace docket {
namespace {

using AtGap = PageWalk::AtGap;
using Step = PageWalk::Step;

class PageWalkTest : public StoreConformance<LmdbBackend> {
 protected:
  /// What a walk shows until it comes to a stop: "1 2! lost(1) wait", with an exclamation mark for a page that was
  /// given up and the file's index behind those of several.
  std::string walk(PageWalk& walk) {
    std::string shown;
    for (int i = 0; i < 1000; ++i) {
      const auto step = walk.next(driver->reader());
      EXPECT_TRUE(step) << step.error().detail;
      const auto of_file = walk.file().is_one_of_several ? "(" + std::to_string(walk.file().index) + ")" : "";
      switch (step.value_or(Step::gone)) {
        case Step::page:
          shown += std::to_string(walk.number()) + (walk.page().error == ErrorCode::none ? "" : "!") + of_file + " ";
          break;
        case Step::lost_file:
          shown += "lost" + of_file + " ";
          break;
        case Step::nothing:
          break;
        case Step::wait:
          return shown + "wait";
        case Step::end:
          return shown + "end";
        case Step::gone:
          return shown + "gone";
      }
    }
    return shown + "no end";
  }
  std::string walk(const JobId& job, AtGap at_gap = AtGap::wait, std::uint32_t after = 0) {
    PageWalk one(job, after, at_gap);
    return walk(one);
  }
};

TEST_F(PageWalkTest, ShowsPagesAsTheyEndAndInTheirOrder) {
  auto& d = *driver;
  const auto job = d.accept();
  PageWalk one(job, 0, AtGap::wait);
  EXPECT_EQ(walk(one), "wait");
  const auto probe = d.claim();
  EXPECT_EQ(walk(one), "wait");
  ASSERT_TRUE(d.probed(*probe, 5, 2));
  EXPECT_EQ(walk(one), "wait");
  const auto first = d.claim();
  const auto second = d.claim();
  ASSERT_TRUE(d.complete_range(*second));
  EXPECT_EQ(walk(one), "wait") << "3 and 4 come behind 1 and 2";
  EXPECT_EQ(walk(job, AtGap::pass), "3 4 end");
  ASSERT_TRUE(d.record(*first, first->pages_from(1, 1)));
  EXPECT_EQ(walk(one), "1 wait");
  ASSERT_TRUE(d.end(*first, ended::RangeDone{}, {first->page(2, ErrorCode::timeout)}));
  EXPECT_EQ(walk(one), "2! 3 4 wait");
  ASSERT_TRUE(d.complete_range(*d.claim()));
  EXPECT_EQ(walk(one), "5 wait") << "the job is not final";
  ASSERT_TRUE(d.assemble(*d.claim()));
  EXPECT_EQ(walk(one), "end");
  EXPECT_EQ(one.head().state, State::completed);
  EXPECT_EQ(walk(job), "1 2! 3 4 5 end");
}

TEST_F(PageWalkTest, ShowsPagesOfAProbeThatGoesOnWithThem) {
  auto& d = *driver;
  const auto job = d.accept();
  const auto probe = d.claim();
  ASSERT_TRUE(d.record(*probe, probe->pages_from(1, 2), 3));
  EXPECT_EQ(walk(job), "1 2 wait");
}

TEST_F(PageWalkTest, BeginsBehindAPage) {
  auto& d = *driver;
  const auto job = d.accept({.files = 2});
  const auto first = d.claim();
  const auto second = d.claim();
  EXPECT_EQ(walk(job, AtGap::wait, 1), "wait");
  EXPECT_EQ(walk(job, AtGap::pass, 1), "end");
  ASSERT_TRUE(d.record(*first, first->pages_from(1, 3), 3));
  ASSERT_TRUE(d.record(*second, second->pages_from(1, 2), 2));
  EXPECT_EQ(walk(job, AtGap::pass), "1(0) 2(0) 3(0) 4(1) 5(1) end");
  EXPECT_EQ(walk(job, AtGap::pass, 2), "3(0) 4(1) 5(1) end");
  EXPECT_EQ(walk(job, AtGap::pass, 3), "4(1) 5(1) end");
  EXPECT_EQ(walk(job, AtGap::wait, 4), "5(1) wait");
  EXPECT_EQ(walk(job, AtGap::wait, 5), "wait");
  EXPECT_EQ(walk(job, AtGap::pass, UINT32_MAX - 1), "end");
}

TEST_F(PageWalkTest, WaitsForAFileThatIsNotCounted) {
  auto& d = *driver;
  const auto job = d.accept({.files = 2});
  const auto first = d.claim();
  const auto second = d.claim();
  ASSERT_TRUE(d.record(*second, second->pages_from(1, 2), 2));
  EXPECT_EQ(walk(job), "wait");
  EXPECT_EQ(walk(job, AtGap::pass), "end") << "their numbers are not known";
  ASSERT_TRUE(d.record(*first, first->pages_from(1, 1), 1));
  EXPECT_EQ(walk(job), "1(0) 2(1) 3(1) wait");
}

TEST_F(PageWalkTest, ShowsAFileThatIsLost) {
  auto& d = *driver;
  const auto job = d.accept({.files = 3});
  const auto first = d.claim();
  const auto second = d.claim();
  const auto third = d.claim();
  ASSERT_TRUE(d.record(*first, first->pages_from(1, 1), 2));
  ASSERT_TRUE(d.end(*second, ended::Refused{{ErrorCode::encrypted, "it is"}}));
  PageWalk one(job, 0, AtGap::wait);
  EXPECT_EQ(walk(one), "1(0) wait");
  ASSERT_TRUE(d.end(*first, ended::Refused{{ErrorCode::corrupt, "half of it"}}));
  ASSERT_TRUE(d.record(*third, third->pages_from(1, 1), 1));
  const auto rest = walk(one);
  EXPECT_TRUE(rest == "lost(0) lost(1) 3(2) wait" || rest == "2!(0) lost(1) 3(2) wait") << rest;
}

TEST_F(PageWalkTest, PassesOverWhatAFailedJobDoesNotHave) {
  auto& d = *driver;
  const auto job = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 4, 1));
  const auto first = d.claim();
  ASSERT_TRUE(d.complete_range(*d.claim()));
  PageWalk one(job, 0, AtGap::wait);
  EXPECT_EQ(walk(one), "wait");
  ASSERT_TRUE(d.cancel(job));
  EXPECT_EQ(walk(one), "2 end");
  EXPECT_EQ(one.head().error, ErrorCode::cancelled);
  EXPECT_EQ(one.detail(), "The job was cancelled.");
}

TEST_F(PageWalkTest, EndsWithTheJob) {
  auto& d = *driver;
  const auto job = d.accept();
  PageWalk one(job, 0, AtGap::wait);
  EXPECT_EQ(walk(one), "wait");
  d.remove(job);
  EXPECT_EQ(walk(one), "gone");
  EXPECT_EQ(walk(job, AtGap::pass), "gone");
}

TEST_F(PageWalkTest, TakesBoundedSteps) {
  auto& d = *driver;
  const auto job = d.accept();
  ASSERT_TRUE(d.probed(*d.claim(), 100, 100));
  PageWalk one(job, 0, AtGap::pass);
  for (std::uint32_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(one.next(d.reader()).value(), Step::nothing);
    EXPECT_EQ(one.number(), i);
  }
}

}  // namespace
}  // namespace docket
