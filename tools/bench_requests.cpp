#include "tools/bench_requests.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "base/assert.hpp"
#include "codec/writer.hpp"
#include "crypto/mac.hpp"
#include "tools/link.hpp"

namespace tools {
namespace {

struct MacContext {
  crypto::MacKind kind;
  const crypto::Key* key;
};

void compute(const void* context, base::ByteView message, std::span<std::uint8_t, 8> mac) {
  const auto& [kind, key] = *static_cast<const MacContext*>(context);
  const crypto::Mac computed = crypto::compute_mac(kind, *key, message);
  std::copy(computed.begin(), computed.end(), mac.begin());
}

codec::Mti mti_of(BenchKind kind) {
  switch (kind) {
    case BenchKind::purchase:
      return {200};
    case BenchKind::echo:
      return {800};
    default:
      return {100};
  }
}

std::uint64_t processing_of(BenchKind kind) {
  return kind == BenchKind::verify ? 330'000 : kind == BenchKind::inquiry ? 310'000 : 0;
}

}  // namespace

RequestMaker::RequestMaker(const World& world, const config::Station& station,
                           const BenchOptions& options, const std::vector<BenchCard>& cards)
    : station_(station),
      options_(options),
      cards_(cards),
      mac_key_(station.mac == crypto::MacKind::none
                   ? nullptr
                   : &world.keys.require(station.name, crypto::KeyUse::mac)),
      mix_sum_(std::accumulate(options.mix.begin(), options.mix.end(), 0u)),
      state_(std::random_device()() | 1u) {}

/// xorshift64*: which card and kind comes next need not be unpredictable, only cheap.
std::uint64_t RequestMaker::draw(std::uint64_t bound) {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return (state_ * 0x2545F4914F6CDD1Du >> 32) % bound;
}

BenchKind RequestMaker::draw_kind() {
  std::uint64_t place = draw(mix_sum_);
  for (int kind = 0; kind < kBenchKinds; ++kind) {
    const std::uint32_t weight = options_.mix[static_cast<std::size_t>(kind)];
    if (place < weight) return static_cast<BenchKind>(kind);
    place -= weight;
  }
  return BenchKind::echo;
}

std::size_t RequestMaker::write_message(BenchKind kind, const Stamp& stamp,
                                        const config::SeedTerminal& terminal, base::ByteSpan out) {
  const bool echo = kind == BenchKind::echo, purchase = kind == BenchKind::purchase;
  codec::Writer writer(*station_.profile, out);
  writer.begin(mti_of(kind));
  const BenchCard* const card = echo ? nullptr : &cards_[draw(cards_.size())];
  if (card != nullptr) {
    writer.digits(2, card->number);
    writer.number(3, processing_of(kind));
  }
  if (purchase) writer.number(4, options_.amount_won);
  writer.number(7, stamp.transmitted);
  writer.number(11, stamp.stan);
  if (card != nullptr) {
    writer.number(12, stamp.local_time);
    writer.number(13, stamp.local_date);
    writer.text(41, terminal.id);
    writer.text(42, terminal.merchant);
    if (purchase) writer.text(49, "410");
    const bool with_pin =
        kind == BenchKind::inquiry || station_.password_required || draw(100) < options_.pin_share;
    if (with_pin) writer.bytes(52, card->pin_block);
  } else {
    writer.number(70, 301);
  }
  const MacContext context{station_.mac, mac_key_};
  const auto size =
      mac_key_ == nullptr ? writer.finish() : writer.finish_with_mac(compute, &context);
  CP_ASSERT(size);
  return *size;
}

std::size_t RequestMaker::make(BenchKind kind, const Stamp& stamp,
                               const config::SeedTerminal& terminal, base::ByteSpan out) {
  const std::size_t header = codec::header_size(station_.frame);
  const std::size_t size = write_message(kind, stamp, terminal, out.subspan(header));
  codec::write_header(station_.frame, terminal_tpdu(station_.frame), size, out.first(header));
  return header + size;
}

}  // namespace tools
