#include "tools/bench_requests.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <random>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "crypto/mac.hpp"
#include "tools/link.hpp"
#include "tools/usage_error.hpp"

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
    case BenchKind::completion:
      return {220};
    case BenchKind::echo:
      return {800};
    default:
      return {100};
  }
}

std::uint64_t processing_of(BenchKind kind) {
  switch (kind) {
    case BenchKind::verify:
      return 330'000;
    case BenchKind::inquiry:
      return 310'000;
    case BenchKind::statement:
      return 380'000;
    default:
      return 0;
  }
}

bool moves_amount(BenchKind kind) {
  return kind == BenchKind::purchase || kind == BenchKind::hold || kind == BenchKind::completion;
}

template <std::size_t Size>
std::string_view view(const std::array<char, Size>& text) {
  return {text.data(), Size};
}

/// False, and nothing copied, when the element is absent or of another length.
template <std::size_t Size>
bool take_text(const codec::Message& message, int element, std::array<char, Size>& to) {
  if (!message.has(element) || message.text(element).size() != Size) return false;
  message.text(element).copy(to.data(), Size);
  return true;
}

}  // namespace

std::optional<BenchRequest> completion_of(const BenchRequest& hold, const codec::Message& answer) {
  if (!answer.has(39) || answer.text(39) != "00") return std::nullopt;
  BenchRequest completion{BenchKind::completion, hold.card, {}, {}};
  if (!take_text(answer, 37, completion.reference) || !take_text(answer, 38, completion.approval))
    return std::nullopt;
  return completion;
}

void check_mix(const config::Station& station, const BenchOptions& options) {
  using ledger::Role;
  const Role role = station.role;
  if (options.weight(BenchKind::hold) != 0 && role != Role::terminal && role != Role::telephone)
    throw UsageError(station.name + " may not hold: a terminal or telephone station may");
  if (options.weight(BenchKind::statement) != 0 && role != Role::site && role != Role::operating)
    throw UsageError(station.name + " may not ask for statements: a site or operator station may");
}

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

BenchRequest RequestMaker::draw_request() {
  BenchRequest request;
  request.kind = draw_kind();
  if (request.kind != BenchKind::echo)
    request.card = static_cast<std::uint32_t>(draw(cards_.size()));
  return request;
}

/// A completion asks for none, an operator's statement neither.
bool RequestMaker::draw_password(BenchKind kind) {
  switch (kind) {
    case BenchKind::completion:
      return false;
    case BenchKind::statement:
      return station_.role == ledger::Role::site;
    case BenchKind::inquiry:
      return true;
    default:
      return station_.password_required || draw(100) < options_.pin_share;
  }
}

void RequestMaker::write_echo(codec::Writer& writer, const Stamp& stamp) const {
  writer.number(7, stamp.transmitted);
  writer.number(11, stamp.stan);
  writer.number(70, 301);
}

/// Tags 0040 and 0041: the month that it is now, from its first to its last day.
void RequestMaker::write_months(codec::Writer& writer) const {
  std::array<char, 6> month{};
  std::to_chars(month.data(), month.data() + month.size(), base::seoul_date(now()) / 100);
  std::array<char, 26> space{};
  codec::TagWriter tags(space);
  tags.add(40, view(month));
  tags.add(41, view(month));
  writer.text(48, tags.content());
}

void RequestMaker::write_card_request(codec::Writer& writer, const BenchRequest& request,
                                      const Stamp& stamp, const config::SeedTerminal& terminal) {
  const BenchCard& card = cards_[request.card];
  const bool with_amount = moves_amount(request.kind);
  writer.digits(2, card.number);
  writer.number(3, processing_of(request.kind));
  if (with_amount) writer.number(4, options_.amount_won);
  writer.number(7, stamp.transmitted);
  writer.number(11, stamp.stan);
  writer.number(12, stamp.local_time);
  writer.number(13, stamp.local_date);
  if (request.kind == BenchKind::completion) {
    writer.text(37, view(request.reference));
    writer.text(38, view(request.approval));
  }
  writer.text(41, terminal.id);
  writer.text(42, terminal.merchant);
  if (request.kind == BenchKind::statement) write_months(writer);
  if (with_amount) writer.text(49, "410");
  if (draw_password(request.kind)) writer.bytes(52, card.pin_block);
}

std::size_t RequestMaker::make(const BenchRequest& request, const Stamp& stamp,
                               const config::SeedTerminal& terminal, base::ByteSpan out) {
  const std::size_t header = codec::header_size(station_.frame);
  codec::Writer writer(*station_.profile, out.subspan(header));
  writer.begin(mti_of(request.kind));
  if (request.kind == BenchKind::echo)
    write_echo(writer, stamp);
  else
    write_card_request(writer, request, stamp, terminal);
  const MacContext context{station_.mac, mac_key_};
  const auto size =
      mac_key_ == nullptr ? writer.finish() : writer.finish_with_mac(compute, &context);
  CP_ASSERT(size);
  codec::write_header(station_.frame, terminal_tpdu(station_.frame), *size, out.first(header));
  return header + *size;
}

}  // namespace tools
