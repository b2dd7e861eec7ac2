#include "store/notifications.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "store/committer.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {
namespace {

/// Whether a notification came since the last question, or since it was first asked for.
bool heard_by(Wakeup& wakeup) {
  pollfd waiting{.fd = wakeup.listen(), .events = POLLIN, .revents = 0};
  const bool came = ::poll(&waiting, 1, 0) == 1;
  wakeup.drain();
  return came;
}

/// Hears the notifications of one name, as another process does.
class Listener {
 public:
  Listener(const std::string& run_folder, const char* name) : wakeup_(Wakeup::open(run_folder, name).value()) {
    wakeup_.listen();
  }
  bool heard() { return heard_by(wakeup_); }

 private:
  Wakeup wakeup_;
};

class NotificationsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_); }

  /// What was heard since the last question: "changes", "units", "deliveries".
  std::string heard() {
    std::string all;
    all += changes_.heard() ? "changes " : "";
    all += units_.heard() ? "units " : "";
    all += deliveries_.heard() ? "deliveries " : "";
    return all;
  }

  LmdbBackend backend_;
  const std::string& folder_ = backend_.folder.path();
  std::unique_ptr<Store> store_ = backend_.open();
  Notifications notifications_ = Notifications::open(folder_).value();
  Committer committer_{*store_, &notifications_};
  StoreDriver d_{*store_, [this](std::span<const Command> changes) { committer_.commit(changes); }};
  Listener changes_{folder_, wakeup_name::changes};
  Listener units_{folder_, wakeup_name::units};
  Listener deliveries_{folder_, wakeup_name::deliveries};
};

TEST_F(NotificationsTest, EachCommitTellsWhatItBrought) {
  heard();
  const auto job = d_.accept({.callback = callback_to("one.example")});
  EXPECT_EQ(heard(), "changes units ");
  const auto held = d_.claim();
  ASSERT_TRUE(held);
  EXPECT_EQ(heard(), "changes ");
  ASSERT_TRUE(d_.record(*held, {}, 3));
  EXPECT_EQ(heard(), "changes ");
  ASSERT_TRUE(d_.probed(*held, 3, 2));
  EXPECT_EQ(heard(), "changes units ");
  ASSERT_TRUE(d_.cancel(job));
  EXPECT_EQ(heard(), "changes deliveries ");
}

TEST_F(NotificationsTest, UnitsThatAreGivenBackWait) {
  const auto job = d_.accept();
  ASSERT_TRUE(d_.claim(worker(2)));
  heard();
  ASSERT_TRUE(d_.recover(worker(3)));
  EXPECT_EQ(heard(), "changes ") << "it held nothing";
  ASSERT_TRUE(d_.recover(worker(2)));
  EXPECT_EQ(heard(), "changes units ");
  ASSERT_TRUE(d_.claim(worker(2)));
  heard();
  RequeueJob requeue{.job = job, .now_ms = d_.now()};
  ASSERT_TRUE(d_.commit(requeue).result);
  EXPECT_EQ(heard(), "changes units ");
}

TEST_F(NotificationsTest, WithoutRoomUnitsWakeNobody) {
  d_.accept();
  const auto held = d_.claim();
  ASSERT_TRUE(held);
  heard();
  auto end = d_.end_change(*held, ended::Released{});
  end.waits_for_room = true;
  ASSERT_TRUE(d_.commit(end).result);
  EXPECT_TRUE(end.queued);
  EXPECT_EQ(heard(), "changes ");
}

TEST_F(NotificationsTest, WhatIsRefusedWakesNobody) {
  const auto known = d_.accept();
  auto again = d_.new_job();
  again.record.id = known;
  heard();
  EXPECT_FALSE(d_.commit(again).result);
  EXPECT_EQ(heard(), "changes ");
}

TEST_F(NotificationsTest, AreHeardInTheSameProcess) {
  EXPECT_FALSE(heard_by(notifications_.changes()));
  EXPECT_FALSE(heard_by(notifications_.units()));
  d_.accept();
  EXPECT_TRUE(heard_by(notifications_.changes()));
  EXPECT_TRUE(heard_by(notifications_.units()));
  ASSERT_TRUE(d_.claim());
  EXPECT_TRUE(heard_by(notifications_.changes()));
  EXPECT_FALSE(heard_by(notifications_.units()));
  EXPECT_EQ(heard(), "changes units ") << "another process was told less";
}

TEST_F(NotificationsTest, NeedTheRunFolder) {
  EXPECT_FALSE(Notifications::open(folder_ + "/missing"));
}

}  // namespace
}  // namespace docket
