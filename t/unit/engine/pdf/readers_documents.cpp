#include "engine/pdf/readers_documents.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "engine/readers/open_document.h"

namespace docket::engine::readers_test {
namespace {

std::string md5(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    throw std::runtime_error("no MD5");
  }
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// The cipher of PDF's first encryption; OpenSSL keeps it in a provider that need not be installed.
std::string rc4(std::string_view key, std::string_view text) {
  std::array<unsigned char, 256> state{};
  std::iota(state.begin(), state.end(), static_cast<unsigned char>(0));
  unsigned j = 0;
  for (unsigned i = 0; i < state.size(); ++i) {
    j = (j + state[i] + static_cast<unsigned char>(key[i % key.size()])) % 256;
    std::swap(state[i], state[j]);
  }
  std::string out;
  unsigned i = 0;
  j = 0;
  for (const char c : text) {
    i = (i + 1) % 256;
    j = (j + state[i]) % 256;
    std::swap(state[i], state[j]);
    out.push_back(static_cast<char>(static_cast<unsigned char>(c) ^ state[(state[i] + state[j]) % 256]));
  }
  return out;
}

// ISO 32000-1, 7.6.3.3: what fills passwords up.
const std::string padding(
    "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe"
    "\x64\x53\x69\x7a",
    32);

std::string padded(const std::string& password) {
  return (password + padding).substr(0, 32);
}

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "<";
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out + ">";
}

}  // namespace

int PdfMaker::reserve() {
  return add("");
}

void PdfMaker::define(int number, std::string body) {
  objects_.at(static_cast<std::size_t>(number) - 1).body = std::move(body);
}

int PdfMaker::add(std::string body) {
  objects_.push_back({std::move(body), {}, false});
  return static_cast<int>(objects_.size());
}

int PdfMaker::add_stream(const std::string& data, const std::string& entries) {
  objects_.push_back({"<< " + entries + " /Length " + std::to_string(data.size()) + " >>", data, true});
  return static_cast<int>(objects_.size());
}

void PdfMaker::add_page(const std::string& content, const std::string& entries, const std::string& media_box) {
  const int stream = add_stream(content);
  pages_.push_back(add("<< /Type /Page /Parent 2 0 R /MediaBox [" + media_box + "] /Contents " +
                       std::to_string(stream) + " 0 R " + entries + " >>"));
}

std::string PdfMaker::finish(const std::string& trailer) {
  return assemble(trailer, "");
}

std::string PdfMaker::finish_encrypted(const std::string& user_password, const std::string& owner_password) {
  // ISO 32000-1, 7.6.3: algorithms 3 (O), 2 (the key) and 4 (U), for revision 2.
  const std::string id = "0123456789abcdef";
  const auto owner = rc4(md5(padded(owner_password)).substr(0, 5), padded(user_password));
  const std::string permissions = "\xfc\xff\xff\xff";  // -4, little-endian
  const auto key = md5(padded(user_password) + owner + permissions + id).substr(0, 5);
  const auto user = rc4(key, padding);
  return assemble("/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O " + hex(owner) + " /U " + hex(user) + " >> /ID [" +
                      hex(id) + " " + hex(id) + "]",
                  key);
}

