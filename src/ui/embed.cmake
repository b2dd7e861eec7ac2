# Makes the C++ source that has the web page in it: cmake -DFOLDER=src/ui -DOUT=FILE.cpp -P embed.cmake
#
# Files name each other as "./list/row.js" or "../core/dom.js"; no two have the same name. In the module they all stand at
# the page's own path, told apart by its query, so each such name becomes "./?HASH/row.js". HASH is that of all files: addresses change when any of them does, and what
# stands at one never changes. The same files make the same source, byte by byte.
cmake_minimum_required(VERSION 3.25)

set(types html "text/html\; charset=utf-8" js "text/javascript\; charset=utf-8" css "text/css\; charset=utf-8"
          svg "image/svg+xml")

file(GLOB_RECURSE paths "${FOLDER}/*.html" "${FOLDER}/*.js" "${FOLDER}/*.css" "${FOLDER}/*.svg")
list(SORT paths)
set(names)
set(digests)
foreach(path ${paths})
  cmake_path(GET path FILENAME name)
  file(SHA256 "${path}" digest)
  list(APPEND names "${name}")
  list(APPEND digests "${name}=${digest}")
endforeach()
string(SHA256 hash "${digests}")
string(SUBSTRING "${hash}" 0 16 hash)

# The bytes of a file as the inside of a string literal of C++.
function(literal_of file out)
  file(READ "${file}" hex HEX)
  if(file MATCHES "\\.gz$")
    # Bytes 4 to 7 of gzip are when it was made.
    string(SUBSTRING "${hex}" 0 8 head)
    string(SUBSTRING "${hex}" 16 -1 tail)
    set(hex "${head}00000000${tail}")
  endif()
  string(REGEX REPLACE "(..)" "\\\\x\\1" text "${hex}")
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  set(${out} "std::string_view(\"${text}\", ${length})" PARENT_SCOPE)
endfunction()

set(scratch "${OUT}.d")
file(MAKE_DIRECTORY "${scratch}")
set(entries "")
# Modules are fetched together, and not each when the one before names it.
set(preloads "")
foreach(name ${names})
  if(name MATCHES "\\.js$")
    string(APPEND preloads "<link rel=\"modulepreload\" href=\"./${name}\">\n")
  endif()
endforeach()
foreach(path ${paths})
  cmake_path(GET path FILENAME name)
  file(READ "${path}" text)
  if(name MATCHES "\\.html$")
    string(REPLACE "<script type=\"module\"" "${preloads}<script type=\"module\"" text "${text}")
  endif()
  foreach(other ${names})
    string(REPLACE "." "\\." pattern "${other}")
    string(REGEX REPLACE "\"\\.\\.?/([a-z_]+/)?${pattern}\"" "\"./?${hash}/${other}\"" text "${text}")
  endforeach()
  file(WRITE "${scratch}/${name}" "${text}")
  file(ARCHIVE_CREATE OUTPUT "${scratch}/${name}.gz" PATHS "${scratch}/${name}" FORMAT raw COMPRESSION GZip
       COMPRESSION_LEVEL 9)
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  string(SUBSTRING "${extension}" 1 -1 extension)
  list(FIND types "${extension}" at)
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  literal_of("${scratch}/${name}" plain)
  literal_of("${scratch}/${name}.gz" gzipped)
  string(APPEND entries "    {\"${name}\", \"${type}\",\n     ${plain},\n     ${gzipped}},\n")
endforeach()

file(WRITE "${OUT}" "// Made by src/ui/embed.cmake.
#include \"nginx/page/assets.h\"

namespace docket::ngx {
namespace {

constexpr Asset embedded[] = {
${entries}};

}  // namespace

const std::span<const Asset> page_assets(embedded);
const std::string_view page_assets_hash(\"${hash}\");

}  // namespace docket::ngx
")
