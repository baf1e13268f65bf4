#include "tools/terminal.hpp"

#include <random>

#include "codec/de48.hpp"
#include "codec/field_table.hpp"
#include "crypto/mac.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

constexpr std::size_t kMaxDigits = 42;  // DE 90

/// Two runs in one second must not use the same STAN.
std::uint32_t random_stan() { return std::random_device()() % StampMaker::kLastStan + 1; }

}  // namespace

Received::Received(const codec::Profile& profile, std::vector<std::uint8_t> bytes)
    : bytes_(std::move(bytes)) {
  const auto read = codec::read_message(profile, bytes_, message_);
  if (!read) throw LinkError("the answer is no message: " + read.error().describe());
}

std::string Received::text(int element) const {
  if (!message_.has(element)) return {};
  switch (codec::field(element).content) {
    case codec::Content::n:
    case codec::Content::z:
      return std::string(message_.digits<kMaxDigits>(element).view());
    case codec::Content::x_n:
      return message_.sign(element) + std::string(message_.digits<kMaxDigits>(element).view());
    case codec::Content::an: {
      std::string text(message_.text(element));
      return text.erase(text.find_last_not_of(' ') + 1);
    }
    default: {
      std::uint8_t bytes[codec::kMaxFrameLength];
      return base::to_hex({bytes, message_.bytes(element, bytes)});
    }
  }
}

std::string Received::tag(int number) const {
  if (!message_.has(48)) return {};
  const auto tags = codec::TagList::read(message_.text(48));
  if (!tags) return {};
  const auto value = tags->find(number);
  return value ? std::string(*value) : std::string();
}

Terminal::Terminal(const World& world, std::string_view station, std::string_view terminal_id)
    : world_(world),
      station_(world.station(station)),
      identity_(terminal_id.empty() && world.terminals(station).empty()
                    ? nullptr
                    : &world.terminal(station, terminal_id)),
      stamps_(random_stan()) {}

const crypto::Key& Terminal::pin_key() const {
  return world_.keys.require(station_.name, crypto::KeyUse::pin);
}

const config::SeedTerminal& Terminal::identity() const {
  if (identity_ != nullptr) return *identity_;
  throw UsageError("the configuration's seed file has no terminal of " + station_.name +
                   ": it can send network messages only");
}

Draft Terminal::draft(codec::Mti mti, std::string_view processing) {
  Draft draft = stamped(mti, processing);
  draft.set(41, identity().id);
  draft.set(42, identity().merchant);
  return draft;
}

Draft Terminal::stamped(codec::Mti mti, std::string_view processing) {
  const Stamp stamp = stamps_.next(base::system_now());
  Draft draft;
  draft.mti = mti;
  if (!processing.empty()) draft.set(3, std::string(processing));
  draft.set(7, zero_filled(stamp.transmitted, 10));
  draft.set(11, zero_filled(stamp.stan, 6));
  draft.set(12, zero_filled(stamp.local_time, 6));
  draft.set(13, zero_filled(stamp.local_date, 4));
  draft.set(37, zero_filled(stamp.reference, 12));
  return draft;
}

Draft Terminal::network(std::string_view code) {
  Draft full = stamped({800}, "");
  for (const int element : {12, 13, 37}) full.drop(element);
  full.set(70, std::string(code));
  return full;
}

void Terminal::put_card(Draft& draft, const std::string& card, const std::string& password) const {
  draft.set(2, card);
  if (!password.empty()) draft.set(52, pin_block_hex(pin_key(), password, card));
}

std::vector<std::uint8_t> Terminal::encode(const Draft& draft, bool broken_mac) const {
  Seal seal;
  seal.kind = station_.mac;
  seal.broken = broken_mac;
  if (seal.kind != crypto::MacKind::none)
    seal.key = &world_.keys.require(station_.name, crypto::KeyUse::mac);
  return tools::encode(draft, *station_.profile, seal);
}

MacVerdict Terminal::check_mac(base::ByteView message) const {
  if (station_.mac == crypto::MacKind::none) return MacVerdict::none;
  const std::size_t size = codec::mac_size(*station_.profile);
  if (codec::mac_element(*station_.profile, message) == 0 || message.size() < size)
    return MacVerdict::missing;
  const crypto::Key& key = world_.keys.require(station_.name, crypto::KeyUse::mac);
  const crypto::Mac expected =
      crypto::compute_mac(station_.mac, key, message.first(message.size() - size));
  const base::ByteView received = message.last(size);
  const auto taken_apart = base::from_hex(base::as_text(received));
  const bool hex = station_.profile->binary == codec::Binary::hex;
  if (hex && !taken_apart) return MacVerdict::wrong;
  return crypto::mac_matches(expected, hex ? base::ByteView(*taken_apart) : received)
             ? MacVerdict::right
             : MacVerdict::wrong;
}

std::optional<Answer> Terminal::send(const Draft& draft, base::TimeUs patience_us,
                                     bool broken_mac) {
  return send_bytes(encode(draft, broken_mac), patience_us);
}

std::optional<Answer> Terminal::send_bytes(std::vector<std::uint8_t> message,
                                           base::TimeUs patience_us) {
  if (!link_) link_.emplace(station_, world_.tls);
  codec::Message request;
  const bool readable = static_cast<bool>(codec::read_message(*station_.profile, message, request));
  const base::TimeUs begin_us = base::steady_now(), until_us = begin_us + patience_us;
  link_->send(message);
  while (true) {
    auto bytes = link_->receive(until_us - base::steady_now());
    if (!bytes) return std::nullopt;
    const std::int64_t latency_us = base::steady_now() - begin_us;
    const MacVerdict mac = check_mac(*bytes);
    Answer answer{Received(*station_.profile, std::move(*bytes)), mac, latency_us};
    const codec::Message& got = answer.received.message();
    const bool same =
        !readable || !request.has(11) || !got.has(11) || request.number(11) == got.number(11);
    if (same) return answer;
  }
}

}  // namespace tools
