// All that may happen to one store, for simulation_test.cpp.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/spool/reaper.h"
#include "store/store_driver.h"

namespace docket {

/// All that happens to one store. Everything is on one thread; what is random follows from the seed.
class World {
  static constexpr std::int64_t second = 1000;
  static constexpr std::int64_t hour = 3600 * second;

 public:
  World(Store& store, Spool& spool, const std::string& folder, StoreDriver& driver, unsigned seed)
      : spool_(spool), d_(driver), committer_(store), reaper_(store, committer_, spool, folder), random_(seed) {
    EXPECT_TRUE(reaper_.is_in_charge());
    for (auto& one : workers_) {
      one.holder = fresh_holder();
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      step();
    }
    finish();
  }

  /// How often each thing happened that has to, over all worlds.
  static inline std::map<std::string, int> happened;

 private:
  /// What a client knows of a job that was acknowledged.
  struct Known {
    std::int64_t expire_ms = 0;
    std::uint32_t pages = 0;
    bool removed = false;
    std::optional<StatusHead> final;  ///< as it was first seen
  };
  struct Worker {
    Holder holder;
    std::vector<Held> units;
  };
  /// A worker that died, or was only taken for dead.
  struct Dead {
    Worker worker;
    bool recovered = false;
  };

  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool one_in(unsigned n) { return below(n) == 0; }
  Worker& some_worker() { return workers_[below(static_cast<unsigned>(workers_.size()))]; }

  Holder fresh_holder() {
    Holder holder;
    for (auto& byte : holder.bytes) {
      byte = static_cast<std::uint8_t>(random_());
    }
    return holder;
  }

  void step() {
    const auto deed = below(100);
    if (deed < 14) {
      submit();
    } else if (deed < 34) {
      claim(some_worker());
    } else if (deed < 66) {
      work(some_worker());
    } else if (deed < 72) {
      die(some_worker());
    } else if (deed < 80) {
      come_too_late();
    } else if (deed < 84) {
      recover_one();
    } else if (deed < 87) {
      with_some_job([&](const JobId& id) { cancel(id); });
    } else if (deed < 89) {
      with_some_job([&](const JobId& id) { remove(id); });
    } else if (deed < 90) {
      with_some_job([&](const JobId& id) { requeue(id); });
    } else if (deed < 94) {
      d_.pass(one_in(3) ? below(3 * hour) : below(20 * second));
    } else if (deed < 97) {
      reap();
    }
    with_some_job([&](const JobId& id) { look(id); });
  }

  template <class Visit>
  void with_some_job(Visit&& visit) {
    if (!jobs_.empty()) {
      visit(std::next(jobs_.begin(), below(static_cast<unsigned>(jobs_.size())))->first);
    }
  }

  // ---- Files. Their times are the world's.

  void date(const std::string& path) {
    const auto now = d_.now();
    const timespec time{now / 1000, now % 1000 * 1'000'000};
    const std::array<timespec, 2> times{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, spool_.absolute(path).c_str(), times.data(), 0), 0);
  }
  void write(const JobId& job, const OutputFile& output_file) {
    const auto file = spool_.open_for_append(job, output_file);
    ASSERT_TRUE(file) << file.error().detail;
    ASSERT_EQ(::write(file->get(), "0123456789", 10), 10);
    date(Spool::output_path(job, output_file));
  }
  [[nodiscard]] bool has(const std::string& path) const { return std::filesystem::exists(spool_.absolute(path)); }

  // ---- Clients.

  void submit() {
    auto accept = d_.new_job({.owner = std::string(below(4), 'o'),
                              .files = 1 + below(3),
                              .priority = static_cast<std::uint8_t>(below(3) * 4),
                              .expire_ms = one_in(3) ? 0 : 1 + below(2 * hour),
                              .keep_input = one_in(2),
                              .client = one_in(2) ? "192.0.2.1" : "2001:db8::1"});
    const auto& id = accept.record.id;
    for (std::uint32_t i = 0; i < accept.status.files.size(); ++i) {
      const auto file = spool_.create_input(id, i);
      ASSERT_TRUE(file);
      ASSERT_EQ(::ftruncate(file->get(), static_cast<off_t>(accept.status.files[i].size)), 0);
      date(Spool::input_path(id, i));
    }
    if (one_in(8)) {  // the client went away, or the worker died: nobody was told of it
      orphans_[id] = d_.now();
      return;
    }
    ASSERT_TRUE(d_.commit(accept).result);
    jobs_[id].expire_ms = static_cast<std::int64_t>(accept.record.expire_ms);
  }

