#include "tools/sim_messages.hpp"

#include "tools/screen.hpp"
#include "tools/stamps.hpp"

namespace tools {
namespace {

constexpr SimMessage kMessages[] = {
    {"verify", {100}, "330000", "--card --pin [--amount]"},
    {"inquiry", {100}, "310000", "--card [--pin]"},
    {"statement", {100}, "380000", "--card --pin --from --to [--cursor]"},
    {"hold", {100}, "000000", "--card --amount [--pin] [--called]"},
    {"completion", {220}, "000000", "--card --amount --rrn --approval [--seconds]"},
    {"purchase", {200}, "000000", "--card --amount [--pin] [--mcc]"},
    {"refund", {200}, "200000", "--card --amount --original | --rrn --approval"},
    {"recharge", {200}, "280000", "--card --amount [--paid-by --account --payer-pin]"},
    {"deposit", {200}, "210000", "--card | --account, --amount"},
    {"sale", {200}, "900000", "--order [--card] [--paid-by --account --payer-pin]"},
    {"collect", {100}, "910000", "--order-id --card-index"},
    {"activation", {200}, "920000", "--card --pin --new-pin [--hint] [--customer]"},
    {"password", {200}, "930000", "--card --pin --new-pin [--hint]"},
    {"registration", {200}, "940000", "--card --pin --customer"},
    {"close", {200}, "950020", "--card --pin --account"},
    {"block", {200}, "960000", "--card [--pin]"},
    {"unblock", {200}, "980000", "--card [--pin]"},
    {"points", {200}, "970000", "--card --pin --amount"},
    {"reversal", {400}, "000000", "--original | --rrn [--card --amount --actual]"},
    {"reversal-advice", {420}, "000000", "the same"},
    {"reconciliation", {500}, "", "--field 76= 77= 86= … (zero else)"},
    {"sign-on", {800}, "001", ""},
    {"sign-off", {800}, "002", ""},
    {"key-exchange", {800}, "161", "--which P | M"},
    {"cutover", {800}, "201", ""},
    {"echo", {800}, "301", ""},
};

}  // namespace

std::span<const SimMessage> sim_messages() { return kMessages; }

const SimMessage* find_sim_message(std::string_view name) {
  for (const SimMessage& message : kMessages)
    if (message.name == name) return &message;
  return nullptr;
}

std::string sim_messages_help() {
  const Columns columns({{"", Align::left, 16}, {"", Align::left, 11}, {"", Align::left, 0}});
  std::string text;
  for (const SimMessage& message : kMessages)
    text +=
        "  " + columns.line({std::string(message.name),
                             zero_filled(message.mti.value, 4) + " " + std::string(message.code),
                             std::string(message.usual)});
  return text;
}

}  // namespace tools
