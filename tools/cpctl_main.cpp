/// cpctl: the operator's tool. Talks to a running switch, checks data, decodes dumps.

#include <cstdio>

#include "tools/ctl_commands.hpp"

namespace tools {
namespace {

namespace po = boost::program_options;

constexpr char kHelp[] = R"(cpctl [--data DIR | --socket PATH] COMMAND

  status                    what the switch is doing
  stations                  the stations, their connections and what they sent
  certificates [reload]     the TLS listeners: certificate, days left, who was let in and who not;
                            reload reads certificates, keys and authorities again, all or nothing
  reload                    log files are opened again; settings, stations, keys and certificates are
                            read again, all or nothing; says what has changed, or why nothing did
  card NUMBER | -           one card by its number or PIN#, masked; - reads it from standard
                            input, so that no list of processes shows it
  limits [show]             what one transaction, a card's day, its balance and a recharge may come to
  limits set [--transaction WON] [--day WON] [--balance WON] [--recharge WON]
                            changes those that are given, from the next message on
  product list              the products: face value, validity, what their cards may pay for
  product add --face WON --name TEXT [--days N] [--mix A,B…] [--points-bp N]
                            a new one (1825 days, all categories, no points where it is not said),
                            in the place of the one of that face value that was sold so far
  product end NUMBER        is no longer sold; its cards go on, stock cards of it can still be sold
  lot create --face WON --count N
                            makes stock cards, in a lot with a number
  lot continue LOT          makes what an interrupted lot lacks
  lot list                  the lots: wanted, made, begun, printed
  lot print LOT --to FILE   has the switch write the lot's file for the card printer, sealed under
                            the printer key: card numbers, PIN#s, initial passwords of what is not
                            sold; FILE must not be there
  lot open FILE --to OUT [--from KEYFILE]
                            at the card printer's: checks such a file whole, then writes its lines
                            to OUT (new, for its owner only; - is standard output); the printer
                            key's components are in KEYFILE or come from standard input
  report breakage [--date YYYY-MM-DD] [--cards]
                            what expired cards still hold, by product, today or on that day; of a
                            running switch or a stopped one (--data); --cards names each, masked
  rates show                what calls cost: the table in force, and those to come
  rates load FILE [--from "YYYY-MM-DD HH:MM"]
                            a new table of calls' rates, a CSV file, from that moment in Seoul on
                            (from now): all of it, or nothing and the line that is wrong
  log-level LEVEL           debug, info, warning or error, until the next start
  check                     proves the books; of a running switch, or of the data of a stopped
                            one (--data); ends with 1 and names the record when one is wrong
  repair [--drop-from BATCH | --mend SEGMENT]
                            of a stopped switch whose journal is damaged: shows what going on would
                            lose, and the command that does it; alone it changes nothing
  backup DIR                writes a backup of the running switch into DIR, new or empty
                            (the keys are not in it: keep them elsewhere)
  key list                  whose keys there are, since when, and their check values
  key import STATION pin|mac|transport [--from FILE] [--wrapped] [--check-value KCV]
                            a key from FILE or standard input: components of 32 hexadecimal
                            digits, a line each, that are combined; or, wrapped under the
                            station's transport key, one line: AES-KW or an X9.143 key block
  key import printer [--from FILE] [--check-value KCV]
                            the card printer's key: components of 64 hexadecimal digits
  key rotate master | storage | card_index | card_seal | password | exchanged
                            a fresh one; the older storage keys stay for what was made under them
  decode [HEX | --file F | -] [--profile P] [--header H] [--tpdu]
                            frames element by element, masked; the hexadecimal text may have blanks
                            and line ends anywhere
                            P: iso87-binary (default), iso87-ascii, iso87-ascii-binary, FILE.xml
                            H: 2-byte (default), 2-byte-inclusive, 4-ascii, 2-bcd, none

