#include "handlers/rated_call.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "handlers/tag_values.hpp"
#include "ledger/holds.hpp"

namespace handlers {
namespace {

constexpr int kCalledTag = 30, kGrantedTag = 31, kUsedTag = 32;

std::optional<std::string_view> tag_of_call(const Request& request, int tag) {
  if (request.station.role != ledger::Role::telephone) return std::nullopt;
  return request.tags.find(tag);
}

/// From this moment to 10 minutes after the last second granted, in whole seconds. What was granted
/// before goes on first: an exchange renews while the call lasts.
base::TimeUs lasting_s(base::TimeUs now, const ledger::HoldRecord* open, std::uint32_t seconds) {
  constexpr base::TimeUs kAfterUs = kAfterGrantS * base::kMicrosPerSecond;
  const base::TimeUs granted_until = open == nullptr ? now : open->expires_us - kAfterUs;
  const base::TimeUs ends_us =
      std::max(granted_until, now) + seconds * base::kMicrosPerSecond + kAfterUs;
  return (ends_us - now + base::kMicrosPerSecond - 1) / base::kMicrosPerSecond;
}

}  // namespace

std::optional<std::string_view> called_number(const Request& request) {
  return tag_of_call(request, kCalledTag);
}

std::optional<std::uint32_t> seconds_used(const Request& request) {
  const auto value = tag_of_call(request, kUsedTag);
  return value ? read_seconds(*value) : std::nullopt;
}

bool called_number_is_good(const Request& request) {
  const auto called = called_number(request);
  return !called || is_called_number(*called);
}

bool seconds_used_are_good(const Request& request) {
  const auto used = tag_of_call(request, kUsedTag);
  return !used || read_seconds(*used).has_value();
}

Refusal grant_call(const Exchange& exchange, std::string_view called,
                   const ledger::HoldRecord* open, std::int64_t available_won, Grant& grant) {
  const Context& context = exchange.context;
  std::int64_t connection_won = 0;
  if (open != nullptr) {
    grant.rate = open->rate;
  } else {
    const ledger::RateTable* table = context.directory.rates().in_force(context.now);
    if (table == nullptr) return Refusal::no_rates;
    grant.rate = table->rate_of(called);
    connection_won = grant.rate.connection_won;
  }
  grant.seconds = ledger::grantable_s(grant.rate, available_won - connection_won);
  if (grant.seconds == 0) return Refusal::not_enough_balance;
  grant.won = connection_won + ledger::units_won(grant.rate, grant.seconds);
  const base::TimeUs lasts_s = lasting_s(context.now, open, grant.seconds);
  if (lasts_s * base::kMicrosPerSecond > ledger::kLongestHoldUs) return Refusal::call_too_long;
  grant.lasts_s = static_cast<std::uint32_t>(lasts_s);
  return Refusal::none;
}

void add_granted(Answer& answer, std::uint32_t seconds) {
  std::array<char, 6> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seconds).ptr;
  codec::TagWriter tags(answer.tags);
  tags.add(kGrantedTag, {digits.data(), static_cast<std::size_t>(end - digits.data())});
  answer.tags_size = tags.content().size();
}

std::uint32_t granted_s(const ledger::StoredTransaction& transaction) {
  codec::Message answer;
  const auto read = codec::read_message(codec::kIso87Binary, transaction.view().answer, answer);
  CP_ASSERT(read.has_value());
  return ledger::granted_in(answer);
}

}  // namespace handlers