  /// An acknowledged job is there, goes forward only, and stays as it ended.
  void look(const JobId& id) {
    auto& known = jobs_.at(id);
    const auto seen = d_.see(id);
    if (known.removed) {
      EXPECT_FALSE(seen);
      return;
    }
    if (!seen) {
      ASSERT_TRUE(known.final || ended_unseen_.contains(id)) << "a job is lost";
      return;
    }
    EXPECT_GE(seen->head.processed_pages, known.pages) << "it went back";
    known.pages = seen->head.processed_pages;
    if (known.final) {
      EXPECT_EQ(seen->head, *known.final) << "it ended twice";
    } else if (is_final(seen->head.state)) {
      known.final = seen->head;
    }
  }

  void cancel(const JobId& id) {
    const auto cancelled = d_.cancel(id);
    EXPECT_EQ(static_cast<bool>(cancelled), d_.see(id).has_value());
    if (cancelled) {
      ended_unseen_.insert(id);
    }
    happened["cancelled"] += cancelled && cancelled->head.error == ErrorCode::cancelled ? 1 : 0;
  }

  void remove(const JobId& id) {
    const auto removed = d_.remove(id);
    if (!removed.result) {
      return;
    }
    jobs_.at(id).removed = true;
    if (!one_in(4)) {  // else whoever removes it dies in between
      EXPECT_TRUE(
          spool_.remove_job(id, static_cast<std::uint32_t>(removed.result->files.size()), removed.output_files));
    }
  }

  void requeue(const JobId& id) {
    RequeueJob change{.job = id, .now_ms = d_.now()};
    d_.commit(change);
    happened["requeued"] += change.result && *change.result > 0 ? 1 : 0;
  }

  // ---- Workers.

  void claim(Worker& one) {
    if (one.units.size() >= 2) {
      return;
    }
    auto held = d_.claim(one.holder);
    if (!held) {
      return;
    }
    EXPECT_FALSE(jobs_.at(held->unit.job).removed);
    EXPECT_FALSE(jobs_.at(held->unit.job).final) << "a job that was over is worked on";
    for (const auto& other : workers_) {
      for (const auto& unit : other.units) {
        EXPECT_TRUE(unit.unit.seq != held->unit.seq || !holds(unit)) << "two hold the same unit";
      }
    }
    EXPECT_TRUE(attempts_.insert({held->unit.seq, held->unit.attempt}).second) << "two tries have one number";
    write(held->unit.job, held->outputs().output_file);
    if (held->unit.kind != UnitKind::assemble) {
      write(held->unit.job, {.pages = true});
    }
    one.units.push_back(std::move(*held));
  }

  /// Whether the store takes it for the holder of this try.
  bool holds(const Held& held) {
    const auto leases = d_.reader().leases();
    return leases && std::ranges::find(*leases, held.lease()) != leases->end();
  }

  void work(Worker& one) {
    if (one.units.empty()) {
      return;
    }
    const auto at = below(static_cast<unsigned>(one.units.size()));
    auto held = std::move(one.units[at]);
    one.units.erase(one.units.begin() + at);
    const bool mine = holds(held);
    const auto result = end(held);
    EXPECT_EQ(static_cast<bool>(result), mine) << (result ? "a lost lease was taken" : result.error().detail);
    happened["lost"] += mine ? 0 : 1;
    note_end(held.unit.job, result);
  }

  void note_end(const JobId& id, const Result<Status>& result) {
    if (result && is_final(result->head.state)) {
      EXPECT_FALSE(jobs_.at(id).final) << "it ended twice";
      EXPECT_TRUE(ended_unseen_.insert(id).second) << "its end was committed twice";
      ++happened[result->head.state == State::completed ? "completed" : "failed"];
    }
  }

