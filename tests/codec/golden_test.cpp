// Every golden message: framed, read, compared, described, written again; and every prefix of it,
// and every size of buffer.

#include <algorithm>
#include <sstream>

#include "codec/describe.hpp"
#include "tests/codec/golden_file.hpp"

namespace {

using codec::Frame;
using codec::FrameStatus;
using codec::Message;
using codec::Writer;
using codec_test::Bytes;
using codec_test::ExactBuffer;
using codec_test::GoldenFile;

constexpr std::size_t kFewestFiles = 40;

/// A profile's files, each one's frame and message read.
class Golden : public testing::TestWithParam<codec::Profile> {
 protected:
  template <class Check>
  void for_each_file(Check&& check) {
    const auto files = codec_test::golden_files(GetParam().name);
    ASSERT_GE(files.size(), kFewestFiles);
    for (const GoldenFile& golden : files) {
      SCOPED_TRACE(golden.name);
      ASSERT_EQ(golden.profile, GetParam().name);
      const ExactBuffer received(golden.frame);
      const Frame frame = codec::read_frame(golden.format, received.view());
      ASSERT_EQ(frame.status, FrameStatus::good) << frame.complaint;
      ASSERT_EQ(frame.size, golden.frame.size());
      Message message;
      const auto result = read_message(GetParam(), frame.message, message);
      ASSERT_TRUE(result) << result.error().describe();
      check(golden, frame, message);
    }
  }
};

std::string hex_or_text(const Message& message, int element) {
  const std::string value = codec_test::read_value(message, element);
  if (codec::field(element).content != codec::Content::b) return value;
  return base::to_hex(base::as_bytes(value));
}

TEST_P(Golden, FieldsAreThose) {
  for_each_file([](const GoldenFile& golden, const Frame& frame, const Message& message) {
    EXPECT_EQ(Bytes(frame.tpdu.begin(), frame.tpdu.end()), golden.tpdu);
    EXPECT_EQ(message.mti().value, std::stoi(golden.mti));
    std::vector<int> expected, found;
    for (const auto& [element, value] : golden.fields) {
      expected.push_back(element);
      if (message.has(element)) {
        EXPECT_EQ(hex_or_text(message, element), value) << "DE " << element;
      }
    }
    for (int element = 2; element <= 128; ++element)
      if (message.has(element)) found.push_back(element);
    EXPECT_EQ(found, expected);
  });
}

/// `DE 002 primary account number | 94…` → `DE 002 94…`; of the MTI only the number.
std::string without_name(const std::string& line) {
  if (line.starts_with("MTI ")) return line.substr(0, 8);
  const auto bar = line.find(" | ");
  if (bar == std::string::npos) return line;
  return line.substr(0, line.find(' ', line.starts_with("DE ") ? 3 : 0) + 1) + line.substr(bar + 3);
}

TEST_P(Golden, DescriptionIsThat) {
  for_each_file([](const GoldenFile& golden, const Frame&, const Message& message) {
    std::vector<std::string> lines;
    std::istringstream text(codec::describe(message));
    for (std::string line; std::getline(text, line);) lines.push_back(without_name(line));
    EXPECT_EQ(lines, golden.description);
  });
}

/// The message once more from what the view says, element by element.
std::optional<std::size_t> write_again(const Message& message, base::ByteSpan space) {
  Writer writer(message.profile(), space);
  writer.begin(message.mti());
  for (int element = 2; element <= 128; ++element)
    if (message.has(element))
      codec_test::write_value(writer, element, codec_test::read_value(message, element));
  return writer.finish();
}

std::optional<std::size_t> copy_again(const Message& message, const codec::Profile& profile,
                                      base::ByteSpan space) {
  Writer writer(profile, space);
  writer.begin(message.mti());
  for (int element = 2; element <= 128; ++element)
    if (message.has(element)) writer.copy(element, message);
  return writer.finish();
}

TEST_P(Golden, WrittenAgainIsTheSame) {
  for_each_file([](const GoldenFile& golden, const Frame& frame, const Message& message) {
    const std::size_t size = frame.message.size(), head = codec::header_size(golden.format);
    ExactBuffer space(head + size);
    ASSERT_EQ(write_again(message, space.span().subspan(head)), size);
    Bytes swapped = golden.tpdu;  // what a request had, whose answer has this one
    if (golden.format.tpdu)
      std::swap_ranges(swapped.begin() + 1, swapped.begin() + 3, swapped.begin() + 3);
    codec::write_header(golden.format, swapped, size, space.span().first(head));
    EXPECT_EQ(base::to_hex(space.view()), base::to_hex(golden.frame));
    ExactBuffer copied(size);
    ASSERT_EQ(copy_again(message, message.profile(), copied.span()), size);
    EXPECT_EQ(base::to_hex(copied.view()), base::to_hex(frame.message));
  });
}

TEST_P(Golden, ThroughEveryOtherProfileAndBack) {
  for_each_file([](const GoldenFile&, const Frame& frame, const Message& message) {
    for (const codec::Profile& other : codec_test::kProfiles) {
      Bytes there(2 * codec::kMaxFrameLength), back(frame.message.size());
      const auto size = copy_again(message, other, there);
      ASSERT_TRUE(size.has_value());
      Message translated;
      ASSERT_TRUE(read_message(other, base::ByteView(there).first(*size), translated));
      ASSERT_EQ(copy_again(translated, message.profile(), back), back.size());
      EXPECT_EQ(base::to_hex(back), base::to_hex(frame.message));
    }
  });
}

TEST_P(Golden, NoPrefixOfAFrameIsGood) {
  for_each_file([](const GoldenFile& golden, const Frame&, const Message&) {
    for (std::size_t size = 0; size < golden.frame.size(); ++size) {
      const ExactBuffer prefix(base::ByteView(golden.frame).first(size));
      const Frame frame = codec::read_frame(golden.format, prefix.view());
      ASSERT_EQ(frame.status, FrameStatus::indeterminate) << size;
      ASSERT_GT(frame.size, size);
      ASSERT_LE(frame.size, golden.frame.size());
    }
  });
}

TEST_P(Golden, NoPrefixOfAMessageIsGood) {
  for_each_file([](const GoldenFile&, const Frame& frame, const Message& whole) {
    for (std::size_t size = 0; size < frame.message.size(); ++size) {
      const ExactBuffer prefix(frame.message.first(size));
      Message message;
      const auto result = read_message(whole.profile(), prefix.view(), message);
      ASSERT_FALSE(result) << size;
      ASSERT_LE(result.error().offset, size);
      if (!result.error().answerable()) continue;
      ASSERT_EQ(result.error().reason, codec::Reason::truncated) << size;
      ASSERT_FALSE(message.has(result.error().element));
      // what is there can be looked at
      ASSERT_LE(codec::describe(message).size(), codec::describe(whole).size());
    }
  });
}

TEST_P(Golden, EverySmallerBufferIsTooSmall) {
  for_each_file([](const GoldenFile&, const Frame& frame, const Message& message) {
    for (std::size_t size = 0; size < frame.message.size(); ++size) {
      ExactBuffer space(size);
      ASSERT_EQ(copy_again(message, message.profile(), space.span()), std::nullopt) << size;
      if (frame.message.size() > 1'000 && size % 16 != 0) continue;  // slow, and the same
      ASSERT_EQ(write_again(message, space.span()), std::nullopt) << size;
    }
  });
}

/// Looks up what finish_with_mac() is to compute: the MAC that the message carries.
void carried_mac(const void* context, base::ByteView, std::span<std::uint8_t, 8> mac) {
  const auto& message = *static_cast<const Message*>(context);
  message.bytes(message.has(128) ? 128 : 64, mac);
}

TEST_P(Golden, MacStandsWhereTheWriterPutsIt) {
  std::size_t with_mac = 0;
  for_each_file([&](const GoldenFile& golden, const Frame& frame, const Message& message) {
    if (!golden.has_mac) return;
    ++with_mac;
    const int mac = message.has(128) ? 128 : 64;
    EXPECT_EQ(codec::mac_element(message.profile(), frame.message), mac);
    ExactBuffer space(frame.message.size());
    Writer writer(message.profile(), space.span());
    writer.begin(message.mti());
    for (int element = 2; element < mac; ++element)
      if (message.has(element)) writer.copy(element, message);
    ASSERT_EQ(writer.finish_with_mac(carried_mac, &message), frame.message.size());
    EXPECT_EQ(base::to_hex(space.view()), base::to_hex(frame.message));
  });
  EXPECT_GT(with_mac, 0u);
}

std::string test_name(const testing::TestParamInfo<codec::Profile>& instance) {
  std::string name(instance.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Profiles, Golden, testing::ValuesIn(codec_test::kProfiles), test_name);
INSTANTIATE_TEST_SUITE_P(PackagerFiles, Golden, testing::ValuesIn(codec_test::packager_profiles()),
                         test_name);

}  // namespace
