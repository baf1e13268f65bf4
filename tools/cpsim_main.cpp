/// cpsim: the other end of the wire, for demonstrations, tests and questions by hand.

#include <algorithm>
#include <cstdio>

#include "tools/sim_commands.hpp"
#include "tools/sim_messages.hpp"

namespace tools {
namespace {

constexpr char kHelp[] = R"(cpsim day --config FILE [--port-base N] [--keys FILE]

  A day of agents, shops, machines and callers against a running switch; ends with 0 when each
  answer is the expected one.

cpsim terminal --config FILE --station NAME [--terminal ID] [--port-base N] [--keys FILE]
               MESSAGE [options]
cpsim terminal … send MTI DE=VALUE …

  Sends one message and shows it and its answer, masked, with latency and the meaning of DE 39.
  Signs on first where the station must. Ends with 1 when no answer came or its MAC is wrong.

Options
  --wait SECONDS            for the answer (default 35: a guesser's may be held back for 30)
  --tls-ca FILE --tls-cert FILE --tls-key FILE
                            over TLS, to the first [listener.NAME] of the configuration: the
                            authority of the switch's certificate, the station's own and its key
  --repeat                  sends it, and then again as a repeat (0201)
  --bad-mac, --no-sign-on   to see it refused
  --card-file FILE          collect writes card number, PIN# and password there (readable by you
                            only); other messages take --card from it, and --pin saved
  --key-file FILE           keeps keys by key exchange (readable by you only), and uses those in it
  --field N=VALUE, --drop N any element, or 48.0001 for a tag of DE 48; after all other options;
                            b elements in hexadecimal, x+n as C00000100
  --mti N                   another message type
  --card NUMBER --pin PASSWORD --new-pin PASSWORD --amount WON --mcc N --track2 DATA --expiry YYMM
  --order 10000x2,30000x1   --order-id ID --card-index N
  --original MTI,STAN,DE7   --rrn DE37 --approval DE38 --stan DE11 --actual WON (DE 95)
  --paid-by cash|account|card --account NUMBER --payer-pin PASSWORD
  --hint TEXT --customer ID --called NUMBER --seconds N --from YYYYMM --to YYYYMM --cursor TEXT
  --which P|M

Messages (MTI, DE 3 or DE 70, usual options)
)";

int run(Words words) {
  const std::string command =
      take_command(words, {"--help", "--repeat", "--bad-mac", "--no-sign-on"});
  const bool help = std::find(words.begin(), words.end(), "--help") != words.end();
  if (help || command.empty()) {
    std::fputs((kHelp + sim_messages_help()).c_str(), help ? stdout : stderr);
    return help ? kWell : kMisused;
  }
  if (command == "terminal") return sim_terminal(words);
  if (command == "day") return sim_day(words);
  throw UsageError("there is no command `" + command + "`");
}

}  // namespace
}  // namespace tools

int main(int argc, char** argv) {
  return tools::run_program("cpsim",
                            [&] { return tools::run(tools::Words(argv + 1, argv + argc)); });
}
