#include "codec/packager_classes.hpp"

namespace codec {
namespace {

using enum Holds;

// The names follow a grammar: A is text and B binary; LL and LLL are a length in front, in the
// digits of the first letter, or with an H a big-endian number; ABINARY is hexadecimal text.
// clang-format off
constexpr FieldClass kFieldClasses[] = {
    {"IFA_NUMERIC",     digits,     false},
    {"IFB_NUMERIC",     digits,     true},
    {"IFA_LLNUM",       digits,     false, Prefix::ascii,  2, 99},
    {"IFA_LLLNUM",      digits,     false, Prefix::ascii,  3, 999},
    {"IFB_LLNUM",       digits,     true,  Prefix::bcd,    1, 99},
    {"IFB_LLLNUM",      digits,     true,  Prefix::bcd,    2, 999},
    {"IFB_LLHNUM",      digits,     true,  Prefix::number, 1, 255},
    {"IFB_LLLHNUM",     digits,     true,  Prefix::number, 2, 65'535},
    {"IF_CHAR",         characters, false},
    {"IFA_LLCHAR",      characters, false, Prefix::ascii,  2, 99},
    {"IFA_LLLCHAR",     characters, false, Prefix::ascii,  3, 999},
    {"IFB_LLCHAR",      characters, false, Prefix::bcd,    1, 99},
    {"IFB_LLLCHAR",     characters, false, Prefix::bcd,    2, 999},
    {"IFB_LLHCHAR",     characters, false, Prefix::number, 1, 255},
    {"IFB_LLLHCHAR",    characters, false, Prefix::number, 2, 65'535},
    {"IFA_BINARY",      bytes,      false},
    {"IFB_BINARY",      bytes,      true},
    {"IFA_LLABINARY",   bytes,      false, Prefix::ascii,  2, 99},
    {"IFA_LLLABINARY",  bytes,      false, Prefix::ascii,  3, 999},
    {"IFA_LLBINARY",    bytes,      true,  Prefix::ascii,  2, 99},
    {"IFA_LLLBINARY",   bytes,      true,  Prefix::ascii,  3, 999},
    {"IFB_LLBINARY",    bytes,      true,  Prefix::bcd,    1, 99},
    {"IFB_LLLBINARY",   bytes,      true,  Prefix::bcd,    2, 999},
    {"IFB_LLHBINARY",   bytes,      true,  Prefix::number, 1, 255},
    {"IFB_LLLHBINARY",  bytes,      true,  Prefix::number, 2, 65'535},
    {"IFA_AMOUNT",      amount,     false},
    {"IFB_AMOUNT",      amount,     true},
    {"IFA_BITMAP",      bitmap,     false},
    {"IFB_BITMAP",      bitmap,     true},
};
// clang-format on

constexpr std::string_view kPackage = "org.jpos.iso.";

}  // namespace

std::span<const FieldClass> field_classes() { return kFieldClasses; }

const FieldClass* find_field_class(std::string_view full_name) {
  if (!full_name.starts_with(kPackage)) return nullptr;
  full_name.remove_prefix(kPackage.size());
  for (const FieldClass& known : kFieldClasses)
    if (known.name == full_name) return &known;
  return nullptr;
}

}  // namespace codec
