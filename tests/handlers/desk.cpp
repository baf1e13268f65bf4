#include "desk.hpp"

#include <functional>
#include <sstream>

#include "base/assert.hpp"
#include "codec/de48.hpp"
#include "codec/field_table.hpp"
#include "codec/writer.hpp"
#include "crypto/pin_block.hpp"
#include "ledger/books.hpp"
#include "ledger/register.hpp"

namespace handlers::test {
namespace {

using ledger::CardState;
using ledger::PartyKind;
using ledger::Role;
using ledger::Table;

constexpr base::TimeUs kNow = 1'795'332'400 * base::kMicrosPerSecond;  // 2026-11-22 07:26:40 UTC
constexpr std::uint8_t kAllCategories = 0x7F;

struct Product {
  std::uint8_t number;
  std::int64_t face_won;
  std::uint8_t mix;
};
constexpr Product kProducts[] = {
    {1, 5'000, ledger::mix_bit(ledger::Category::telephone)},
    {2, 10'000, kAllCategories},
    {6, 100'000, kAllCategories},
};

const std::vector<ledger::RateRow> kRates{
    {ledger::FixedText<20>::of("02"), {0, 39, 180}},
    {ledger::FixedText<20>::of("01"), {0, 145, 60}},
    {ledger::FixedText<20>::of("00"), {200, 680, 60}},
    {ledger::FixedText<20>::of(""), {0, 42, 180}},
};

void compute_mac(const void* context, base::ByteView message, std::span<std::uint8_t, 8> mac) {
  const auto& link = *static_cast<const core::StationLink*>(context);
  const crypto::Mac computed =
      crypto::compute_mac(link.mac, link.keys->mac_keys.present(), message);
  std::copy(computed.begin(), computed.end(), mac.begin());
}

crypto::PinBlock pin_block(const std::string& password, const std::string& card,
                           const crypto::Key& key) {
  if (password.size() < 4) return {1, 2, 3, 4, 5, 6, 7, 8};
  return crypto::make_pin_block(key, crypto::Password(password), card);
}

std::string value_of(const std::map<int, std::string>& fields, int element) {
  const auto found = fields.find(element);
  return found == fields.end() ? "" : found->second;
}

}  // namespace

const crypto::Key* Desk::Keys::station_key(std::string_view, crypto::KeyUse) const {
  return &station;
}
const crypto::Key* Desk::Keys::storage_key(crypto::KeyUse, std::uint16_t) const { return &storage; }
void Desk::Random::fill(base::ByteSpan out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine());
}

Desk::Desk() : now(kNow) {
  add_station("POS", Role::terminal);
  add_station("BANG", Role::terminal);
  add_station("VEND", Role::terminal);
  add_station("TEL", Role::telephone);
  add_station("AGENT", Role::agent);
  add_station("SITE", Role::site);
  add_station("OPER", Role::operating);
  add_station("BANK", Role::bank);
  links_["VEND"].sign_on_required = true;
  links_["BANG"].mac = station_keys_["BANG"].mac = crypto::MacKind::x9_19;
  station_keys_["BANG"].mac_keys = crypto::WorkingKeys(keys_.station);
  links_["BANG"].station.password_required = true;
  commit([&](ledger::Draft& draft) {
    add_party(draft, "POS", "POS00001", "MART", PartyKind::merchant, 5411);
    add_party(draft, "POS", "POS00002", "MART", PartyKind::merchant, 5411);
    add_party(draft, "POS", "POS00601", "VOICE", PartyKind::merchant, 5967);
    add_party(draft, "BANG", "BANG0001", "PCBANG", PartyKind::merchant, 7994);
    add_party(draft, "VEND", "VEN00001", "VENDING", PartyKind::merchant, 5814);
    add_party(draft, "TEL", "TEL00001", "TELEPHONE", PartyKind::merchant, 4814);
    add_party(draft, "AGENT", "AGT00001", "DEALER", PartyKind::agent, 0);
    add_party(draft, "SITE", "SITE0001", "CARDSITE", PartyKind::site, 0);
    add_party(draft, "SITE", "SITE0002", "SHOP", PartyKind::merchant, 5311);
    add_party(draft, "OPER", "OPER0001", "DESK", PartyKind::operating, 0);
    add_party(draft, "BANK", "BANK0001", "BANK", PartyKind::bank, 0);
    for (const Product& product : kProducts) {
      ledger::ProductRecord record{};
      record.number = product.number;
      record.face_won = product.face_won;
      record.mix = product.mix;
      record.validity_days = 1'825;
      draft.write(Table::products, ledger::bytes_of(record.number), record);
    }
  });
  directory_.load(store_, {{4814, ledger::Category::telephone}, {7994, ledger::Category::pc_bang}});
  load_rates(kRates, 0);
  commit([&](ledger::Draft& draft) { add_cards(draft); });
}

void Desk::load_rates(std::vector<ledger::RateRow> rows, base::TimeUs from) {
  commit([&](ledger::Draft& draft) {
    ledger::write_rates(draft, ledger::rates_from(from), std::move(rows));
  });
  directory_.refresh_rates(store_);
}

void Desk::forget_rates() {
  commit([&](ledger::Draft& draft) {
    for (const auto& [from, table] : directory_.rates().all())
      draft.erase(ledger::Table::rates, ledger::number_key(from));
  });
  directory_.refresh_rates(store_);
}

void Desk::add_station(const std::string& name, Role role) {
  core::StationLink& link = links_[name];
  link.station.name = name;
  link.station.id = static_cast<ledger::StationId>(links_.size());
  link.station.role = role;
  link.station.password_required = false;
  core::StationKeys& keys = station_keys_[name];
  keys.station = name;
  keys.id = link.station.id;
  keys.pin_keys = crypto::WorkingKeys(keys_.station);
  if (name != "POS") keys.transport = keys_.station;
  link.keys = &keys;
  link.station.pin_keys = &keys.pin_keys;
}

void Desk::add_party(ledger::Draft& draft, const std::string& station, const std::string& terminal,
                     const std::string& merchant, PartyKind kind, int mcc) {
  ledger::MerchantRecord party{};
  party.station = links_.at(station).station.id;
  party.kind = kind;
  party.mcc = static_cast<std::uint16_t>(mcc);
  const auto id = ledger::MerchantId::of(merchant);
  draft.write(Table::merchants, id.view(), party);
  ledger::TerminalRecord place{};
  place.station = party.station;
  place.merchant = id;
  draft.write(Table::terminals, ledger::TerminalId::of(terminal).view(), place);
  if (kind != PartyKind::agent) return;
  ledger::Entry entry;
  entry.move(ledger::AccountKey::prefund_received(),
             ledger::AccountKey::of(ledger::AccountKind::prefund, id), 150'000);
  ledger::record_opening(draft, entry, now);
}

void Desk::add_cards(ledger::Draft& draft) {
  add_card(draft, "active", 2, CardState::active, 10'000);
  add_card(draft, "other", 2, CardState::active, 10'000);
  add_card(draft, "small", 1, CardState::active, 5'000);
  add_card(draft, "rich", 6, CardState::active, 3'500'000);
  add_card(draft, "stock", 2, CardState::stock, 0);
  add_card(draft, "sold", 2, CardState::sold, 10'000);
  add_card(draft, "blocked", 2, CardState::active, 10'000);
  add_card(draft, "expired", 2, CardState::active, 10'000);
  add_card(draft, "closed", 2, CardState::closed, 0);
  const auto change = [&](const std::string& name, const auto& how) {
    ledger::CardRecord record = *ledger::read_card(draft, ids_.at(name));
    how(record);
    ledger::write_card(draft, ids_.at(name), record);
  };
  change("blocked", [](ledger::CardRecord& record) {
    record.blocked = ledger::kBlockedByPassword;
    record.last_day = 20'261'121;  // expired as well
  });
  change("expired", [](ledger::CardRecord& record) { record.last_day = 20'261'121; });
  numbers_["none"] = "9410129876543218";
  numbers_["luhn"] = numbers_["active"];
  char& digit = numbers_["luhn"].back();
  digit = digit == '9' ? '0' : static_cast<char>(digit + 1);
  numbers_["foreign"] = "4000001234567899";
}

void Desk::add_card(ledger::Draft& draft, const std::string& name, std::uint8_t product,
                    CardState state, std::int64_t balance_won) {
  ledger::NewCard wanted;
  wanted.product = directory_.product(product);
  wanted.state = state;
  wanted.last_day = state == CardState::stock ? 0 : 20'311'121;
  wanted.from_lot = state == CardState::stock;
  wanted.initial_password = kPassword;
  const ledger::CardId id = ledger::make_card(draft, {vault_, random_, rules.bin}, wanted);
  ids_[name] = id;
  const auto file = ledger::read_card_file(draft, id);
  using crypto::Secret;
  numbers_[name] =
      vault_.open(Secret::card_number, id, file->head.seal_key, file->head.number)->view();
  if (name == "active")
    numbers_["pin"] =
        vault_.open(Secret::pin_number, id, file->head.seal_key, file->head.pin)->view();
  if (balance_won == 0) return;
  ledger::Entry entry;
  entry.move(ledger::AccountKey::prefund_received(), ledger::AccountKey::card(id), balance_won);
  ledger::record_opening(draft, entry, now);
}

void Desk::commit(const std::function<void(ledger::Draft&)>& change) {
  ledger::WriteSet batch;
  ledger::Draft draft(store_, batch);
  change(draft);
  draft.keep();
  store_.commit(batch, [](ledger::CommitOutcome outcome) {
    CP_ASSERT(outcome == ledger::CommitOutcome::committed);
  });
}

std::string Desk::card_number(const std::string& name) const { return numbers_.at(name); }

std::string Desk::initial_password(const std::string& card_number) {
  ledger::WriteSet batch;
  ledger::Draft draft(store_, batch);
  const ledger::CardId id = ledger::find_card(draft, vault_, card_number).id;
  const auto file = ledger::read_card_file(draft, id);
  return std::string(
      vault_.open(crypto::Secret::initial_password, id, file->head.seal_key, file->initial)
          ->view());
}

ledger::CardRecord Desk::card(const std::string& name) {
  ledger::WriteSet batch;
  ledger::Draft draft(store_, batch);
  return *ledger::read_card(draft, ids_.at(name));
}

void Desk::change_card(const std::string& name,
                       const std::function<void(ledger::CardRecord&)>& change) {
  commit([&](ledger::Draft& draft) {
    ledger::CardRecord record = *ledger::read_card(draft, ids_.at(name));
    change(record);
    ledger::write_card(draft, ids_.at(name), record);
  });
}

void Desk::change_limits(const std::function<void(ledger::LimitsRecord&)>& change) {
  ledger::LimitsRecord limits = directory_.limits();
  change(limits);
  commit([&](ledger::Draft& draft) { draft.write(Table::limits, ledger::kLimitsKey, limits); });
  directory_.refresh(store_);
}

void Desk::replace_product(std::int64_t face_won, std::uint8_t number) {
  ledger::ProductRecord product = *directory_.product_of_face(face_won);
  commit([&](ledger::Draft& draft) {
    product.ended = 1;
    draft.write(Table::products, ledger::bytes_of(product.number), product);
    if (number == 0) return;
    product.ended = 0;
    product.number = number;
    product.validity_days = 30;
    draft.write(Table::products, ledger::bytes_of(product.number), product);
  });
  directory_.refresh(store_);
}

std::string Desk::original_data() const {
  return last(0) + last(11) + last(7) + std::string(22, '0');
}

Desk::Line Desk::read(const std::string& text) {
  static const std::map<std::string, std::pair<std::string, std::string>> kPlaces{
      {"POS", {"POS00001", "MART"}},     {"BANG", {"BANG0001", "PCBANG"}},
      {"VEND", {"VEN00001", "VENDING"}}, {"TEL", {"TEL00001", "TELEPHONE"}},
      {"AGENT", {"AGT00001", "DEALER"}}, {"SITE", {"SITE0002", "SHOP"}},
      {"OPER", {"OPER0001", "DESK"}},    {"BANK", {"BANK0001", "BANK"}},
  };
  std::istringstream words(text);
  Line line;
  words >> line.station >> line.mti;
  std::string stan = std::to_string(++stan_);
  stan.insert(0, 6 - stan.size(), '0');
  line.fields = {{7, "1122072640"},
                 {11, stan},
                 {12, "162640"},
                 {13, "1122"},
                 {41, kPlaces.at(line.station).first},
                 {42, kPlaces.at(line.station).second}};
  for (std::string word; words >> word;) {
    if (word[0] == '-') {
      line.fields.erase(std::stoi(word.substr(1)));
    } else if (word[0] == '!') {
      line.spoiled = word.substr(1);
    } else if (word.starts_with("48.")) {
      line.tags[std::stoi(word.substr(3, 4))] = word.substr(8);
    } else {
      const int element = std::stoi(word);
      std::string value = word.substr(word.find('=') + 1);
      if (element == 2 && numbers_.contains(value)) value = numbers_.at(value);
      if (element == 90 && value == "@") value = original_data();
      if (element == 37 && value == "@") value = last(37);
      if (element == 38 && value == "@") value = last(38);
      if (element == 4) value.insert(0, 12 - value.size(), '0');
      if (element == 4 && !line.fields.contains(49)) line.fields[49] = "410";
      line.fields[element] = value;
    }
  }
  return line;
}

std::vector<std::uint8_t> Desk::encode(const Line& line, const core::StationLink& link) const {
  std::vector<std::uint8_t> bytes(2'048);
  codec::Writer writer(*link.profile, bytes);
  writer.begin({static_cast<std::uint16_t>(std::stoi(line.mti))});
  auto fields = line.fields;
  const std::string card = value_of(fields, 2);
  if (!line.tags.empty()) {
    std::array<char, 999> space;
    codec::TagWriter tags(space);
    for (const auto& [tag, value] : line.tags)
      tags.add(tag, tag == 10 ? base::to_hex(pin_block(value, card, keys_.station)) : value);
    fields[48] = tags.content();
  }
  if (line.spoiled == "48") fields[48] = "00019991";
  for (const auto& [element, value] : fields) {
    switch (codec::field(element).content) {
      case codec::Content::b:
        writer.bytes(element, pin_block(value, card, keys_.station));
        break;
      case codec::Content::an:
        writer.text(element, value);
        break;
      default:
        writer.digits(element, value);
    }
  }
  const bool with_mac = link.mac != crypto::MacKind::none;
  const auto size = with_mac ? writer.finish_with_mac(compute_mac, &link) : writer.finish();
  CP_ASSERT(size.has_value());
  bytes.resize(*size);
  if (line.spoiled == "4") {
    codec::Message message;
    CP_ASSERT(codec::read_message(*link.profile, bytes, message).has_value());
    bytes[message.offset(4)] = 0xAA;
  }
  return bytes;
}

Answered Desk::ask(const std::string& text) {
  const Line line = read(text);
  last_ = line.fields;
  last_[0] = line.mti;
  core::StationLink& link = links_.at(line.station);
  link.brake = brake;
  const std::vector<std::uint8_t> request = encode(line, link);
  codec::Frame frame;
  frame.status = codec::FrameStatus::good;
  frame.message = request;

  ledger::WriteSet batch;
  std::vector<std::uint8_t> space(core::kMaxAnswerFrame);
  core::Routed routed;
  {
    ledger::Draft draft(store_, batch);
    Context context{draft, directory_, vault_, random_, rules, now};
    core::LinkState& state = states_[line.station];
    if (routing) routing(true);
    routed = core::route(frame, link, state, context, writable, space);
    if (routing) routing(false);
  }
  CP_ASSERT(routed.action == core::Routed::Action::answer);
  store_.commit(batch, [](ledger::CommitOutcome) {});

  const base::ByteView answer =
      base::ByteView(space).first(routed.size).subspan(codec::header_size(link.frame));
  codec::Message message;
  CP_ASSERT(codec::read_message(*link.profile, answer, message).has_value());
  Answered answered;
  answered.mti = std::to_string(message.mti().value);
  answered.words = routed.facts.words;
  answered.logged_won = routed.facts.amount_won;
  for (int element = 2; element < 128; ++element) {
    if (!message.has(element) || element == 64) continue;
    if (codec::field(element).content == codec::Content::an) {
      answered.fields[element] = message.text(element);
    } else {
      const auto digits = message.digits<64>(element);
      answered.fields[element] = digits.view();
    }
  }
  answered.code = answered.fields[39];
  for (const int element : {37, 38})
    if (answered.fields.contains(element)) last_[element] = answered.fields[element];
  if (message.has(48))
    (*codec::TagList::read(message.text(48))).for_each([&](const codec::TagList::Tag& tag) {
      answered.tags[tag.number] = tag.value;
    });
  return answered;
}

}  // namespace handlers::test
