#include "wire.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "codec/describe.hpp"
#include "codec/writer.hpp"
#include "crypto/pin_block.hpp"

namespace simulation {
namespace {

using crypto::PinBlock;

constexpr std::size_t kSpace = 2'048;
constexpr int kMacs[] = {64, 128};

void compute_mac(const void* context, base::ByteView message, std::span<std::uint8_t, 8> mac) {
  const auto& link = *static_cast<const core::StationLink*>(context);
  const crypto::Mac computed =
      crypto::compute_mac(link.mac, link.keys->mac_keys.present(), message);
  std::copy(computed.begin(), computed.end(), mac.begin());
}

/// A password as the station enciphers it; eight bytes that are none for an empty or short one.
PinBlock pin_block(const std::string& password, const std::string& card,
                   const core::StationLink& link) {
  if (password.size() < 4) return {0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A};
  return crypto::make_pin_block(link.station.pin_keys->present(), crypto::Password(password), card);
}

std::string tag_text(const model::Request& request, const core::StationLink& link) {
  std::array<char, 999> space;
  codec::TagWriter writer(space);
  for (const auto& [number, value] : request.tags)
    writer.add(std::stoi(number),
               number == "0010" ? base::to_hex(pin_block(value, request.get(2), link)) : value);
  std::string text(writer.content());
  if (request.unreadable == 48) text += "0099999";  // a tag without its 999 bytes
  return text;
}

void write_element(codec::Writer& writer, int element, const std::string& value,
                   const model::Request& request, const core::StationLink& link) {
  switch (codec::field(element).content) {
    case codec::Content::b:
      writer.bytes(element, pin_block(value, request.get(2), link));
      break;
    case codec::Content::an:
      writer.text(element, value);
      break;
    default:
      writer.digits(element, value);
  }
}

/// The message with DE 4 or its end spoiled, and the MAC right again.
void spoil(std::vector<std::uint8_t>& bytes, int element, const core::StationLink& link) {
  if (element == 0) bytes.push_back(0x20);
  if (element != 4) return;
  codec::Message message;
  const auto read = codec::read_message(*link.profile, bytes, message);
  CP_ASSERT(read.has_value());
  bytes[message.offset(4)] = link.profile->digits == codec::Digits::bcd ? 0xA0 : 'A';
  if (link.mac == crypto::MacKind::none) return;
  const base::ByteView covered(bytes.data(), bytes.size() - 8);
  compute_mac(&link, covered, std::span<std::uint8_t, 8>(bytes.data() + covered.size(), 8));
}

std::vector<std::uint8_t> encode_message(const model::Request& request,
                                         const core::StationLink& link) {
  std::vector<std::uint8_t> bytes(kSpace);
  codec::Writer writer(*link.profile, bytes);
  writer.begin({static_cast<std::uint16_t>(std::stoi(request.mti))});
  const std::string tags = tag_text(request, link);
  bool tags_written = tags.empty();
  for (const auto& [element, value] : request.fields) {
    if (element > 48 && !std::exchange(tags_written, true)) writer.text(48, tags);
    write_element(writer, element, value, request, link);
  }
  if (!tags_written) writer.text(48, tags);

  const bool with_mac = link.mac != crypto::MacKind::none;
  const bool left_out = request.mac_wrong && request.fields.size() % 2 == 0;
  const auto size =
      with_mac && !left_out ? writer.finish_with_mac(compute_mac, &link) : writer.finish();
  CP_ASSERT(size.has_value());
  bytes.resize(*size);
  if (request.mac_wrong && !left_out) bytes.back() ^= 1;
  spoil(bytes, request.unreadable, link);
  return bytes;
}

void decode_tags(const codec::Message& message, const core::StationLink& link, Reply& reply) {
  const auto tags = codec::TagList::read(message.text(48));
  CP_ASSERT(tags.has_value());
  tags->for_each([&](const codec::TagList::Tag& tag) {
    std::string number = std::to_string(tag.number);
    number.insert(0, 4 - number.size(), '0');
    std::string value(tag.value);
    if (number == "0005") {
      const auto block = crypto::pin_block_from_hex(tag.value);
      CP_ASSERT(block.has_value());
      const auto password =
          crypto::open_pin_block(link.station.pin_keys->present(), *block, reply.fields.at(2));
      value = password ? std::string(password->digits()) : "not a PIN block";
    }
    reply.tags[number] = value;
  });
}

bool mac_is_right(const codec::Message& message, const core::StationLink& link) {
  const int element = message.has_second_bitmap() ? 128 : 64;
  if (link.mac == crypto::MacKind::none) return !message.has(64) && !message.has(128);
  if (!message.has(element)) return false;
  std::array<std::uint8_t, 8> received{};
  message.bytes(element, received);
  return crypto::mac_matches(crypto::compute_mac(link.mac, link.keys->mac_keys.present(),
                                                 message.raw().first(message.offset(element))),
                             received);
}

}  // namespace

std::vector<std::uint8_t> encode(const model::Request& request, const core::StationLink& link) {
  const std::vector<std::uint8_t> message = encode_message(request, link);
  const std::size_t header = codec::header_size(link.frame);
  std::vector<std::uint8_t> frame(header + message.size());
  const std::array<std::uint8_t, codec::kTpduSize> tpdu{0x60, 0x00, 0x01, 0x00, 0x02};
  codec::write_header(link.frame, link.frame.tpdu ? base::ByteView(tpdu) : base::ByteView(),
                      message.size(), base::ByteSpan(frame).first(header));
  std::copy(message.begin(), message.end(), frame.begin() + static_cast<std::ptrdiff_t>(header));
  return frame;
}

Reply decode(base::ByteView bytes, const core::StationLink& link) {
  const codec::Frame frame = codec::read_frame(link.frame, bytes);
  CP_ASSERT(frame.status == codec::FrameStatus::good && frame.size == bytes.size());
  codec::Message message;
  const auto read = codec::read_message(*link.profile, frame.message, message);
  CP_ASSERT(read.has_value());
  Reply reply;
  std::string mti = std::to_string(message.mti().value);
  reply.mti = std::string(4 - mti.size(), '0') + mti;
  for (int element = 2; element <= 128; ++element) {
    if (!message.has(element) || element == 48 || std::ranges::count(kMacs, element) > 0) continue;
    if (codec::field(element).content == codec::Content::an) {
      reply.fields[element] = message.text(element);
    } else {
      std::array<char, 64> digits;
      reply.fields[element] = std::string(digits.data(), message.digits(element, digits));
    }
  }
  if (message.has(48)) decode_tags(message, link, reply);
  reply.mac_right = mac_is_right(message, link);
  return reply;
}

std::string describe(const model::Request& request) {
  std::string text = request.station + " " + request.mti + " " + operation_of(request);
  for (const auto& [element, value] : request.fields) {
    text += " " + std::to_string(element) + "=";
    text += element == 2 ? codec::mask_card(value) : element == 52 || element == 35 ? "…" : value;
  }
  for (const auto& [number, value] : request.tags)
    text += " 48." + number + "=" + (number == "0010" ? "…" : value);
  if (request.mac_wrong) text += " (MAC wrong)";
  if (request.unreadable >= 0)
    text += " (DE " + std::to_string(request.unreadable) + " unreadable)";
  return text;
}

std::string describe(const Reply& reply) {
  std::string text = reply.mti;
  for (const int element : {4, 15, 37, 38, 39, 44, 54}) {
    const auto found = reply.fields.find(element);
    if (found != reply.fields.end()) text += " " + std::to_string(element) + "=" + found->second;
  }
  for (const auto& [number, value] : reply.tags)
    text += " 48." + number + "=" + (number == "0004" || number == "0005" ? "…" : value);
  return text;
}

}  // namespace simulation
