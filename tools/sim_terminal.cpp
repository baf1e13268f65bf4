#include <cstdio>

#include "codec/describe.hpp"
#include "crypto/key_block.hpp"
#include "tools/card_file.hpp"
#include "tools/response_words.hpp"
#include "tools/sim_commands.hpp"
#include "tools/sim_fields.hpp"
#include "tools/statement_view.hpp"
#include "tools/world.hpp"

namespace tools {
namespace {

namespace po = boost::program_options;

po::options_description options() {
  po::options_description description;
  // clang-format off
  description.add_options()
      ("config", po::value<std::string>())
      ("keys", po::value<std::string>())
      ("port-base", po::value<int>())
      ("station", po::value<std::string>())
      ("card-file", po::value<std::string>())
      ("tls-ca", po::value<std::string>())
      ("tls-cert", po::value<std::string>())
      ("tls-key", po::value<std::string>())
      ("key-file", po::value<std::string>())
      ("terminal", po::value<std::string>()->default_value(""))
      ("wait", po::value<double>()->default_value(35))
      ("repeat", "")
      ("bad-mac", "")
      ("no-sign-on", "");
  // clang-format on
  add_field_options(description);
  return description;
}

std::string mac_words(MacVerdict verdict) {
  switch (verdict) {
    case MacVerdict::none:
      return "";
    case MacVerdict::right:
      return ", MAC right";
    case MacVerdict::wrong:
      return ", MAC WRONG";
    case MacVerdict::missing:
      return ", MAC MISSING";
  }
  return "";
}

/// DE 54 group by group: `card, available balance: 9,500 won`.
void print_amounts(const std::string& additional) {
  for (const AdditionalAmount& amount : parse_additional_amounts(additional)) {
    const char* const what = amount.amount_type == "01"   ? "ledger balance"
                             : amount.amount_type == "02" ? "available balance"
                             : amount.amount_type == "90" ? "points"
                                                          : "amount";
    std::printf("%s, %s: %s%s\n", amount.account_type == "30" ? "prefund" : "card", what,
                won_text(amount.won).c_str(), amount.amount_type == "90" ? "" : " won");
  }
}

void print_request(const Terminal& terminal, base::ByteView bytes) {
  const config::Station& station = terminal.station();
  const Received sent(*station.profile, {bytes.begin(), bytes.end()});
  std::printf("→ %s %s:%d, %s, %zu bytes\n%s\n", station.name.c_str(), station.address.c_str(),
              int{station.port},
              std::string(codec::to_text(codec::message_kind(sent.message()))).c_str(),
              bytes.size(), codec::describe(sent.message()).c_str());
}

/// True when there is an answer and its MAC is as it must be. An answer without DE 39 means
/// nothing more than that it came.
bool print_answer(const std::optional<Answer>& answer, double patience_s) {
  if (!answer) {
    std::printf("← no answer within %g s\n", patience_s);
    return false;
  }
  std::printf("← %zu bytes in %lld µs%s\n%s\n", answer->received.bytes().size(),
              static_cast<long long>(answer->latency_us), mac_words(answer->mac).c_str(),
              codec::describe(answer->received.message()).c_str());
  const std::string code = answer->code();
  if (!code.empty())
    std::printf("%s: %s\n", code.c_str(), std::string(response_words(code)).c_str());
  print_amounts(answer->received.text(54));
  std::fputs(statement_tables(answer->received.tag(43), answer->received.tag(44)).c_str(), stdout);
  return answer->mac == MacVerdict::none || answer->mac == MacVerdict::right;
}

/// False when the sign-on was not answered with 00; then its answer is shown.
bool sign_on(Terminal& terminal, base::TimeUs patience_us) {
  const auto answer = terminal.send(terminal.network("001"), patience_us);
  if (answer && answer->code() == "00") {
    std::printf("%s signed on\n\n", terminal.station().name.c_str());
    return true;
  }
  std::printf("%s could not sign on\n", terminal.station().name.c_str());
  print_answer(answer, static_cast<double>(patience_us) / 1e6);
  return false;
}

std::optional<std::filesystem::path> path_of(const po::variables_map& given, const char* option) {
  if (!given.contains(option)) return std::nullopt;
  return given[option].as<std::string>();
}

void put_option(po::variables_map& given, const char* name, const std::string& text) {
  given.erase(name);
  given.insert({name, po::variable_value(boost::any(text), false)});
}

/// `--card-file` stands for `--card`, and its password for `--pin saved`; collect only writes it.
void use_card_file(po::variables_map& given, const std::string& message) {
  if (!given.contains("card-file") || message == "collect") return;
  const std::string file = given["card-file"].as<std::string>();
  const auto card = load_card(file);
  if (!card) throw UsageError("cannot read " + file + "; collect writes it");
  if (!given.contains("card")) put_option(given, "card", card->number);
  if (given.contains("pin") && given["pin"].as<std::string>() == "saved")
    put_option(given, "pin", card->password);
}

/// Keeps what collect gave, and the password that the owner set.
void keep_card_file(const Terminal& terminal, const Answer& answer,
                    const po::variables_map& given) {
  if (!given.contains("card-file") || answer.code() != "00") return;
  const std::string file = given["card-file"].as<std::string>(), number = answer.received.text(2);
  const std::string block = answer.received.tag(5);
  if (!block.empty()) {
    const auto password = open_pin_block_hex(terminal.pin_key(), block, number);
    if (!password) throw UsageError("the initial password is not under the station's PIN key");
    save_card(file, {number, answer.received.tag(4), *password});
    std::printf("the card is in %s\n", file.c_str());
    return;
  }
  auto card = load_card(file);
  if (!card || !given.contains("new-pin")) return;
  card->password = given["new-pin"].as<std::string>();
  save_card(file, *card);
}

/// The key in the answer to an 0800/161: used from now on, and kept for the next run. False when
/// its check value is not the one that came with it.
bool take_new_key(World& world, const Terminal& terminal, const Draft& draft, const Answer& answer,
                  const std::string& file) {
  if (answer.code() != "00") return true;
  const config::Station& station = terminal.station();
  const bool pin = draft.tag(52) == "P";
  const crypto::KeyUse use = pin ? crypto::KeyUse::pin : crypto::KeyUse::mac;
  const bool aes = !pin && station.mac == crypto::MacKind::cmac;
  const auto algorithm = aes ? crypto::KeyAlgorithm::aes : crypto::KeyAlgorithm::triple_des;
  const auto key = crypto::open_travel_form(
      station.key_form, world.keys.require(station.name, crypto::KeyUse::transport), use, algorithm,
      answer.received.tag(50));
  const std::string check = answer.received.tag(51);
  if (!key || crypto::as_text(crypto::check_value(*key, algorithm)) != check) {
    std::puts("the new key cannot be unwrapped, or its check value is another");
    return false;
  }
  std::printf("new %s key, check value %s%s%s\n", pin ? "PIN" : "MAC", check.c_str(),
              file.empty() ? "; it is lost without --key-file" : " in ", file.c_str());
  if (!file.empty()) world.keys.put(station.name, use, *key, file);
  return true;
}

Draft draft_for(Terminal& terminal, const std::string& name, const po::variables_map& given) {
  if (name == "send") return raw_draft_of(given);
  const SimMessage* const message = find_sim_message(name);
  if (message == nullptr) throw UsageError("there is no message `" + name + "`");
  if (given.contains("word"))
    throw UsageError("`" + given["word"].as<Words>().front() + "` belongs to no option");
  const bool names_original = given.contains("original") || given.contains("rrn") ||
                              given.contains("stan") || given.contains("field");
  if (name.starts_with("reversal") && !names_original)
    throw UsageError(
        "which original? say --original, --rrn or --stan: a reversal that names none "
        "is answered 00 and kept for one that has not come yet");
  return draft_of(terminal, *message, given);
}

}  // namespace

int sim_terminal(const Words& given_words) {
  Words words = given_words;
  const std::string name = take_command(words, {"--repeat", "--bad-mac", "--no-sign-on"});
  if (name.empty()) throw UsageError("which message? say one of those that --help lists");
  po::variables_map given = parse_words(words, options());
  use_card_file(given, name);
  std::optional<int> port_base;
  if (given.contains("port-base")) port_base = given["port-base"].as<int>();
  World world =
      load_world(required<std::string>(given, "config"), port_base, path_of(given, "keys"));
  if (given.contains("tls-ca") || given.contains("tls-cert") || given.contains("tls-key"))
    world.use_tls({required<std::string>(given, "tls-ca"), required<std::string>(given, "tls-cert"),
                   required<std::string>(given, "tls-key")});
  const std::string key_file =
      given.contains("key-file") ? given["key-file"].as<std::string>() : "";
  if (!key_file.empty()) world.keys.load_over(key_file);
  Terminal terminal(world, required<std::string>(given, "station"),
                    given["terminal"].as<std::string>());
  const double patience_s = given["wait"].as<double>();
  const auto patience_us = static_cast<base::TimeUs>(patience_s * 1e6);

  Draft draft = draft_for(terminal, name, given);
  const bool sign_first = terminal.station().sign_on_required && !given.contains("no-sign-on") &&
                          draft.mti.message_class() != 8;
  if (sign_first && !sign_on(terminal, patience_us)) return kNotWell;
  bool well = true;
  for (int turn = 0; well && turn < (given.contains("repeat") ? 2 : 1); ++turn) {
    if (turn == 1) draft.mti.value = static_cast<std::uint16_t>(draft.mti.value | 1);
    const auto bytes = terminal.encode(draft, given.contains("bad-mac"));
    print_request(terminal, bytes);
    const auto answer = terminal.send_bytes(bytes, patience_us);
    well = print_answer(answer, patience_s);
    if (answer) keep_card_file(terminal, *answer, given);
    if (answer && name == "key-exchange")
      well = take_new_key(world, terminal, draft, *answer, key_file) && well;
  }
  return well ? kWell : kNotWell;
}

}  // namespace tools
