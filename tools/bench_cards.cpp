#include "tools/bench_cards.hpp"

#include <algorithm>
#include <fstream>
#include <unordered_map>

#include "tools/card_file.hpp"
#include "tools/card_numbers.hpp"
#include "tools/response_words.hpp"
#include "tools/terminal.hpp"
#include "tools/usage_error.hpp"

namespace tools {
namespace {

constexpr char kAgentStation[] = "DEMO-AGENT";
constexpr char kPassword[] = "135790";
constexpr std::uint32_t kFaceWon = 100'000;
constexpr std::uint32_t kLineCards = 99, kOrderCards = 6 * kLineCards;  // what tag 0001 can say
constexpr std::size_t kGroup = 128;  ///< in flight at once; the switch takes 256 of a connection
constexpr base::TimeUs kPatience = 30 * base::kMicrosPerSecond;

/// Sends a group of requests and returns their answers in the requests' order, all 00.
std::vector<Received> exchange_group(Terminal& agent, Link& link,
                                     const std::vector<Draft>& requests) {
  std::unordered_map<std::string, Received> by_stan;
  for (const Draft& request : requests) link.send(agent.encode(request));
  while (by_stan.size() < requests.size()) {
    auto bytes = link.receive(kPatience);
    if (!bytes) throw LinkError("making cards: no answer within 30 s");
    Received received(*agent.station().profile, std::move(*bytes));
    const std::string code = received.text(39);
    if (code != "00")
      throw LinkError("making cards: answered " + code + ", " + std::string(response_words(code)) +
                      " " + received.text(44));
    std::string stan = received.text(11);
    by_stan.emplace(std::move(stan), std::move(received));
  }
  std::vector<Received> answers;
  for (const Draft& request : requests) {
    const auto found = by_stan.find(std::string(request.get(11)));
    if (found == by_stan.end()) throw LinkError("making cards: an answer has another STAN");
    answers.push_back(std::move(found->second));
  }
  return answers;
}

/// The order id of `count` new cards.
std::string order(Terminal& agent, Link& link, std::uint32_t count) {
  Draft draft = agent.draft({200}, "900000");
  draft.set(4, std::to_string(std::uint64_t{kFaceWon} * count));
  draft.set(49, "410");
  draft.set_tag(1, order_lines(kFaceWon, count));
  return exchange_group(agent, link, {draft}).front().tag(2);
}

std::vector<Card> collect(Terminal& agent, Link& link, const std::string& order_id,
                          std::uint32_t first, std::uint32_t count) {
  std::vector<Draft> requests;
  for (std::uint32_t place = first; place < first + count; ++place) {
    requests.push_back(agent.draft({100}, "910000"));
    requests.back().set_tag(2, order_id);
    requests.back().set_tag(3, zero_filled(place, 3));
  }
  std::vector<Card> cards;
  for (const Received& received : exchange_group(agent, link, requests)) {
    Card card;
    card.number = received.text(2);
    const auto password = open_pin_block_hex(agent.pin_key(), received.tag(5), card.number);
    if (!password)
      throw LinkError("making cards: an initial password is not under the agent's key");
    card.password = *password;
    cards.push_back(std::move(card));
  }
  return cards;
}

void activate(Terminal& agent, Link& link, const std::vector<Card>& cards) {
  std::vector<Draft> requests;
  for (const Card& card : cards) {
    requests.push_back(agent.draft({200}, "920000"));
    agent.put_card(requests.back(), card.number, card.password);
    requests.back().set_tag(10, pin_block_hex(agent.pin_key(), kPassword, card.number));
  }
  exchange_group(agent, link, requests);
}

}  // namespace

std::uint32_t order_size(std::uint32_t count) { return std::min(count, kOrderCards); }

std::string order_lines(std::uint32_t face_won, std::uint32_t count) {
  std::string lines;
  for (std::uint32_t left = order_size(count); left > 0;) {
    const std::uint32_t line = std::min(left, kLineCards);
    lines += zero_filled(face_won, 6) + zero_filled(line, 2);
    left -= line;
  }
  return lines;
}

std::vector<std::string> make_card_numbers(
    const World& world, std::uint32_t count,
    const std::function<void(std::uint32_t ready)>& progress) {
  Terminal agent(world, kAgentStation, "");
  Link link(agent.station());
  std::vector<std::string> ready;
  while (ready.size() < count) {
    const std::uint32_t cards = order_size(count - static_cast<std::uint32_t>(ready.size()));
    const std::string order_id = order(agent, link, cards);
    for (std::uint32_t first = 1; first <= cards; first += kGroup) {
      const auto group = std::min<std::uint32_t>(kGroup, cards - first + 1);
      const std::vector<Card> collected = collect(agent, link, order_id, first, group);
      activate(agent, link, collected);
      for (const Card& card : collected) ready.push_back(card.number);
      progress(static_cast<std::uint32_t>(ready.size()));
    }
  }
  return ready;
}

std::optional<std::vector<std::string>> load_card_numbers(const std::filesystem::path& file,
                                                          std::uint32_t count) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  std::vector<std::string> numbers;
  for (std::string number; numbers.size() < count && in >> number;) numbers.push_back(number);
  if (numbers.size() < count)
    throw UsageError(file.string() + " has only " + std::to_string(numbers.size()) +
                     " cards; ask for so many, or remove it to have new ones made");
  return numbers;
}

void save_card_numbers(const std::filesystem::path& file, const std::vector<std::string>& numbers) {
  std::string text;
  for (const std::string& number : numbers) text += number + "\n";
  save_for_owner(file, text);
}

std::vector<BenchCard> with_pin_blocks(const World& world, const std::string& station,
                                       const std::vector<std::string>& numbers) {
  const crypto::Key& key = world.keys.require(station, crypto::KeyUse::pin);
  const crypto::Password password{std::string_view(kPassword)};
  std::vector<BenchCard> cards;
  cards.reserve(numbers.size());
  for (const std::string& number : numbers)
    cards.push_back({number, crypto::make_pin_block(key, password, number)});
  return cards;
}

}  // namespace tools