  /// Some end of a unit.
  Result<Status> end(const Held& held) {
    if (one_in(10)) {
      return d_.end(held, ended::Failed{{ErrorCode::crashed, "signal 11"}, one_in(3)});
    }
    if (one_in(15)) {
      return d_.end(held, ended::Released{});
    }
    switch (held.unit.kind) {
      case UnitKind::probe: {
        const auto known = held.status.files[held.unit.file].total_pages;
        if (known == 0 && one_in(12)) {
          return d_.end(held, ended::Refused{{ErrorCode::encrypted, "it needs a password"}});
        }
        const auto total = known != 0 ? known : 1 + below(6);
        if (held.unit.first_page <= 1 && one_in(2)) {
          return d_.probed(held, total, 2);
        }
        auto pages = held.pages_from(std::max(held.unit.first_page, 1U), total);
        return held.status.files.size() == 1
                   ? d_.end(held, ended::Completed{.total_pages = total, .outputs = held.outputs()}, std::move(pages))
                   : d_.end(held, ended::Probed{.total_pages = total, .ranges = {}}, std::move(pages));
      }
      case UnitKind::range:
        return d_.complete_range(held);
      default:
        return d_.assemble(held);
    }
  }

  /// It may have been stopped only, and go on later, when its lease is another's.
  void die(Worker& one) {
    dead_.push_back({.worker = std::move(one)});
    one = {.holder = fresh_holder(), .units = {}};
    ++happened["died"];
  }

  void recover_one() {
    const auto found = std::ranges::find(dead_, false, &Dead::recovered);
    if (found != dead_.end()) {
      recover(*found);
    }
  }
  void recover(Dead& dead) {
    EXPECT_TRUE(d_.recover(dead.worker.holder));
    dead.recovered = true;
    for (const auto& held : dead.worker.units) {
      EXPECT_FALSE(holds(held));
    }
  }

  void come_too_late() {
    for (auto& dead : dead_) {
      if (!dead.recovered || dead.worker.units.empty()) {
        continue;
      }
      const auto result = end(dead.worker.units.back());
      EXPECT_EQ(code_of(result), ErrorCode::lease_lost);
      dead.worker.units.pop_back();
      ++happened["too late"];
      return;
    }
  }

  // ---- The reaper.

  void reap() {
    const auto now = d_.now();
    while (reaper_.expire(now)) {
    }
    for (auto& [id, known] : jobs_) {
      if (known.removed || known.expire_ms == 0 || !(known.final || ended_unseen_.contains(id))) {
        continue;
      }
      const auto seen = d_.see(id);
      EXPECT_TRUE(!seen || seen->head.expires_ms > now) << "its time is over";
      if (known.final && known.final->expires_ms > now) {
        EXPECT_TRUE(seen) << "it went before its time";
      }
      happened["expired"] += seen ? 0 : 1;
      known.removed = !seen;
    }
    while (reaper_.sweep(now)) {
    }
    for (auto orphan = orphans_.begin(); orphan != orphans_.end();) {
      const bool there = has(Spool::input_path(orphan->first, 0));
      if (now - orphan->second < hour - second) {
        EXPECT_TRUE(there) << "it may have been an upload under way";
      }
      if (there) {
        ++orphan;
      } else {
        ++happened["orphan"];
        orphan = orphans_.erase(orphan);
      }
    }
  }

  // ---- The end.

  /// Everything that is left comes to its end; then only that is there which should be.
  void finish() {
    for (auto& dead : dead_) {
      if (!dead.recovered) {
        recover(dead);
      }
    }
    for (auto& one : workers_) {
      EXPECT_TRUE(d_.recover(one.holder));
      one.units.clear();
    }
    for (int turns = 0; turns < 100'000 && !::testing::Test::HasFailure(); ++turns) {
      claim(workers_[0]);
      if (workers_[0].units.empty()) {
        break;
      }
      work(workers_[0]);
    }
    for (const auto& [id, known] : jobs_) {
      if (const auto seen = d_.see(id)) {
        EXPECT_TRUE(is_final(seen->head.state)) << id.text() << " has no end";
      }
      look(id);
    }
    d_.pass(4 * hour);  // no upload is under way, and the reaper is to walk again
    reap();
    EXPECT_TRUE(orphans_.empty());
    for (const auto& [id, known] : jobs_) {
      EXPECT_EQ(d_.see(id).has_value(), !known.removed);
    }
  }

  Spool& spool_;
  StoreDriver& d_;
  Committer committer_;
  Reaper reaper_;
  std::mt19937 random_;
  std::array<Worker, 3> workers_;
  std::vector<Dead> dead_;
  std::map<JobId, Known> jobs_;
  std::set<JobId> ended_unseen_;           ///< their end is known from what ended them
  std::map<JobId, std::int64_t> orphans_;  ///< uploads that came to nothing, and when
  std::set<std::pair<std::uint64_t, std::uint32_t>> attempts_;
};

}  // namespace docket
