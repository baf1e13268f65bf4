#include "codec/describe.hpp"

#include <array>

namespace codec {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, kMessageKinds> kMessageNames{"verify",
                                                                    "balance inquiry",
                                                                    "statement",
                                                                    "collect",
                                                                    "hold",
                                                                    "completion",
                                                                    "purchase",
                                                                    "refund",
                                                                    "recharge",
                                                                    "bank deposit",
                                                                    "pay-out",
                                                                    "sale",
                                                                    "activation",
                                                                    "password change",
                                                                    "owner registration",
                                                                    "close",
                                                                    "block",
                                                                    "unblock",
                                                                    "points",
                                                                    "reversal",
                                                                    "reversal advice",
                                                                    "reconciliation",
                                                                    "sign-on",
                                                                    "sign-off",
                                                                    "key exchange",
                                                                    "cutover",
                                                                    "echo",
                                                                    "unknown"};

/// The first two digits of DE 3, or -1.
int processing_class(const Message& message) {
  return message.has(3) ? static_cast<int>(message.number(3) / 10'000) : -1;
}

MessageKind authorization_kind(int processing) {
  switch (processing) {
    case 0:
      return MessageKind::hold;
    case 31:
      return MessageKind::balance_inquiry;
    case 33:
      return MessageKind::verify;
    case 38:
      return MessageKind::statement;
    case 91:
      return MessageKind::collect;
    default:
      return MessageKind::unknown;
  }
}

MessageKind financial_kind(int processing) {
  switch (processing) {
    case 0:
      return MessageKind::purchase;
    case 20:
      return MessageKind::refund;
    case 21:
      return MessageKind::bank_deposit;
    case 28:
      return MessageKind::recharge;
    case 40:
      return MessageKind::pay_out;
    case 90:
      return MessageKind::sale;
    case 92:
      return MessageKind::activation;
    case 93:
      return MessageKind::password_change;
    case 94:
      return MessageKind::owner_registration;
    case 95:
      return MessageKind::close;
    case 96:
      return MessageKind::block;
    case 97:
      return MessageKind::points;
    case 98:
      return MessageKind::unblock;
    default:
      return MessageKind::unknown;
  }
}

MessageKind network_kind(const Message& message) {
  switch (message.has(70) ? message.number(70) : 0) {
    case 1:
      return MessageKind::sign_on;
    case 2:
      return MessageKind::sign_off;
    case 161:
      return MessageKind::key_exchange;
    case 201:
      return MessageKind::cutover;
    case 301:
      return MessageKind::echo;
    default:
      return MessageKind::unknown;
  }
}

/// Class and function of an MTI: a request and its answer are alike, 0200 and 0210 both 20.
int exchange_of(Mti mti) { return mti.message_class() * 10 + mti.function() / 2 * 2; }

}  // namespace

std::string_view mti_name(Mti mti) {
  switch (mti.message_class() * 10 + mti.function()) {
    case 10:
      return "authorization request";
    case 11:
      return "authorization answer";
    case 12:
      return "authorization advice";
    case 13:
      return "authorization advice answer";
    case 20:
      return "financial request";
    case 21:
      return "financial answer";
    case 22:
      return "financial advice";
    case 23:
      return "financial advice answer";
    case 40:
      return "reversal request";
    case 41:
      return "reversal answer";
    case 42:
      return "reversal advice";
    case 43:
      return "reversal advice answer";
    case 50:
      return "reconciliation request";
    case 51:
      return "reconciliation answer";
    case 52:
      return "reconciliation advice";
    case 53:
      return "reconciliation advice answer";
    case 80:
      return "network management request";
    case 81:
      return "network management answer";
    default:
      return "unknown";
  }
}

MessageKind message_kind(const Message& message) {
  const int processing = processing_class(message);
  switch (exchange_of(message.mti())) {
    case 10:
      return authorization_kind(processing);
    case 20:
      return financial_kind(processing);
    case 22:
      return processing == 0 ? MessageKind::completion : MessageKind::unknown;
    case 40:
      return MessageKind::reversal;
    case 42:
      return MessageKind::reversal_advice;
    case 50:
    case 52:
      return MessageKind::reconciliation;
    case 80:
      return network_kind(message);
    default:
      return MessageKind::unknown;
  }
}

std::string_view to_text(MessageKind kind) { return kMessageNames[static_cast<std::size_t>(kind)]; }

}  // namespace codec
