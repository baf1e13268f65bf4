/// codec/packager: a file is refused in one printable sentence, or makes a profile that reads what
/// it writes, at every element's longest too. Input: an odd byte, then the text of a file; or an
/// even one, then how many elements of a right file are spoiled, four bytes for each (which, class,
/// length, pad), then a message for the profile.

#include <algorithm>
#include <array>
#include <string>

#include "codec/field_table.hpp"
#include "codec/packager.hpp"
#include "codec/packager_classes.hpp"
#include "fuzz/input.hpp"
#include "fuzz/values.hpp"

namespace {

using codec::Content;
using codec::Message;
using codec::Profile;

struct IsoField {
  std::string field_class;
  std::size_t length = 0;
  std::string pad;
};
using File = std::array<IsoField, 129>;

constexpr std::size_t kMostEdits = 15;

std::string class_of(const codec::Field& field) {
  const std::string prefix = field.length == codec::Length::fixed ? ""
                             : field.length == codec::Length::ll  ? "LL"
                                                                  : "LLL";
  switch (field.content) {
    case Content::n:
    case Content::z:
      return prefix.empty() ? "IFB_NUMERIC" : "IFB_" + prefix + "NUM";
    case Content::an:
      return prefix.empty() ? "IF_CHAR" : "IFB_" + prefix + "CHAR";
    case Content::b:
      return "IFB_" + prefix + "BINARY";
    case Content::x_n:
      return "IFB_AMOUNT";
    case Content::undefined:
      break;
  }
  return {};
}

/// iso87-binary as a file says it.
File right_file() {
  File file;
  file[0] = {"IFB_NUMERIC", 4, "true"};
  file[1] = {"IFB_BITMAP", 16, ""};
  for (int element = 2; element <= 128; ++element) {
    const codec::Field& field = codec::field(element);
    const std::size_t sign = field.content == Content::x_n ? 1 : 0;
    file[static_cast<std::size_t>(element)] = {class_of(field), field.size + sign, ""};
  }
  return file;
}

void spoil(File& file, fuzz::Input& input) {
  IsoField& field = file[input.byte() % file.size()];
  const auto classes = codec::field_classes();
  const std::size_t chosen = input.byte();
  field.field_class = chosen < classes.size() ? std::string(classes[chosen].name) : "";
  const std::size_t length = input.byte();
  if (length != 0) field.length = length == 255 ? 999 : length;
  constexpr std::array<const char*, 4> kPads{"", "true", "false", "maybe"};
  field.pad = kPads[input.byte() % kPads.size()];
}

/// An isofield without a class is left out.
std::string text_of(const File& file) {
  std::string text = "<isopackager>\n";
  for (std::size_t id = 0; id < file.size(); ++id) {
    const IsoField& field = file[id];
    if (field.field_class.empty()) continue;
    text += "<isofield id=\"" + std::to_string(id) + "\" length=\"" + std::to_string(field.length) +
            "\" name=\"x\" class=\"org.jpos.iso." + field.field_class + "\"" +
            (field.pad.empty() ? "" : " pad=\"" + field.pad + "\"") + "/>\n";
  }
  return text + "</isopackager>";
}

/// A value of this length, in the element's own units.
void put_sample(codec::Writer& writer, int element, std::size_t length) {
  switch (codec::field(element).content) {
    case Content::n:
    case Content::z:
      return writer.digits(element, std::string(length, '7'));
    case Content::an:
      return writer.text(element, std::string(length, 'x'));
    case Content::b:
      return writer.bytes(element, base::as_bytes(std::string(length, '\xA5')));
    case Content::x_n:
      return writer.signed_number(element, 'D', 12'345'678);
    case Content::undefined:
      CP_ASSERT(false && "no length without a content");
  }
}

/// Each element on its own, at its longest.
void check_longest(const Profile& profile) {
  std::array<std::uint8_t, 4'096> space;
  for (int element = 2; element <= 128; ++element) {
    const std::size_t length = codec::longest(profile, element);
    CP_ASSERT(length <= codec::longest(codec::kIso87Binary, element));
    if (length == 0) continue;
    codec::Writer writer(profile, space);
    writer.begin({200});
    put_sample(writer, element, length);
    const auto size = writer.finish();
    Message message;
    CP_ASSERT(size && codec::read_message(profile, base::ByteView(space).first(*size), message));
    CP_ASSERT(message.has(element) && message.length(element) == length);
  }
  for (const std::uint8_t element : codec::kNeededElements)
    CP_ASSERT(codec::longest(profile, element) == codec::longest(codec::kIso87Binary, element));
}

/// What can be read is the same when it is written again, in this profile and in a built-in one.
void check_message(const Profile& profile, base::ByteView bytes) {
  Message message;
  const auto read = codec::read_message(profile, bytes, message);
  if (!read) {
    CP_ASSERT(read.error().offset <= bytes.size());
    return;
  }
  for (const Profile* to : {&profile, &codec::kIso87Binary}) {
    const auto written = fuzz::write_all(message, *to, [&](codec::Writer& writer, int element) {
      fuzz::put_value(writer, message, element);
    });
    Message again;
    CP_ASSERT(codec::read_message(*to, written, again) && fuzz::has_same_values(message, again));
  }
}

void check_sentence(const std::string& sentence) {
  const bool is_printable =
      std::ranges::all_of(sentence, [](char c) { return c >= ' ' && c <= '~'; });
  CP_ASSERT(is_printable && sentence.starts_with("vendor.xml:"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  std::string xml;
  if (input.byte() % 2 != 0) {
    xml = base::as_text(input.rest());
  } else {
    File file = right_file();
    for (std::size_t edits = input.byte() % (kMostEdits + 1); edits > 0; --edits)
      spoil(file, input);
    xml = text_of(file);
  }
  const auto profile = codec::read_packager(xml, "vendor.xml");
  if (!profile) {
    check_sentence(profile.error().sentence);
    return 0;
  }
  check_longest(**profile);
  check_message(**profile, input.rest());
  return 0;
}
