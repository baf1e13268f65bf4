#include "tools/sim_fields.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "tools/stamps.hpp"

namespace tools {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kWon = "410";
constexpr std::size_t kReplacementDigits = 42, kReplacementAmountDigits = 12;  // DE 95

/// Options whose value goes into one place as it is; `tag` 0 for an element.
struct PlainOption {
  const char* name;
  int element, tag;
};
constexpr PlainOption kPlain[] = {
    {"expiry", 14, 0},    {"mcc", 18, 0},     {"track2", 35, 0},   {"rrn", 37, 0},
    {"approval", 38, 0},  {"stan", 11, 0},    {"order-id", 48, 2}, {"hint", 48, 11},
    {"customer", 48, 12}, {"called", 48, 30}, {"seconds", 48, 32}, {"from", 48, 40},
    {"to", 48, 41},       {"cursor", 48, 42}, {"which", 48, 52},
};

std::string text_of(const po::variables_map& given, const char* option) {
  return given.contains(option) ? given[option].as<std::string>() : std::string();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// What names an original must not be made up; what only some messages have is left out.
void drop_what_is_not_its(Draft& draft, const SimMessage& message) {
  const bool names_original =
      message.mti.message_class() == 4 || message.name == "refund" || message.name == "completion";
  if (names_original) draft.drop(37);
}

/// The totals of a reconciliation, all zero, of this business day; DE 97 from what stands there.
void put_totals(Draft& draft) {
  for (const int element : {3, 12, 13, 37}) draft.drop(element);
  const base::TimeUs now = base::system_now();
  draft.set(15, zero_filled(base::month_day(base::business_day(now)), 4));
  draft.set(50, std::string(kWon));
  for (const int element : {74, 75, 76, 77, 86, 87, 88, 89}) draft.set(element, "0");
}

void put_net_total(Draft& draft) {
  const auto total = [&draft](int element) {
    return static_cast<std::int64_t>(
        parse_count(draft.get(element), 0, 999'999'999'999, "an amount"));
  };
  const std::int64_t net = total(88) - total(89) - total(86) + total(87);
  draft.set(97, (net < 0 ? "D" : "C") + std::to_string(net < 0 ? -net : net));
}

void put_payment(Draft& draft, const po::variables_map& given) {
  const std::string way = text_of(given, "paid-by");
  if (way.empty()) return;
  const std::string code = way == "cash"      ? "00"
                           : way == "account" ? "20"
                           : way == "card"    ? "30"
                                              : "";
  if (code.empty()) throw UsageError("--paid-by is cash, account or card");
  draft.set(3, std::string(draft.get(3)).replace(4, 2, code));
}

void put_passwords(Draft& draft, const Terminal& terminal, const po::variables_map& given) {
  const std::string card = text_of(given, "card"), account = text_of(given, "account");
  const auto block = [&](const char* option, const std::string& owner, const char* needed) {
    if (owner.empty())
      throw UsageError(std::string("--") + option + " needs " + needed + ": they are one block");
    return pin_block_hex(terminal.pin_key(), text_of(given, option), owner);
  };
  if (given.contains("pin")) draft.set(52, block("pin", card, "--card"));
  if (given.contains("new-pin")) draft.set_tag(10, block("new-pin", card, "--card"));
  if (given.contains("payer-pin")) draft.set_tag(20, block("payer-pin", account, "--account"));
}

void put_amounts(Draft& draft, const po::variables_map& given) {
  if (given.contains("order")) {
    const OrderLines order = parse_order(text_of(given, "order"));
    draft.set_tag(1, order.tag);
    draft.set(4, std::to_string(order.total_won));
  }
  // Of a call the switch says what it costs.
  if (given.contains("called") || given.contains("seconds")) draft.set(4, "0");
  if (given.contains("amount")) draft.set(4, text_of(given, "amount"));
  if (given.contains("actual")) {
    const std::uint64_t won =
        parse_count(text_of(given, "actual"), 0, 999'999'999'999, "an amount");
    draft.set(95, zero_filled(won, kReplacementAmountDigits) +
                      std::string(kReplacementDigits - kReplacementAmountDigits, '0'));
  }
  if (draft.has(4)) draft.set(49, std::string(kWon));
}

void put_overrides(Draft& draft, const po::variables_map& given) {
  if (given.contains("mti"))
    draft.mti.value =
        static_cast<std::uint16_t>(parse_count(text_of(given, "mti"), 0, 999, "an MTI"));
  if (given.contains("field"))
    for (const std::string& text : given["field"].as<Words>()) draft.assign(text);
  if (given.contains("drop"))
    for (const std::string& name : given["drop"].as<Words>()) draft.remove(name);
}

}  // namespace

OrderLines parse_order(std::string_view text) {
  OrderLines order;
  for (const std::string_view line : split(text, ',')) {
    const std::vector<std::string_view> parts = split(line, 'x');
    if (parts.size() != 2) throw UsageError("an order is FACExCOUNT[,FACExCOUNT …], as 10000x2");
    const std::uint64_t face_won = parse_count(parts[0], 0, 999'999, "a face value");
    const std::uint64_t count = parse_count(parts[1], 0, 99, "a number of cards");
    order.tag += zero_filled(face_won, 6) + zero_filled(count, 2);
    order.total_won += face_won * count;
  }
  return order;
}

std::string parse_original(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ',');
  if (parts.size() != 3) throw UsageError("--original is MTI,STAN,DE7, as 0200,000123,1122010203");
  const auto mti = parse_count(parts[0], 0, 999, "an MTI");
  return original_data(
      {static_cast<std::uint16_t>(mti)},
      static_cast<std::uint32_t>(parse_count(parts[1], 0, 999'999, "a STAN")),
      static_cast<std::uint32_t>(parse_count(parts[2], 0, 1'231'235'959, "a DE 7")));
}

void add_field_options(po::options_description& description) {
  auto add = description.add_options();
  for (const char* const name : {"card", "amount", "pin", "new-pin", "payer-pin", "account",
                                 "paid-by", "order", "card-index", "original", "actual", "mti"})
    add(name, po::value<std::string>());
  for (const PlainOption& option : kPlain) add(option.name, po::value<std::string>());
  add("field", po::value<Words>())("drop", po::value<Words>())("word", po::value<Words>());
}

Draft draft_of(Terminal& terminal, const SimMessage& message, const po::variables_map& given) {
  const bool network = message.mti.message_class() == 8;
  Draft draft =
      network ? terminal.network(message.code) : terminal.draft(message.mti, message.code);
  drop_what_is_not_its(draft, message);
  const bool totals = message.mti.message_class() == 5;
  if (totals) put_totals(draft);
  if (message.name == "close") draft.set(4, "0");

  if (given.contains("card")) draft.set(2, text_of(given, "card"));
  put_amounts(draft, given);
  put_payment(draft, given);
  for (const auto& [name, element, tag] : kPlain) {
    if (!given.contains(name)) continue;
    if (tag == 0)
      draft.set(element, text_of(given, name));
    else
      draft.set_tag(tag, text_of(given, name));
  }
  if (given.contains("card-index"))
    draft.set_tag(
        3, zero_filled(parse_count(text_of(given, "card-index"), 0, 999, "a card's place"), 3));
  if (given.contains("account"))
    draft.set(message.name == "close" || message.name == "deposit" ? 103 : 102,
              text_of(given, "account"));
  if (given.contains("original")) draft.set(90, parse_original(text_of(given, "original")));
  put_passwords(draft, terminal, given);
  put_overrides(draft, given);
  if (totals && !draft.has(97)) put_net_total(draft);
  return draft;
}

Draft raw_draft_of(const po::variables_map& given) {
  const Words words = given.contains("word") ? given["word"].as<Words>() : Words();
  if (words.empty()) throw UsageError("of the form `send MTI DE=VALUE …`");
  Draft draft;
  draft.mti.value = static_cast<std::uint16_t>(parse_count(words[0], 0, 999, "an MTI"));
  for (auto word = words.begin() + 1; word != words.end(); ++word) draft.assign(*word);
  put_overrides(draft, given);
  return draft;
}

}  // namespace tools
