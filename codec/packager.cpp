#include "codec/packager.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/shown.hpp"
#include "codec/field_table.hpp"
#include "codec/make_step.hpp"
#include "codec/packager_classes.hpp"
#include "codec/packager_xml.hpp"

namespace codec {
namespace {

constexpr int kMti = 0, kBitmap = 1, kThirdBitmap = 65, kMac = 64, kSecondMac = 128;
constexpr std::size_t kMtiLength = 4, kBitmapLength = 16;

/// A profile with what it points to.
struct OwnedProfile {
  std::string name;
  Plan plan;
  Profile profile;
};

std::string_view to_text(Holds holds) {
  switch (holds) {
    case Holds::digits:
      return "digits";
    case Holds::characters:
      return "characters";
    case Holds::bytes:
      return "bytes";
    case Holds::amount:
      return "an amount with its sign";
    case Holds::bitmap:
      return "a bitmap";
  }
  return "unknown";
}

/// What the element holds, and so the class must; track 2 is written by classes of digits and of
/// characters.
std::string_view content_text(Content content) {
  switch (content) {
    case Content::undefined:
      return "not defined";
    case Content::n:
      return to_text(Holds::digits);
    case Content::x_n:
      return to_text(Holds::amount);
    case Content::an:
      return to_text(Holds::characters);
    case Content::z:
      return "track 2 data";
    case Content::b:
      return to_text(Holds::bytes);
  }
  return "unknown";
}

/// How the class writes this content, or `undefined` where it does not.
Shape shape_of(const FieldClass& field_class, Content content, bool pad_left,
               bool odd_or_variable) {
  const bool packed = field_class.packed;
  switch (content) {
    case Content::n:
      if (field_class.holds != Holds::digits) return Shape::undefined;
      if (!packed) return Shape::ascii;
      return pad_left || !odd_or_variable ? Shape::bcd_left : Shape::bcd_right;
    case Content::z:
      if (field_class.holds == Holds::characters) return Shape::ascii_track;
      if (field_class.holds != Holds::digits) return Shape::undefined;
      if (!packed) return Shape::ascii_track;
      return pad_left ? Shape::bcd_track_left : Shape::bcd_track;
    case Content::x_n:
      if (field_class.holds != Holds::amount) return Shape::undefined;
      return packed ? Shape::bcd_signed : Shape::ascii_signed;
    case Content::an:
      return field_class.holds == Holds::characters ? Shape::characters : Shape::undefined;
    case Content::b:
      if (field_class.holds != Holds::bytes) return Shape::undefined;
      return packed ? Shape::raw : Shape::hex;
    case Content::undefined:
      break;
  }
  return Shape::undefined;
}

/// The names of the classes that could write an element: `IFA_NUMERIC, IFB_NUMERIC`.
template <class Wanted>
std::string class_names(Wanted&& wanted) {
  std::string names;
  for (const FieldClass& each : field_classes())
    if (wanted(each)) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

/// Reads the isofields one after another; the first that is wrong ends it.
class PackagerReader {
 public:
  explicit PackagerReader(std::string_view name) : owned_(std::make_shared<OwnedProfile>()) {
    owned_->name = name;
  }

  base::Result<std::shared_ptr<const Profile>, PackagerError> read(
      const std::vector<IsoField>& fields) {
    for (const IsoField& field : fields)
      if (!note(field)) return *error_;
    if (!read_head() || !read_elements() || !check_whole()) return *error_;
    Profile& profile = owned_->profile;
    profile.name = owned_->name;
    profile.plan = &owned_->plan;
    return std::shared_ptr<const Profile>(owned_, &profile);
  }

 private:
  /// One isofield whose attributes could be read.
  struct Entry {
    std::size_t line = 0;  // 0: there is none
    const FieldClass* field_class = nullptr;
    std::size_t length = 0;
    bool pad_left = false;
  };

  bool fail_at(std::size_t line, const std::string& sentence) {
    error_ = packager_error(owned_->name, line, sentence);
    return false;
  }
  bool fail(int element, const std::string& sentence) {
    return fail_at(entries_[static_cast<std::size_t>(element)].line,
                   "DE " + std::to_string(element) + ": " + sentence);
  }
  bool fail_whole(const std::string& sentence) {
    error_ = PackagerError{owned_->name + ": " + sentence};
    return false;
  }

  std::optional<std::size_t> number(const std::optional<std::string>& text, std::size_t most) {
    std::size_t value = 0;
    if (!text) return std::nullopt;
    const char* const end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, value);
    return error == std::errc() && at == end && value <= most ? std::optional(value) : std::nullopt;
  }

  /// Keeps one isofield under its id.
  bool note(const IsoField& field) {
    const auto id = number(field.id, 128);
    if (!id)
      return fail_at(field.line, "id " + base::shown(field.id.value_or("")) +
                                     " is not allowed: a number from 0 to 128");
    Entry& entry = entries_[*id];
    const std::string element = "DE " + std::to_string(*id) + ": ";
    if (entry.line != 0)
      return fail_at(field.line,
                     element + "has been given already, at line " + std::to_string(entry.line));
    const auto length = number(field.length, 65'535);
    if (!length)
      return fail_at(field.line, element + "length " + base::shown(field.length.value_or("")) +
                                     " is not allowed: a number");
    if (field.pad && *field.pad != "true" && *field.pad != "false")
      return fail_at(field.line,
                     element + "pad " + base::shown(*field.pad) + " is not allowed: true or false");
    const FieldClass* const found = find_field_class(field.field_class.value_or(""));
    if (found == nullptr)
      return fail_at(field.line, element + "class " + base::shown(field.field_class.value_or("")) +
                                     " is not supported; there are, of org.jpos.iso, " +
                                     class_names([](const FieldClass&) { return true; }));
    entry = {field.line, found, *length, field.pad == "true"};
    return true;
  }

  /// DE 0, the MTI, and DE 1, the bitmap.
  bool read_head() {
    const Entry &mti = entries_[kMti], &bitmap = entries_[kBitmap];
    if (mti.line == 0) return fail_whole("DE 0, the MTI, is missing");
    if (mti.field_class->holds != Holds::digits || mti.field_class->prefix != 0)
      return fail(kMti, std::string(mti.field_class->name) +
                            " is no class for the MTI; take IFA_NUMERIC or IFB_NUMERIC");
    if (mti.length != kMtiLength) return fail(kMti, wrong_length(mti.length, kMtiLength));
    if (bitmap.line == 0) return fail_whole("DE 1, the bitmap, is missing");
    if (bitmap.field_class->holds != Holds::bitmap)
      return fail(kBitmap, std::string(bitmap.field_class->name) +
                               " is no class for the bitmap; take IFA_BITMAP or IFB_BITMAP");
    if (bitmap.length != kBitmapLength)
      return fail(kBitmap, wrong_length(bitmap.length, kBitmapLength));
    owned_->profile.digits = mti.field_class->packed ? Digits::bcd : Digits::ascii;
    owned_->profile.bitmap = bitmap.field_class->packed ? Binary::raw : Binary::hex;
    owned_->plan.digits = owned_->profile.digits;
    return true;
  }

  static std::string wrong_length(std::size_t length, std::size_t right) {
    return "length " + std::to_string(length) + " is not allowed: it is " + std::to_string(right);
  }

  bool read_elements() {
    for (int element = 2; element <= 128; ++element) {
      // An element 65 would announce a third bitmap, which our messages do not have.
      if (entries_[static_cast<std::size_t>(element)].line != 0 && element != kThirdBitmap &&
          !read_element(element))
        return false;
    }
    return true;
  }

  bool read_element(int element) {
    const Entry& entry = entries_[static_cast<std::size_t>(element)];
    const FieldClass& chosen = *entry.field_class;
    Field field = codec::field(element);
    if (!read_size(element, field)) return false;
    const bool fixed = field.length == Length::fixed;
    const auto shape = [&](const FieldClass& each) {
      return shape_of(each, field.content, entry.pad_left, !fixed || field.size % 2 != 0);
    };
    const auto suits = [&](const FieldClass& each) {
      return shape(each) != Shape::undefined && (each.prefix == 0) == fixed &&
             (fixed || field.size <= each.longest);
    };
    if (!suits(chosen))
      return fail(element, std::string(chosen.name) + " does not suit " +
                               std::string(content_text(field.content)) + " of " +
                               (fixed ? "fixed length " : "variable length, up to ") +
                               std::to_string(field.size) + "; take one of " + class_names(suits));
    owned_->plan.steps[static_cast<std::size_t>(element)] =
        make_step(field, {shape(chosen), chosen.prefix_kind, chosen.prefix}, owned_->plan.digits);
    return true;
  }

  /// Takes the file's length for the element's size; the sign of an amount counts in the file only.
  bool read_size(int element, Field& field) {
    const std::size_t length = entries_[static_cast<std::size_t>(element)].length;
    const std::size_t most = field.size + (field.content == Content::x_n ? 1u : 0u);
    const bool may_be_less =
        field.length != Length::fixed &&
        !std::binary_search(kNeededElements.begin(), kNeededElements.end(), element);
    if (length == most) return true;
    if (!may_be_less) return fail(element, wrong_length(length, most));
    if (length == 0 || length > most)
      return fail(element, "length " + std::to_string(length) + " is not allowed: it is at most " +
                               std::to_string(most));
    field.size = static_cast<std::uint16_t>(length);
    return true;
  }

  bool check_whole() {
    std::string missing;
    for (const std::uint8_t element : kNeededElements)
      if (entries_[element].line == 0)
        missing += (missing.empty() ? "DE " : ", ") + std::to_string(element);
    if (!missing.empty())
      return fail_whole(missing + (missing.find(',') == missing.npos ? " is" : " are") +
                        " missing, which requests and answers of the switch hold");
    const bool packed = entries_[kMac].field_class->packed;
    if (entries_[kSecondMac].field_class->packed != packed)
      return fail(kSecondMac, "both MACs are written alike: DE 64, at line " +
                                  std::to_string(entries_[kMac].line) + ", is " +
                                  std::string(entries_[kMac].field_class->name));
    owned_->profile.binary = packed ? Binary::raw : Binary::hex;
    return true;
  }

  std::shared_ptr<OwnedProfile> owned_;
  std::array<Entry, 129> entries_;
  std::optional<PackagerError> error_;
};

}  // namespace

base::Result<std::shared_ptr<const Profile>, PackagerError> read_packager(std::string_view xml,
                                                                          std::string_view name) {
  const auto fields = read_packager_xml(xml, name);
  if (!fields) return fields.error();
  return PackagerReader(name).read(*fields);
}

}  // namespace codec
