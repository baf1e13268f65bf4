#include "handlers/answer_writer.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "codec/packager.hpp"
#include "handlers/number_text.hpp"

namespace handlers {
namespace {

/// DE 44: which element, or which limit.
void write_reason(codec::Writer& writer, const Answer& answer) {
  if (answer.refusal == Refusal::format_error) {
    std::array<char, 5> text{'D', 'E'};
    const auto digits = number_text<3>(answer.bad_element);
    std::copy(digits.data.begin(), digits.data.end(), text.begin() + 2);
    writer.text(44, {text.data(), text.size()});
  } else if (const std::string_view limit = info(answer.refusal).limit; !limit.empty()) {
    writer.text(44, limit);
  }
}

void write_amounts(codec::Writer& writer, const Answer& answer) {
  std::array<char, 3 * 20> text;
  char* out = text.data();
  for (std::size_t i = 0; i < answer.amount_count; ++i) {
    const AdditionalAmount& amount = answer.amounts[i];
    out = std::copy(amount.account_type.begin(), amount.account_type.end(), out);
    out = std::copy(amount.amount_type.begin(), amount.amount_type.end(), out);
    for (const char c : {'4', '1', '0', amount.amount_won < 0 ? 'D' : 'C'}) *out++ = c;
    const std::int64_t size = amount.amount_won < 0 ? -amount.amount_won : amount.amount_won;
    const auto digits =
        number_text<12>(static_cast<std::uint64_t>(std::min(size, ledger::kMostToldWon)));
    out = std::copy(digits.data.begin(), digits.data.end(), out);
  }
  writer.text(54, {text.data(), static_cast<std::size_t>(out - text.data())});
}

/// One element of the answer that the handler decided; false when it has none.
bool write_decided(codec::Writer& writer, int element, const codec::Message& request,
                   const Answer& answer) {
  switch (element) {
    case 2:
      if (answer.card.size == 0) return false;
      writer.digits(2, answer.card.view());
      return true;
    case 4:
      if (answer.amount_won == 0) return false;
      writer.number(4, static_cast<std::uint64_t>(answer.amount_won));
      return true;
    case 15:
      if (request.mti().is_transaction()) writer.number(15, base::month_day(answer.business_day));
      return true;
    case 37:
      if (answer.reference[0] == 0) return false;
      writer.text(37, {answer.reference.data(), answer.reference.size()});
      return true;
    case 38:
      if (answer.approval[0] != 0)
        writer.text(38, {answer.approval.data(), answer.approval.size()});
      return true;
    case 39:
      writer.text(39, info(answer.refusal).code);
      return true;
    case 44:
      write_reason(writer, answer);
      return true;
    case 48:
      if (answer.tags_size != 0) writer.text(48, answer.tag_text());
      return true;
    case 54:
      if (answer.amount_count != 0) write_amounts(writer, answer);
      return true;
    case 70:
      return !request.mti().is_network_management();
    default:
      return false;
  }
}

/// Whether there is something to echo; a DE 2 without digits is as good as absent.
bool has_content(const codec::Message& request, int element) {
  return request.has(element) && (element != 2 || !request.digits<19>(2).view().empty());
}

/// Elements of an answer in order: decided by the handler, else echoed as received.
constexpr std::array<std::uint8_t, 24> kAnswered{2,  3,  4,  7,  11, 12, 13, 15, 18, 22, 25, 32,
                                                 37, 38, 39, 41, 42, 44, 48, 49, 54, 70, 90, 103};
static_assert(std::includes(codec::kNeededElements.begin(), codec::kNeededElements.end(),
                            kAnswered.begin(), kAnswered.end()),
              "a profile from a file may lack what is not needed, and then it cannot be written");

void write_elements(codec::Writer& writer, const codec::Message& request, const Answer& answer,
                    bool with_card) {
  for (const int element : kAnswered) {
    if (element == 2 && !with_card) continue;
    if (write_decided(writer, element, request, answer)) continue;
    if (has_content(request, element)) writer.copy(element, request);
  }
}

/// The first answer, with this request's DE 7.
void write_replay(codec::Writer& writer, const codec::Message& request, const Answer& answer) {
  codec::Message first;
  const auto read = codec::read_message(
      codec::kIso87Binary, base::ByteView(answer.replay.data(), answer.replay_size), first);
  CP_ASSERT(read.has_value());
  if (answer.card.size != 0)
    writer.digits(2, answer.card.view());
  else if (has_content(request, 2))
    writer.copy(2, request);
  for (int element = 3; element <= 128; ++element) {
    if (first.has(element))
      writer.copy(element, element == 7 ? request : first);
    else if (element == 37)  // a reversal's is not in what is remembered
      writer.text(37, {answer.reference.data(), answer.reference.size()});
  }
}

}  // namespace

std::optional<std::size_t> write_answer(const codec::Message& request, const Answer& answer,
                                        AnswerMac mac, base::ByteSpan space) {
  codec::Writer writer(request.profile(), space);
  writer.begin(request.mti().answer());
  if (answer.replay_size != 0)
    write_replay(writer, request, answer);
  else
    write_elements(writer, request, answer, true);
  return mac.compute != nullptr ? writer.finish_with_mac(mac.compute, mac.context)
                                : writer.finish();
}

std::optional<std::size_t> write_remembered(const codec::Message& request, const Answer& answer,
                                            base::ByteSpan space) {
  codec::Writer writer(codec::kIso87Binary, space);
  writer.begin(request.mti().answer());
  write_elements(writer, request, answer, false);
  return writer.finish();
}

std::array<char, 2> answer_code(const Answer& answer) {
  std::string_view code = info(answer.refusal).code;
  codec::Message first;
  if (answer.replay_size != 0) {
    const auto read = codec::read_message(
        codec::kIso87Binary, base::ByteView(answer.replay.data(), answer.replay_size), first);
    CP_ASSERT(read.has_value());
    code = first.text(39);
  }
  return {code[0], code[1]};
}

}  // namespace handlers
