#include "codec/describe.hpp"

namespace codec {
namespace {

/// The first two digits of DE 3, or -1.
int processing_class(const Message& message) {
  return message.has(3) ? static_cast<int>(message.number(3) / 10'000) : -1;
}

std::string_view authorization_name(int processing) {
  switch (processing) {
    case 0:
      return "hold";
    case 31:
      return "balance inquiry";
    case 33:
      return "verify";
    case 38:
      return "statement";
    case 91:
      return "collect";
    default:
      return "unknown";
  }
}

std::string_view financial_name(int processing) {
  switch (processing) {
    case 0:
      return "purchase";
    case 20:
      return "refund";
    case 21:
      return "bank deposit";
    case 28:
      return "recharge";
    case 40:
      return "pay-out";
    case 90:
      return "sale";
    case 92:
      return "activation";
    case 93:
      return "password change";
    case 94:
      return "owner registration";
    case 95:
      return "close";
    case 96:
      return "block";
    case 97:
      return "points";
    case 98:
      return "unblock";
    default:
      return "unknown";
  }
}

std::string_view network_name(const Message& message) {
  switch (message.has(70) ? message.number(70) : 0) {
    case 1:
      return "sign-on";
    case 2:
      return "sign-off";
    case 161:
      return "key exchange";
    case 201:
      return "cutover";
    case 301:
      return "echo";
    default:
      return "unknown";
  }
}

/// Class and function of an MTI: a request and its answer are one kind, 0200 and 0210 both 20.
int kind_of(Mti mti) { return mti.message_class() * 10 + mti.function() / 2 * 2; }

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

std::string_view message_name(const Message& message) {
  const int processing = processing_class(message);
  switch (kind_of(message.mti())) {
    case 10:
      return authorization_name(processing);
    case 20:
      return financial_name(processing);
    case 22:
      return processing == 0 ? "completion" : "unknown";
    case 40:
      return "reversal";
    case 42:
      return "reversal advice";
    case 50:
    case 52:
      return "reconciliation";
    case 80:
      return network_name(message);
    default:
      return "unknown";
  }
}

}  // namespace codec
