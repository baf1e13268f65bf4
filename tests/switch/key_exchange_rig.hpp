#pragma once
/// The demo world behind an engine and a store in memory, which may delay, refuse, forget and die;
/// and tills that hold keys of their own.

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "codec/de48.hpp"
#include "codec/writer.hpp"
#include "config/seed.hpp"
#include "config/settings.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/random.hpp"
#include "ledger/memory_store.hpp"
#include "switch/engine.hpp"
#include "switch/key_loading.hpp"
#include "switch/seeding.hpp"
#include "switch/station_links.hpp"

namespace core::test {

/// The published first card of the demo world's lot.
inline constexpr std::string_view kCard = "9410129900000011";
inline constexpr std::string_view kPassword = "12345678";

/// A connection of a station. Its answers are kept in order.
class Line : public Connection {
 public:
  explicit Line(const StationLink& link) : link_(link) {}

  const StationLink& link() const override { return link_; }
  LinkState& link_state() override { return state_; }
  void deliver(base::ByteView answer, const MessageFacts&, base::TimeUs) override {
    const codec::Frame frame = codec::read_frame(link_.frame, answer);
    answers.push_back({frame.message.begin(), frame.message.end()});
  }
  void fail(std::string_view, std::optional<std::uint16_t>, base::TimeUs) override { ++failed; }

  std::deque<std::vector<std::uint8_t>> answers;
  int failed = 0;

 private:
  StationLink link_;
  LinkState state_;
};

/// The keys as the station has them, and its messages.
struct Till {
  std::string station, terminal, merchant;
  crypto::MacKind mac = crypto::MacKind::none;
  crypto::Key pin_key, mac_key, transport;
  std::uint32_t stan = 0;

  struct Seal {
    crypto::MacKind kind;
    const crypto::Key* key;
  };
  static void compute(const void* context, base::ByteView message,
                      std::span<std::uint8_t, 8> mac_out) {
    const auto& seal = *static_cast<const Seal*>(context);
    const crypto::Mac made = crypto::compute_mac(seal.kind, *seal.key, message);
    std::copy(made.begin(), made.end(), mac_out.begin());
  }
  std::vector<std::uint8_t> finish(codec::Writer& writer,
                                   const std::array<std::uint8_t, 512>& space) const {
    const Seal seal{mac, &mac_key};
    const auto size =
        mac == crypto::MacKind::none ? writer.finish() : writer.finish_with_mac(compute, &seal);
    return {space.begin(), space.begin() + static_cast<std::ptrdiff_t>(size.value())};
  }

