#include "engine/pdf/content/pdf_trees.h"

#include <XRef.h>

#include <set>
#include <vector>

namespace docket::engine {
namespace {

constexpr std::size_t most_nodes = 10'000;
constexpr int most_pairs = 200'000;

/// Walks the nodes of a tree, the root first. `enter(node)` says whether a node is worth looking into; `leaf` is the
/// name of its pairs, of which `pair(array, index)` is shown each.
template <class Enter, class Pair>
void walk(XRef& xref, const Object& root, const char* leaf, const Enter& enter, const Pair& pair) {
  std::vector<Ref> open;
  std::set<Ref> seen;
  int pairs = 0;
  const auto visit = [&](const Object& node) {
    if (!node.isDict() || !enter(*node.getDict())) {
      return;
    }
    const auto values = node.dictLookup(leaf);
    for (int at = 0; values.isArray() && at + 1 < values.arrayGetLength() && pairs < most_pairs; at += 2) {
      ++pairs;
      pair(*values.getArray(), at);
    }
    const auto kids = node.dictLookup("Kids");
    for (int at = 0; kids.isArray() && at < kids.arrayGetLength() && seen.size() < most_nodes; ++at) {
      const auto& kid = kids.arrayGetNF(at);
      if (kid.isRef() && seen.insert(kid.getRef()).second) {
        open.push_back(kid.getRef());
      }
    }
  };
  visit(root);
  while (!open.empty()) {
    const auto next = open.back();
    open.pop_back();
    visit(xref.fetch(next));
  }
}

}  // namespace

void walk_number_tree(XRef& xref, const Object& root, const std::function<void(int key, const Object& value)>& take) {
  const auto enter = [](const Dict&) { return true; };
  walk(xref, root, "Nums", enter, [&](const Array& values, int at) {
    if (const auto key = values.get(at); key.isInt()) {
      take(key.getInt(), values.getNF(at + 1));
    }
  });
}

void walk_name_tree(XRef& xref, const Object& root,
                    const std::function<bool(const std::string& first, const std::string& last)>& wanted,
                    const std::function<void(const std::string& key, const Object& value)>& take) {
  const auto enter = [&](const Dict& node) {
    const auto limits = node.lookup("Limits");
    if (!limits.isArray() || limits.arrayGetLength() < 2) {
      return true;
    }
    const auto first = limits.arrayGet(0);
    const auto last = limits.arrayGet(1);
    return !first.isString() || !last.isString() || wanted(first.getString()->toStr(), last.getString()->toStr());
  };
  walk(xref, root, "Names", enter, [&](const Array& values, int at) {
    if (const auto key = values.get(at); key.isString()) {
      take(key.getString()->toStr(), values.getNF(at + 1));
    }
  });
}

}  // namespace docket::engine