  --data DIR                the data folder of the switch
  --socket PATH             its control socket, where it is not DIR/control.sock
  --keys FILE               its key file, where it is not DIR/keys (key; check, repair of a stopped one)
  --master FILE             its master key, where it is not DIR/master.key; or credential:NAME

Ends with 0 when all is well, 1 when not, 2 when it was called wrongly.
)";

SwitchPlace place_of(const po::variables_map& given) {
  SwitchPlace place;
  if (given.contains("data")) place.data = given["data"].as<std::string>();
  if (given.contains("socket"))
    place.socket = given["socket"].as<std::string>();
  else
    place.socket = place.data / "control.sock";
  place.keys = given.contains("keys") ? std::filesystem::path(given["keys"].as<std::string>())
                                      : place.data / "keys";
  place.keys_named = given.contains("keys");
  if (given.contains("master")) place.master = given["master"].as<std::string>();
  if (place.data.empty() && !given.contains("socket"))
    throw UsageError("which switch? say --data DIR or --socket PATH");
  return place;
}

RepairOrder repair_order(const po::variables_map& given) {
  RepairOrder order;
  if (given.contains("drop-from")) order.drop_from = given["drop-from"].as<std::uint64_t>();
  if (given.contains("mend")) order.mend = given["mend"].as<std::string>();
  if (order.drop_from && order.mend) throw UsageError("--drop-from and --mend: one at a time");
  return order;
}

int run_key_command(const SwitchPlace& place, const Words& words, const po::variables_map& given) {
  if (place.data.empty()) throw UsageError("the keys are in the data folder: say --data DIR");
  if (words == Words{"list"}) return ctl_key_list(place);
  if (words.size() == 2 && words[0] == "rotate") return ctl_key_rotate(place, words[1]);
  const bool of_printer = words == Words{"import", "printer"};
  if (!of_printer && (words.size() != 3 || words[0] != "import"))
    throw UsageError(
        "of the form `cpctl key list`, `key import STATION USE`, `key import printer`, "
        "`key rotate WHAT`");
  KeyImport wanted;
  if (!of_printer) wanted.station = words[1];
  wanted.use = words.back();
  if (given.contains("from")) wanted.from = given["from"].as<std::string>();
  if (given.contains("check-value")) wanted.check_value = given["check-value"].as<std::string>();
  wanted.is_wrapped = given.contains("wrapped");
  return ctl_key_import(place, wanted);
}

int run_limits_command(const SwitchPlace& place, const Words& words,
                       const po::variables_map& given) {
  const bool names_one = given.contains("transaction") || given.contains("day") ||
                         given.contains("balance") || given.contains("recharge");
  if (!names_one && (words.empty() || words == Words{"show"})) return ctl_limits(place);
  if (words != Words{"set"}) throw UsageError("of the form `cpctl limits [show]`, `limits set …`");
  const LimitsOrder order{
      if_given<std::int64_t>(given, "transaction"), if_given<std::int64_t>(given, "day"),
      if_given<std::int64_t>(given, "balance"), if_given<std::int64_t>(given, "recharge")};
  if (!order.transaction_won && !order.day_won && !order.balance_won && !order.recharge_won)
    throw UsageError("which limit? --transaction, --day, --balance, --recharge");
  return ctl_set_limits(place, order);
}

int run_product_command(const SwitchPlace& place, const Words& words,
                        const po::variables_map& given) {
  if (words == Words{"list"}) return ctl_products(place);
  if (words == Words{"add"})
    return ctl_add_product(
        place, {required<std::uint64_t>(given, "face"), required<std::string>(given, "name"),
                if_given<std::uint64_t>(given, "days"), if_given<std::uint64_t>(given, "points-bp"),
                if_given<std::string>(given, "mix")});
  if (words.size() == 2 && words[0] == "end")
    return ctl_end_product(place, parse_count(words[1], 1, 255, "the product's number"));
  throw UsageError("of the form `cpctl product list`, `product add …`, `product end NUMBER`");
}

int run_lot_command(const SwitchPlace& place, const Words& words, const po::variables_map& given) {
  if (words == Words{"create"})
    return ctl_lot_create(place, required<std::uint64_t>(given, "face"),
                          required<std::uint64_t>(given, "count"));
  if (words == Words{"list"}) return ctl_lot_list(place);
  const auto number = [&] { return parse_count(words[1], 1, UINT32_MAX, "the lot's number"); };
  if (words.size() == 2 && words[0] == "continue") return ctl_lot_continue(place, number());
  if (words.size() == 2 && words[0] == "print")
    return ctl_lot_print(place, number(), required<std::string>(given, "to"));
  throw UsageError(
      "of the form `cpctl lot create --face WON --count N`, `lot continue LOT`, `lot list`, `lot "
      "print LOT --to FILE`, `lot open FILE --to OUT`");
}

int run_rates_command(const SwitchPlace& place, const Words& words,
                      const po::variables_map& given) {
  if (words == Words{"show"}) return ctl_rates_show(place);
  if (words.size() != 2 || words[0] != "load")
    throw UsageError("of the form `cpctl rates show`, `rates load FILE [--from MOMENT]`");
  return ctl_rates_load(place, words[1],
                        given.contains("from") ? given["from"].as<std::string>() : "");
}

int run_command(const std::string& command, const po::variables_map& given) {
  const Words words = given.contains("word") ? given["word"].as<Words>() : Words();
  const auto take = [&](std::size_t count, const char* form) {
    if (words.size() != count) throw UsageError(std::string("of the form `cpctl ") + form + "`");
  };
  if (command == "lot" && words.size() == 2 && words[0] == "open")  // where there is no switch
    return ctl_lot_open({words[1], required<std::string>(given, "to"),
                         given.contains("from") ? given["from"].as<std::string>() : ""});
  const SwitchPlace place = place_of(given);
  if (command == "key") return run_key_command(place, words, given);
  if (command == "lot") return run_lot_command(place, words, given);
  if (command == "limits") return run_limits_command(place, words, given);
  if (command == "product") return run_product_command(place, words, given);
  if (command == "rates") return run_rates_command(place, words, given);
  if (command == "card") {
    take(1, "card NUMBER | -");
    return ctl_card(place, words[0]);
  }
  if (command == "backup") {
    take(1, "backup DIR");
    return ctl_backup(place, words[0]);
  }
  if (command == "log-level") {
    take(1, "log-level LEVEL");
    return ctl_log_level(place, words[0]);
  }
  if (command == "certificates") {
    const bool reload = !words.empty() && words[0] == "reload";
    take(reload ? 1 : 0, "certificates [reload]");
    return ctl_certificates(place, reload);
  }
  if (command == "report") {
    take(1, "report breakage [--date YYYY-MM-DD] [--cards]");
    if (words[0] != "breakage") throw UsageError("the one report there is, is breakage");
    return ctl_breakage(place, given.contains("date") ? given["date"].as<std::string>() : "",
                        given.contains("cards"));
  }
  take(0, (command + " …").c_str());
  if (command == "status") return ctl_status(place);
  if (command == "stations") return ctl_stations(place);
  if (command == "reload") return ctl_reload(place);
  if (command == "check") return ctl_check(place);
  if (command == "repair") return ctl_repair(place, repair_order(given));
  throw UsageError("there is no command `" + command + "`");
}

int run(Words words) {
  const std::string command = take_command(words, {"--help", "--tpdu", "--wrapped", "--cards"});
  if (command == "decode") return ctl_decode(words);
  po::options_description description;
  // clang-format off
  description.add_options()
      ("help", "")
      ("data", po::value<std::string>())
      ("socket", po::value<std::string>())
      ("keys", po::value<std::string>())
      ("master", po::value<std::string>())
      ("from", po::value<std::string>())
      ("check-value", po::value<std::string>())
      ("wrapped", "")
      ("face", po::value<std::uint64_t>())
      ("count", po::value<std::uint64_t>())
      ("to", po::value<std::string>())
      ("date", po::value<std::string>())
      ("cards", "")
      ("transaction", po::value<std::int64_t>())
      ("day", po::value<std::int64_t>())
      ("balance", po::value<std::int64_t>())
      ("recharge", po::value<std::int64_t>())
      ("name", po::value<std::string>())
      ("days", po::value<std::uint64_t>())
      ("mix", po::value<std::string>())
      ("points-bp", po::value<std::uint64_t>())
      ("drop-from", po::value<std::uint64_t>())
      ("mend", po::value<std::string>())
      ("word", po::value<Words>());
  // clang-format on
  const po::variables_map given = parse_words(words, description);
  if (given.contains("help") || command.empty()) {
    std::fputs(kHelp, given.contains("help") ? stdout : stderr);
    return given.contains("help") ? kWell : kMisused;
  }
  return run_command(command, given);
}

}  // namespace
}  // namespace tools

int main(int argc, char** argv) {
  return tools::run_program("cpctl",
                            [&] { return tools::run(tools::Words(argv + 1, argv + argc)); });
}