std::string PdfMaker::assemble(const std::string& trailer, std::string_view key) {
  std::string kids;
  for (const int page : pages_) {
    kids += std::to_string(page) + " 0 R ";
  }
  objects_[0].body = "<< /Type /Catalog /Pages 2 0 R" + catalogue_ + " >>";
  objects_[1].body = "<< /Type /Pages /Count " + std::to_string(pages_.size()) + " /Kids [" + kids + "] >>";
  std::string file = "%PDF-1.4\n";
  std::string table = "xref\n0 " + std::to_string(objects_.size() + 1) + "\n0000000000 65535 f \n";
  for (std::size_t at = 0; at < objects_.size(); ++at) {
    const auto& object = objects_[at];
    const auto offset = std::to_string(file.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    file += std::to_string(at + 1) + " 0 obj\n" + object.body;
    if (object.is_stream) {
      auto data = object.data;
      if (!key.empty()) {
        // Algorithm 1: the object's own key.
        const auto number = at + 1;
        const std::string salt{static_cast<char>(number & 0xff), static_cast<char>(number >> 8 & 0xff), 0, 0, 0};
        data = rc4(md5(std::string(key) + salt).substr(0, key.size() + 5), data);
      }
      file += "\nstream\n" + data + "\nendstream";
    }
    file += "\nendobj\n";
  }
  return file + table + "trailer\n<< /Size " + std::to_string(objects_.size() + 1) + " /Root 1 0 R " + trailer +
         " >>\nstartxref\n" + std::to_string(file.size()) + "\n%%EOF\n";
}

std::string one_page(const std::string& content, const std::string& entries, const std::string& media_box) {
  PdfMaker maker;
  maker.add_page(content, entries, media_box);
  return maker.finish();
}

PixPtr print(const std::vector<std::string>& lines, int width, int height) {
  constexpr int scale = 2;
  constexpr int margin = 50;
  constexpr int leading = 40;
  PixPtr small(pixCreate(width / scale, height / scale, 8));
  pixSetAll(small.get());
  L_BMF* font = bmfCreate(nullptr, 10);
  int y = margin + leading;
  for (const auto& line : lines) {
    l_int32 overflow = 0;
    l_int32 drawn = 0;
    pixSetTextline(small.get(), font, line.c_str(), 0, margin, y, &drawn, &overflow);
    y += leading;
  }
  bmfDestroy(&font);
  PixPtr picture(pixScale(small.get(), scale, scale));
  pixSetResolution(picture.get(), 300, 300);
  return picture;
}

std::string samples_of(Pix& picture) {
  const int width = pixGetWidth(&picture);
  std::string samples;
  for (int y = 0; y < pixGetHeight(&picture); ++y) {
    l_uint32* const row = pixGetData(&picture) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(&picture);
    const int bytes = pixGetDepth(&picture) == 1 ? (width + 7) / 8 : width;
    for (int x = 0; x < bytes; ++x) {
      samples.push_back(static_cast<char>(GET_DATA_BYTE(row, x)));
    }
  }
  return samples;
}

std::string image_entries(Pix& picture) {
  const bool binary = pixGetDepth(&picture) == 1;
  return "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent " +
         std::string(binary ? "1 /Decode [1 0]" : "8") + " /Width " + std::to_string(pixGetWidth(&picture)) +
         " /Height " + std::to_string(pixGetHeight(&picture));
}

std::string encoded(Pix& picture, int format) {
  l_uint8* data = nullptr;
  std::size_t size = 0;
  if (pixWriteMem(&data, &size, &picture, format) != 0) {
    throw std::runtime_error("the picture cannot be encoded");
  }
  const std::unique_ptr<l_uint8, decltype(&std::free)> owner(data, &std::free);
  return {reinterpret_cast<const char*>(data), size};
}

Fd file_of(std::string_view bytes) {
  Fd file(::memfd_create("document", MFD_CLOEXEC));
  for (std::size_t done = 0; done < bytes.size();) {
    const auto count = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (count <= 0) {
      throw std::runtime_error("the document cannot be written");
    }
    done += static_cast<std::size_t>(count);
  }
  ::lseek(file.get(), static_cast<off_t>(bytes.size() / 2), SEEK_SET);
  return file;
}

Result<std::vector<Result<Page>>> read_all(std::string_view bytes, MediaType type, const ReadOptions& options) {
  const auto file = file_of(bytes);
  auto document = open_document(file.get(), type, options);
  if (!document) {
    return pass_on(document);
  }
  std::vector<Result<Page>> pages;
  for (std::uint32_t page = 1; page <= (*document)->page_count(); ++page) {
    pages.push_back((*document)->read(page));
  }
  return pages;
}

Page read_first(std::string_view bytes, MediaType type, const ReadOptions& options) {
  const auto pages = read_all(bytes, type, options);
  if (!pages) {
    ADD_FAILURE() << "cannot be opened: " << pages.error().detail;
    return {};
  }
  if (pages->empty() || !pages->front()) {
    ADD_FAILURE() << "the first page cannot be read: " << (pages->empty() ? "none" : pages->front().error().detail);
    return {};
  }
  return *pages->front();
}

std::string text_of(const Page& page) {
  std::string text;
  for (const auto& line : page.lines) {
    for (std::size_t at = 0; at < line.words.size(); ++at) {
      text += line.words[at].text;
      if (at + 1 < line.words.size() && line.words[at].space_after) {
        text += ' ';
      }
    }
    text += '\n';
  }
  return text;
}

Word word_of(const Page& page, std::string_view text) {
  for (const auto& line : page.lines) {
    for (const auto& word : line.words) {
      if (word.text == text) {
        return word;
      }
    }
  }
  ADD_FAILURE() << "no word '" << text << "' in:\n" << text_of(page);
  return {};
}

}  // namespace docket::engine::readers_test
