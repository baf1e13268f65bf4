#include "tests/codec/support.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/bytes.hpp"
#include "codec/packager.hpp"

namespace codec_test {

using codec::Content;
using codec::Length;

std::string shipped_packager(std::string_view name) {
  std::ifstream in(CYBERPASS_SOURCE_DIR "/config/packagers/" + std::string(name) + ".xml");
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const std::vector<codec::Profile>& packager_profiles() {
  static std::vector<std::shared_ptr<const codec::Profile>> owners;
  static const std::vector<codec::Profile> profiles = [] {
    std::vector<codec::Profile> read;
    for (const codec::Profile& built_in : kProfiles) {
      const auto profile = codec::read_packager(shipped_packager(built_in.name), built_in.name);
      EXPECT_TRUE(profile) << profile.error().sentence;
      if (!profile) continue;
      owners.push_back(*profile);
      read.push_back(**profile);
    }
    return read;
  }();
  return profiles;
}

ExactBuffer::ExactBuffer(base::ByteView bytes) : ExactBuffer(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data_.get());
}

Bytes from_hex(std::string_view text) {
  const auto bytes = base::from_hex(text);
  EXPECT_TRUE(bytes.has_value()) << "no hexadecimal: " << text;
  return bytes.value_or(Bytes{});
}

Bytes from_text(std::string_view text) { return {text.begin(), text.end()}; }

bool is_defined(int element) { return codec::field(element).content != Content::undefined; }

std::string sample_value(int element, std::size_t length) {
  const Content content = codec::field(element).content;
  std::string value;
  for (std::size_t i = 0; i < length; ++i) {
    const auto step = i * 7 + static_cast<std::size_t>(element);
    if (content == Content::b)
      value += static_cast<char>(step * 37 % 256);
    else if (content == Content::an)
      value += static_cast<char>(' ' + step % 95);
    else
      value += static_cast<char>('1' + step % 9);
  }
  if (content == Content::z && length > 4) value[length - 4] = '=';
  if (content == Content::x_n) value.insert(0, 1, element % 2 == 0 ? 'C' : 'D');
  return value;
}

std::vector<std::size_t> sample_lengths(int element) {
  const codec::Field& field = codec::field(element);
  const std::size_t most = field.size;
  if (field.length == Length::fixed) return {most};
  return {0,        1,   2, 7, 8, std::min<std::size_t>(15, most), std::min<std::size_t>(16, most),
          most - 1, most};
}

void write_value(codec::Writer& writer, int element, std::string_view value) {
  switch (codec::field(element).content) {
    case Content::undefined:
      FAIL() << "element " << element << " is not defined";
    case Content::n:
    case Content::z:
      return writer.digits(element, value);
    case Content::an:
      return writer.text(element, value);
    case Content::b:
      return writer.bytes(element, base::as_bytes(value));
    case Content::x_n:
      return writer.signed_number(element, value.front(),
                                  std::stoull(std::string(value.substr(1))));
  }
}

std::string read_value(const codec::Message& message, int element) {
  const Content content = codec::field(element).content;
  if (content == Content::an) return std::string(message.text(element));
  std::string value(message.length(element), '\0');
  if (content == Content::b) {
    Bytes bytes(value.size());
    EXPECT_EQ(message.bytes(element, bytes), bytes.size());
    return std::string(base::as_text(bytes));
  }
  EXPECT_EQ(message.digits(element, value), value.size());
  if (content == Content::x_n) value.insert(0, 1, message.sign(element));
  return value;
}

}  // namespace codec_test