  /// 0800/161. `which`: the content of tag 0052.
  std::vector<std::uint8_t> exchange(std::string_view which) {
    std::array<std::uint8_t, 512> space;
    std::array<char, 32> tags;
    codec::TagWriter tag(tags);
    tag.add(52, which);
    codec::Writer writer(codec::kIso87Binary, space);
    writer.begin({800});
    writer.number(7, 1'122'011'530);
    writer.number(11, ++stan);
    writer.text(48, tag.content());
    writer.number(70, 161);
    return finish(writer, space);
  }
  std::vector<std::uint8_t> purchase(std::string_view card = kCard,
                                     std::string_view password = kPassword) {
    std::array<std::uint8_t, 512> space;
    codec::Writer writer(codec::kIso87Binary, space);
    writer.begin({200});
    writer.digits(2, card);
    writer.number(3, 0);
    writer.number(4, 1);
    writer.number(7, 1'122'011'530);
    writer.number(11, ++stan);
    writer.number(12, 101'530);
    writer.number(13, 1'122);
    writer.text(41, terminal);
    writer.text(42, merchant);
    writer.text(49, "410");
    writer.bytes(52, crypto::make_pin_block(pin_key, crypto::Password(password), card));
    return finish(writer, space);
  }
};

/// An answer taken apart; its MAC is right under `key`, or there is none.
struct Told {
  std::string code, new_key, check_value;
};
inline Told told(const std::vector<std::uint8_t>& answer, crypto::MacKind kind,
                 const crypto::Key& key) {
  codec::Message message;
  EXPECT_TRUE(codec::read_message(codec::kIso87Binary, answer, message).has_value());
  if (kind != crypto::MacKind::none) {
    const int element = message.has_second_bitmap() ? 128 : 64;
    std::array<std::uint8_t, 8> mac{};
    if (message.has(element)) message.bytes(element, mac);
    const auto covered = base::ByteView(answer).first(answer.size() - 8);
    EXPECT_TRUE(crypto::mac_matches(crypto::compute_mac(kind, key, covered), mac))
        << "the answer's MAC is not under the key of its request";
  }
  Told result{std::string(message.text(39)), "", ""};
  if (message.has(48)) {
    const auto tags = codec::TagList::read(message.text(48));
    result.new_key = tags->find(50).value_or("");
    result.check_value = tags->find(51).value_or("");
  }
  return result;
}

/// The switch. A restart makes everything anew but the store and the key file.
class Rig {
 public:
  Rig() {
    config::CommandLine command;
    command.config = std::filesystem::path(CYBERPASS_SOURCE_DIR) / "config" / "demo.conf";
    command.data = "/nowhere";
    settings = config::load_settings(command);
    const auto made = crypto::FileKeyStore::load_published(*settings.demo_key_file);
    made->add_missing_storage_keys(random, now);
    for (const char* const station : {"DEMO-BANG", "DEMO-TEL"})
      made->put_station_key(station, crypto::KeyUse::transport,
                            crypto::draw_key(crypto::KeyAlgorithm::aes, random), now);
    keys = std::make_shared<crypto::FileKeyStore>(*made);
    crypto::CardVault vault(*keys);
    seed_if_new(store, config::load_seed(settings), vault, random, settings.bin, now);
    start();
    sell_card();
  }

  void start() {
    engine.reset();
    keyring = std::make_unique<Keyring>(settings.stations, keys);
    keyring->load_exchanged(store);
    vault_ = std::make_unique<crypto::CardVault>(*keys);
    directory_ = std::make_unique<ledger::Directory>();
    directory_->load(store, {{7994, ledger::Category::pc_bang}});
    engine = std::make_unique<Engine>(store, *directory_, *vault_, random, handlers::Rules{},
                                      EngineOptions{});
    stations = station_settings(settings, keyring->stations());
  }

  /// As after an import while the switch runs.
  void use_keys(std::shared_ptr<const crypto::FileKeyStore> changed) {
    keyring->use(keyring->prepare(settings.stations, std::move(changed), store), *vault_, now);
  }

  std::unique_ptr<Line> connect(std::string_view station) const {
    for (const auto& from : stations)
      if (from.link.station.name == station) return std::make_unique<Line>(from.link);
    return nullptr;
  }
  Till till(const std::string& station, const std::string& terminal,
            const std::string& merchant) const {
    Till till{station, terminal, merchant, settings.find_station(station)->mac, {}, {}, {}, 0};
    till.pin_key = *keys->station_key(station, crypto::KeyUse::pin);
    if (const auto* key = keys->station_key(station, crypto::KeyUse::mac)) till.mac_key = *key;
    if (const auto* key = keys->station_key(station, crypto::KeyUse::transport))
      till.transport = *key;
    return till;
  }
  Till bang() const { return till("DEMO-BANG", "BANG0001", "DEMOPCBANG00001"); }

  /// The bytes must stay until the answer is there.
  void submit(Line& line, const std::vector<std::uint8_t>& bytes) {
    codec::Frame frame;
    frame.status = codec::FrameStatus::good;
    frame.message = bytes;
    engine->submit(line, frame, now);
  }
  /// The answer; empty when none came.
  std::vector<std::uint8_t> ask(Line& line, const std::vector<std::uint8_t>& bytes) {
    submit(line, bytes);
    engine->flush(now);
    if (line.answers.empty()) return {};
    auto answer = line.answers.front();
    line.answers.pop_front();
    return answer;
  }
  /// Asks as this till, over a line of its own.
  Told ask(const Till& till, const std::vector<std::uint8_t>& bytes) {
    const auto line = connect(till.station);
    return told(ask(*line, bytes), till.mac, till.mac_key);
  }

  /// Unwraps the key that was told and sees that its check value is right.
  static crypto::Key open(const Told& answer, const Till& till, bool aes) {
    EXPECT_EQ(answer.code, "00");
    const auto key = crypto::unwrap_key(till.transport, base::from_hex(answer.new_key).value());
    EXPECT_TRUE(key.has_value());
    EXPECT_EQ(answer.check_value,
              crypto::as_text(crypto::check_value(
                  *key, aes ? crypto::KeyAlgorithm::aes : crypto::KeyAlgorithm::triple_des)));
    return *key;
  }

  base::TimeUs now = base::system_now();
  crypto::SystemRandom random;
  config::Settings settings;
  std::shared_ptr<const crypto::FileKeyStore> keys;
  ledger::MemoryStore store;
  std::unique_ptr<Keyring> keyring;
  std::unique_ptr<Engine> engine;
  std::vector<StationSettings> stations;
  crypto::CardVault& vault() { return *vault_; }

 private:
  /// The stock card becomes active, with its initial password.
  void sell_card() {
    std::array<std::uint8_t, 512> space;
    codec::Writer writer(codec::kIso87Binary, space);
    writer.begin({200});
    writer.digits(2, kCard);
    writer.number(3, 900'000);
    writer.number(4, 10'000);
    writer.number(7, 1'122'011'530);
    writer.number(11, 1);
    writer.number(12, 101'530);
    writer.number(13, 1'122);
    writer.text(41, "AGT00001");
    writer.text(42, "DEMOAGENT000001");
    writer.text(48, "000100801000001");
    writer.text(49, "410");
    const std::size_t size = writer.finish().value();
    const auto line = connect("DEMO-AGENT");
    EXPECT_EQ(told(ask(*line, {space.begin(), space.begin() + static_cast<std::ptrdiff_t>(size)}),
                   crypto::MacKind::none, {})
                  .code,
              "00");
  }

  std::unique_ptr<crypto::CardVault> vault_;
  std::unique_ptr<ledger::Directory> directory_;
};

}  // namespace core::test
