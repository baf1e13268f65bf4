#pragma once
/// Decides a request: a function of the message, the ledger draft, the time and a random source.
///
///   handle(): class and DE 3 → mandatory elements → role → terminal and merchant
///             → seen before? the first answer again : the transaction's own file
///             → what is remembered is written with it
///
/// No I/O, no clock, no state of its own: it may be run again on another draft. What the edge
/// decides before (MAC, readable elements, sign-on, 0800) is in switch/router.hpp.

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "codec/message.hpp"
#include "crypto/card_vault.hpp"
#include "crypto/working_keys.hpp"
#include "handlers/answer.hpp"
#include "ledger/directory.hpp"
#include "ledger/draft.hpp"

namespace handlers {

/// What a handler must know of the station that sent the request.
struct Station {
  std::string name;
  ledger::StationId id = 0;
  ledger::Role role = ledger::Role::terminal;
  bool password_required = true;
  const crypto::WorkingKeys* pin_keys = nullptr;
};

/// What is configured and the same for all requests.
struct Rules {
  std::string bin = "941012";
  std::uint32_t hold_s = 86'400;  ///< how long a hold lasts that is no call's
};

/// When a batch is decided.
struct Moment {
  /// For a clock that nobody sets.
  Moment(base::TimeUs clock) : now(clock), age_now(clock) {}  // NOLINT(google-explicit-constructor)
  Moment(base::TimeUs clock, base::TimeUs age_clock) : now(clock), age_now(age_clock) {}
  base::TimeUs now;
  /// By this grows old what is remembered. Never ahead of the time that has passed: a clock that is
  /// set forward must not make a repeated request, or one reversed before it came, a new one.
  base::TimeUs age_now;
};

/// Everything a decision depends on besides the message. The ledger's thread.
struct Context {
  ledger::Draft& draft;
  const ledger::Directory& directory;
  crypto::CardVault& vault;
  base::RandomSource& random;
  const Rules& rules;
  base::TimeUs now = 0;
  base::TimeUs age_now = now;  ///< see Moment

  base::Date today() const { return base::seoul_date(now); }
  base::Date business_day() const { return base::business_day(now); }
};

/// 01xx, 02xx, 04xx and classes that are not served; every element readable. What the answer
/// needs to be durable is in the draft, kept or not by the caller.
Answer handle(const codec::Message& request, const Station& station, Context& context);

/// Gives a DE 37 to the answer of a transaction that has none.
void make_reference(const codec::Message& request, Context& context, Answer& answer);

/// A refusal decided outside a handler (63, 30, 58, 96), with its business day.
Answer refuse(Refusal refusal, base::TimeUs now, int bad_element = 0);

}  // namespace handlers
