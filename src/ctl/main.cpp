// docketctl: looks into a store, live or not, checks it, and mends and clears it where it is told to.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "ctl/commands.h"
#include "ctl/duration.h"
#include "ctl/owner.h"
#include "host/store_place.h"
#include "http/body/job_log.h"
#include "store/open_store.h"

namespace {

using namespace docket;

/// Exit codes, as --help tells them.
enum Exit : int { done = 0, not_good = 1, wrong_usage = 2, no_store = 3 };

/// What the command line says.
struct Arguments {
  std::string store = "/var/lib/docket";
  std::string command;
  bool json = false;
  std::uint32_t limit = 100;
  std::vector<std::string> states;
  std::vector<std::string> ids;
  std::string older_than;
  std::string age = "1h";
  std::optional<std::string> owner;
  bool dry_run = false;
  bool dead = false;
  bool repair = false;
  bool quick = false;
};

/// The same, read and found good.
struct Wanted {
  ctl::Output output = ctl::Output::text;
  std::uint8_t states = 0x0F;
  std::vector<JobId> ids;
  ctl::PurgeOptions purge;
  std::int64_t age_ms = 0;
};

int complain(Exit code, const std::string& sentence) {
  std::fprintf(stderr, "docketctl: %s\n", sentence.c_str());
  return code;
}

Result<std::uint8_t> read_states(const std::vector<std::string>& words, std::uint8_t if_none) {
  std::uint8_t states = words.empty() ? if_none : 0;
  for (const auto& name : words) {
    const auto state = state_of(name);
    if (!state) {
      return fail(ErrorCode::bad_request,
                  "\"" + name + "\" is no status; there are pending, processing, completed, failed");
    }
    states = static_cast<std::uint8_t>(states | 1U << static_cast<unsigned>(*state));
  }
  return states;
}

Result<std::vector<JobId>> read_ids(const std::vector<std::string>& texts) {
  std::vector<JobId> ids;
  for (const auto& text : texts) {
    const auto id = JobId::parse(text);
    if (!id) {
      return fail(ErrorCode::bad_request, "\"" + text + "\" is not a job id");
    }
    ids.push_back(*id);
  }
  return ids;
}

Result<std::int64_t> read_span(const std::string& text) {
  const auto span = ctl::milliseconds_of(text);
  return span ? Result<std::int64_t>(*span)
              : fail(ErrorCode::bad_request, "\"" + text + "\" is no span of time, such as 12h, 7d, 90m");
}

Result<ctl::PurgeOptions> read_purge(const Arguments& arguments, std::uint8_t states) {
  if (arguments.older_than.empty() && arguments.states.empty() && !arguments.owner) {
    return fail(ErrorCode::bad_request,
                "purge without --older-than, --status or --owner would remove all final jobs; "
                "for just that: --status completed,failed");
  }
  for (const auto state : {State::pending, State::processing}) {
    if (!arguments.states.empty() && (states >> static_cast<unsigned>(state) & 1U) != 0) {
      return fail(ErrorCode::bad_request,
                  "only final jobs are purged, not those that are " + std::string(to_string(state)));
    }
  }
  ctl::PurgeOptions purge{.older_than_ms = 0, .states = states, .owner = arguments.owner, .dry_run = arguments.dry_run};
  if (!arguments.older_than.empty()) {
    auto span = read_span(arguments.older_than);
    if (!span) {
      return pass_on(span);
    }
    purge.older_than_ms = *span;
  }
  return purge;
}

/// All arguments are looked at before the store is.
Result<Wanted> read(const Arguments& arguments) {
  Wanted wanted;
  wanted.output = arguments.json ? ctl::Output::json : ctl::Output::text;
  const auto& command = arguments.command;
  if (arguments.json && command != "list" && command != "show" && command != "stats") {
    return fail(ErrorCode::bad_request, "there is no --json of " + command);
  }
  auto states = read_states(arguments.states, 0x0F);
  if (!states) {
    return pass_on(states);
  }
  wanted.states = *states;
  auto ids = read_ids(arguments.ids);
  if (!ids) {
    return pass_on(ids);
  }
  wanted.ids = std::move(*ids);
  auto age = read_span(arguments.age);
  if (!age) {
    return pass_on(age);
  }
  wanted.age_ms = *age;
  if (command == "requeue" && wanted.ids.empty() && !arguments.dead) {
    return fail(ErrorCode::bad_request, "requeue needs jobs' ids, or --dead for all units that dead workers hold");
  }
  if (command == "purge") {
    auto purge = read_purge(arguments, wanted.states);
    if (!purge) {
      return pass_on(purge);
    }
    wanted.purge = std::move(*purge);
  }
  return wanted;
}

bool writes(const Arguments& arguments) {
  const auto& command = arguments.command;
  return command == "requeue" || (command == "purge" && !arguments.dry_run) || (command == "check" && arguments.repair);
}

/// Opens the store for no more than the command needs. `log` is told of what it changes.
Result<std::unique_ptr<Store>> open(const Arguments& arguments, http::JobLog& log) {
  StoreOptions options;
  options.location = arguments.store;
  options.told = [&log](std::span<const StateTransition> changes) { log.tell(changes); };
  return ctl::become_owner(arguments.store)
      .and_then([&] { return check_pid_namespaces(arguments.store + "/run"); })
      .and_then(
          [&] { return open_existing_store(options, writes(arguments) ? StoreAccess::write : StoreAccess::read); });
}

Result<ctl::Answer> carry_out(const Arguments& arguments, const Wanted& wanted, Store& store) {
  const auto good = [](std::string text) { return ctl::Answer{std::move(text)}; };
  const auto run_folder = arguments.store + "/run";
  // Where they cannot be opened workers look by themselves, once a second.
  std::optional<Notifications> notifications;
  if (writes(arguments)) {
    if (auto opened = Notifications::open(run_folder)) {
      notifications = std::move(*opened);
    }
  }
  Committer committer(store, notifications ? &*notifications : nullptr);
  auto membership = LeaseMembership::observe(run_folder);
  const ctl::Place place{arguments.store, store, committer, membership};
  if (arguments.command == "list") {
    const ctl::ListOptions options{
        .limit = arguments.limit, .states = wanted.states, .owner = arguments.owner, .output = wanted.output};
    return ctl::list(*store.reader(), options).map(good);
  }
  if (arguments.command == "show") {
    return ctl::show(*store.reader(), wanted.ids.front(), wanted.output).map(good);
  }
  if (arguments.command == "stats") {
    return ctl::stats(place, wanted.output);
  }
  if (arguments.command == "check") {
    return ctl::check(place, {.repair = arguments.repair, .quick = arguments.quick, .age_ms = wanted.age_ms});
  }
  if (arguments.command == "requeue") {
    return ctl::requeue(place, {.jobs = wanted.ids, .dead = arguments.dead});
  }
  return ctl::purge(place, wanted.purge);
}

int run(const Arguments& arguments) {
  const auto wanted = read(arguments);
  if (!wanted) {
    return complain(wrong_usage, wanted.error().detail);
  }
  // nginx makes the log files; where one is missing its lines are dropped.
  http::JobLog log(false, [](std::string_view sentence) {
    std::fprintf(stderr, "docketctl: docket_log %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  });
  const auto store = open(arguments, log);
  if (!store) {
    return complain(no_store, store.error().detail);
  }
  const auto answer = carry_out(arguments, *wanted, **store);
  if (!answer) {
    const bool unknown = arguments.command == "show" && answer.error().code == ErrorCode::not_found;
    return complain(
        unknown ? not_good : no_store,
        unknown ? "there is no job " + arguments.ids.front() + " in " + arguments.store : answer.error().detail);
  }
  const auto& text = answer->text;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return complain(no_store, "the answer could not be written");
  }
  return answer->good ? done : not_good;
}

void add_owner(CLI::App& command, Arguments& arguments) {
  // Not as an option's value: an empty one would count as none.
  command.add_option_function<std::string>(
      "--owner", [&arguments](const std::string& owner) { arguments.owner = owner; },
      "only jobs of this owner; \"\": of nobody in particular");
}

void add_commands(CLI::App& app, Arguments& arguments) {
  auto* list = app.add_subcommand("list", "the newest jobs");
  list->add_option("--limit", arguments.limit, "how many at most")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  list->add_option("--status", arguments.states, "only jobs in these states: pending,processing,completed,failed")
      ->delimiter(',');
  add_owner(*list, arguments);

  auto* show = app.add_subcommand("show", "all about one job");
  show->add_option("ID", arguments.ids, "the job's id")->required()->expected(1);

  auto* check =
      app.add_subcommand("check", "prove that tables and files are as they should be; the store may be in use");
  check->add_flag("--repair", arguments.repair,
                  "mend what can be mended: indexes and counters are made anew, files without a job removed, units of "
                  "dead workers given back, jobs that lost a file or a record failed");
  check->add_flag("--quick", arguments.quick, "look at the files' sizes and do not read them");
  check->add_option("--age", arguments.age, "leave files alone that were written to since then")->capture_default_str();

  auto* requeue = app.add_subcommand("requeue", "take units from whoever holds them, so that they wait again");
  requeue->add_option("ID", arguments.ids, "jobs; who works on them stops");
  requeue->add_flag("--dead", arguments.dead, "all units that dead workers hold");

  auto* purge = app.add_subcommand("purge", "remove final jobs with their files");
  purge->add_option("--older-than", arguments.older_than, "only jobs that are final for so long: 12h, 7d, 1d12h");
  purge->add_option("--status", arguments.states, "only jobs in these states: completed,failed")->delimiter(',');
  add_owner(*purge, arguments);
  purge->add_flag("--dry-run", arguments.dry_run, "only say how many there are");

  app.add_subcommand("stats", "jobs, units, workers and room, in numbers");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CLI::App app(
        "docketctl looks into the store of ngx_http_docket_module, live or not, checks, mends and clears it. It never "
        "makes a store. Run it as root or as the user whom the store belongs to.");
    app.footer(
        "Exit codes: 0 done; 1 no such job, or what was asked for is not as it should be; 2 wrong usage; 3 the store "
        "cannot be read or written.");
    Arguments arguments;
    app.add_option("--store", arguments.store, "the store's folder: docket_store in nginx.conf")
        ->envname("DOCKET_STORE")
        ->capture_default_str();
    app.add_flag("--json", arguments.json, "JSON: list and show as the HTTP API has it, and stats");
    app.require_subcommand(1);
    app.fallthrough();  // options of docketctl may stand behind the command too
    add_commands(app, arguments);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
      std::string extras;  // CLI11 itself tells them the wrong way round
      for (const auto& extra : app.remaining(true)) {
        extras += ' ' + extra;
      }
      return complain(wrong_usage, "not known here:" + extras + "; see docketctl --help");
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? done : wrong_usage;
    }
    arguments.command = app.get_subcommands().front()->get_name();
    return run(arguments);
  } catch (const std::exception& error) {
    return complain(no_store, error.what());
  }
}
