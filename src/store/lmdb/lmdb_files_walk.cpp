#include "store/lmdb/lmdb_files_walk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/lmdb/lmdb_environment.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;

void reach(JobFiles& files, const Outputs& outputs) {
  if (outputs.sections.empty() || outputs.bytes) {
    return;
  }
  auto& list = files.output_files;
  // Looked for from the end: neighbouring pages stand in the same one.
  const auto known =
      std::find_if(list.rbegin(), list.rend(), [&](const auto& one) { return one.output_file == outputs.output_file; });
  auto& found = known == list.rend() ? list.emplace_back(JobFiles::Reach{outputs.output_file, 0, {}}) : *known;
  for (const auto& section : outputs.sections) {
    const auto room = UINT64_MAX - section.offset;  // a damaged number must not become a small one
    found.bytes = std::max(found.bytes, section.offset + std::min(section.length, room));
    if (section.sum != 0) {
      found.summed.push_back(section);
    }
  }
}

Result<void> read_containers(const lmdb::Txn& txn, const Tables& t, JobFiles& files) {
  auto cursor = txn.cursor(t.pages);
  if (!cursor) {
    return pass_on(cursor);
  }
  auto found = cursor->at_or_after(files.id.key());
  for (; found && *found && (*found)->key.starts_with(files.id.key()); found = cursor->next()) {
    if (const auto page = decode_page((*found)->value)) {
      reach(files, page->outputs);
    } else {
      files.readable = false;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  auto stored = txn.get(t.outputs, files.id.key());
  if (!stored) {
    return pass_on(stored);
  }
  if (*stored) {
    if (const auto outputs = decode_outputs(**stored)) {
      reach(files, *outputs);
    } else {
      files.readable = false;
    }
  }
  return {};
}

void read_inputs(std::string_view status, JobFiles& files) {
  const auto view = StatusView::parse(status);
  if (!view) {
    files.readable = false;
    return;
  }
  files.state = view->head.state;
  if (view->head.input_gone != 0) {
    return;
  }
  view->each_file([&](const FileView& file) {
    JobFiles::Input input{.size = file.size, .sha256 = {}};
    std::copy_n(file.sha256.begin(), std::min(file.sha256.size(), input.sha256.size()), input.sha256.begin());
    files.inputs.push_back(input);
  });
}

}  // namespace

Result<bool> walk_files_on(const lmdb::Txn& txn, const Tables& t, FilesWalk& walk) {
  const auto opened = Clock::now();
  auto cursor = txn.cursor(t.status);
  if (!cursor) {
    return pass_on(cursor);
  }
  auto found = cursor->at_or_after((walk.visited ? *walk.visited : walk.first).key());
  for (; found && *found; found = cursor->next()) {
    const auto id = JobId::from_key((*found)->key);
    if (!id || id == walk.visited) {
      continue;
    }
    if (*id > walk.last) {
      walk.behind = *id;
      return true;
    }
    JobFiles files;
    files.id = *id;
    read_inputs((*found)->value, files);
    if (auto read = read_containers(txn, t, files); !read) {
      return pass_on(read);
    }
    walk.visit(std::move(files));
    walk.visited = id;
    if (Clock::now() - opened >= longest_snapshot) {
      return false;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  return true;
}

}  // namespace docket
