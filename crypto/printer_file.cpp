#include "crypto/printer_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"
#include "crypto/hmac.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

constexpr std::string_view kMagic = "CPLOT001";
static_assert(kPrinterFileHead == kMagic.size() + 4 + 2 + 2 + 8 + 8 + 16);

using HeadBytes = std::array<std::uint8_t, kPrinterFileHead>;
using ChunkHead = std::array<std::uint8_t, kPrinterChunkHead>;

HeadBytes encode(const PrinterFileHead& head) {
  HeadBytes bytes{};
  std::ranges::copy(kMagic, bytes.begin());
  base::store_big_endian(bytes.data() + 8, head.lot);
  base::store_big_endian(bytes.data() + 12, head.key_id);
  base::store_big_endian(bytes.data() + 16, head.face_won);
  base::store_big_endian(bytes.data() + 24, head.made_s);
  std::ranges::copy(head.salt, bytes.begin() + 32);
  return bytes;
}

/// 2100, in seconds: whoever reads a head may reckon with its moment.
constexpr std::int64_t kEndOfTimes = 4'102'444'800;

PrinterFileHead decode(const HeadBytes& bytes) {
  PrinterFileHead head;
  head.lot = base::load_big_endian<std::uint32_t>(bytes.data() + 8);
  head.key_id = base::load_big_endian<std::uint16_t>(bytes.data() + 12);
  head.face_won = base::load_big_endian<std::int64_t>(bytes.data() + 16);
  head.made_s = base::load_big_endian<std::int64_t>(bytes.data() + 24);
  std::copy_n(bytes.begin() + 32, head.salt.size(), head.salt.begin());
  return head;
}

/// Bound to every byte of the head.
Key file_key(const Key& printer_key, const HeadBytes& head) {
  CP_ASSERT(printer_key.bytes().size() == 32);
  Hmac::Digest digest = Hmac(printer_key.bytes())(head, {});
  const Wiper wipe(digest.data(), digest.size());
  return Key({digest.begin(), digest.end()});
}

ChunkHead chunk_head(std::uint32_t number, Chunk which, std::size_t size) {
  ChunkHead head;
  base::store_big_endian(head.data(), number);
  base::store_big_endian(head.data() + 4, std::uint32_t{which == Chunk::last});
  base::store_big_endian(head.data() + 8, static_cast<std::uint32_t>(size));
  return head;
}

/// AES-256-GCM with the chunk's number as its nonce, bound to the chunk's head.
CipherContext begin(const Key& key, const ChunkHead& head, bool encrypt) {
  std::array<std::uint8_t, kGcmNonce> nonce{};
  std::copy_n(head.begin(), 4, nonce.end() - 4);
  CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  require(context &&
              EVP_CipherInit_ex2(context.get(), EVP_aes_256_gcm(), key.bytes().data(), nonce.data(),
                                 encrypt ? 1 : 0, nullptr) == 1 &&
              EVP_CipherUpdate(context.get(), nullptr, &size, head.data(),
                               static_cast<int>(head.size())) == 1,
          "AES-256-GCM");
  return context;
}

/// All or nothing; nothing at the end of the stream.
bool read(std::istream& in, base::ByteSpan to) {
  in.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
  return static_cast<std::size_t>(in.gcount()) == to.size();
}

std::runtime_error cut_short() {
  return std::runtime_error(
      "the file is cut short: it has no last chunk; get it again, or let `cpctl lot print` write "
      "it anew");
}

std::runtime_error not_authentic(std::uint32_t chunk) {
  return std::runtime_error("chunk " + std::to_string(chunk) +
                            " is not what the switch wrote: the file was altered, or this is not "
                            "the printer key that it was made with");
}

}  // namespace

SecretLines::~SecretLines() { clear(); }

void SecretLines::append(std::string_view more) {
  CP_ASSERT(text_.size() + more.size() <= text_.capacity());
  text_.append(more);
}

std::uint8_t* SecretLines::resized(std::size_t size) {
  CP_ASSERT(size <= text_.capacity());
  text_.resize(size);
  return reinterpret_cast<std::uint8_t*>(text_.data());
}

void SecretLines::clear() {
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
}

PrinterFileWriter::PrinterFileWriter(const Key& printer_key, PrinterFileHead head,
                                     base::RandomSource& random)
    : head_(head) {
  random.fill(head_.salt);
  file_key_ = file_key(printer_key, encode(head_));
  lines_.append(kPrinterTitles);
}

std::string PrinterFileWriter::head() const { return std::string(base::as_text(encode(head_))); }

void PrinterFileWriter::add(std::string_view number, std::string_view pin,
                            std::string_view password) {
  for (const std::string_view part : {number, std::string_view(","), pin, std::string_view(","),
                                      password, std::string_view("\n")})
    lines_.append(part);
}

std::string PrinterFileWriter::seal(Chunk which) {
  const std::string_view text = lines_.view();
  const ChunkHead head = chunk_head(++chunks_, which, text.size());
  std::string chunk(base::as_text(head));
  chunk.resize(head.size() + text.size() + kGcmTag);
  auto* const out = reinterpret_cast<std::uint8_t*>(chunk.data()) + head.size();
  const CipherContext context = begin(file_key_, head, true);
  std::array<std::uint8_t, 16> rest;
  int size = 0;
  require(EVP_CipherUpdate(context.get(), out, &size, base::as_bytes(text).data(),
                           static_cast<int>(text.size())) == 1 &&
              EVP_CipherFinal_ex(context.get(), rest.data(), &size) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag,
                                  out + text.size()) == 1,
          "AES-256-GCM");
  lines_.clear();
  return chunk;
}

PrinterFileReader::PrinterFileReader(std::istream& in) : in_(in) {
  if (!read(in_, head_bytes_) || base::as_text(head_bytes_).substr(0, kMagic.size()) != kMagic)
    throw std::runtime_error(
        "this is no file for the card printer that this program knows; such a file begins with " +
        std::string(kMagic));
  head_ = decode(head_bytes_);
  if (head_.made_s < 0 || head_.made_s >= kEndOfTimes)
    throw std::runtime_error("the file for the card printer was made at no time there is");
}

void PrinterFileReader::use(const Key& printer_key) {
  file_key_ = file_key(printer_key, head_bytes_);
}

bool PrinterFileReader::next() {
  CP_ASSERT(!file_key_.bytes().empty());
  lines_.clear();
  if (is_whole_) {
    if (in_.peek() != std::istream::traits_type::eof())
      throw std::runtime_error("there is more behind the last chunk: the file was altered");
    return false;
  }
  ChunkHead head;
  if (!read(in_, head)) throw cut_short();
  const std::uint32_t number = ++chunks_;
  const auto size = base::load_big_endian<std::uint32_t>(head.data() + 8);
  is_whole_ = base::load_big_endian<std::uint32_t>(head.data() + 4) == 1;
  if (size > kMaxPrinterText ||
      head != chunk_head(number, is_whole_ ? Chunk::last : Chunk::more, size))
    throw not_authentic(number);
  std::uint8_t* const text = lines_.resized(size);
  std::array<std::uint8_t, kGcmTag> tag, rest;
  if (!read(in_, {text, size}) || !read(in_, tag)) throw cut_short();
  const CipherContext context = begin(file_key_, head, false);
  int done = 0;
  require(EVP_CipherUpdate(context.get(), text, &done, text, static_cast<int>(size)) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data()) == 1,
          "AES-256-GCM");
  if (EVP_CipherFinal_ex(context.get(), rest.data(), &done) != 1) {
    lines_.clear();
    throw not_authentic(number);
  }
  return true;
}

}  // namespace crypto
