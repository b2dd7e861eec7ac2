// The name and number trees of PDF files (ISO 32000-1, 7.9.6 and 7.9.7). Poppler's own readers of them recurse as deep
// as a file says; these do not.
#pragma once

#include <Object.h>

#include <functional>
#include <string>

namespace docket::engine {

/// Calls `take` with each pair of a number tree, the value as it stands (references are not followed). Looks at a
/// bounded number of nodes and pairs, however many there are, and at no node twice.
void walk_number_tree(XRef& xref, const Object& root, const std::function<void(int key, const Object& value)>& take);

/// The same for a name tree. Nodes whose limits `wanted` turns down are left out.
void walk_name_tree(XRef& xref, const Object& root,
                    const std::function<bool(const std::string& first, const std::string& last)>& wanted,
                    const std::function<void(const std::string& key, const Object& value)>& take);

}  // namespace docket::engine
