#pragma once
/// The table of data elements itself, one row an element. Only for field_table.cpp and plan.cpp:
/// everyone else asks field().

#include <array>

#include "codec/field_table.hpp"

namespace codec {

using FieldList = std::array<Field, 129>;

namespace field_rows {

using enum Length;
using enum Content;
using enum Sensitivity;

struct Row {
  int first, last;  // elements that are alike stand in one row
  Length length;
  Content content;
  std::uint16_t size;
  Sensitivity sensitivity;
  std::string_view name;
};

// DE 36 is z in the standard, but stands on the wire as characters: so it is declared as such.
// clang-format off
inline constexpr Row kRows[] = {
    {2, 2, ll, n, 19, card, "primary account number"},
    {3, 3, fixed, n, 6, clear, "processing code"},
    {4, 4, fixed, n, 12, clear, "amount, transaction"},
    {5, 5, fixed, n, 12, clear, "amount, settlement"},
    {6, 6, fixed, n, 12, clear, "amount, cardholder billing"},
    {7, 7, fixed, n, 10, clear, "transmission date and time"},
    {8, 8, fixed, n, 8, clear, "amount, cardholder billing fee"},
    {9, 9, fixed, n, 8, clear, "conversion rate, settlement"},
    {10, 10, fixed, n, 8, clear, "conversion rate, cardholder billing"},
    {11, 11, fixed, n, 6, clear, "system trace audit number"},
    {12, 12, fixed, n, 6, clear, "time, local transaction"},
    {13, 13, fixed, n, 4, clear, "date, local transaction"},
    {14, 14, fixed, n, 4, masked, "date, expiration"},
    {15, 15, fixed, n, 4, clear, "date, settlement"},
    {16, 16, fixed, n, 4, clear, "date, conversion"},
    {17, 17, fixed, n, 4, clear, "date, capture"},
    {18, 18, fixed, n, 4, clear, "merchant type"},
    {19, 19, fixed, n, 3, clear, "acquiring institution country code"},
    {20, 20, fixed, n, 3, clear, "primary account number country code"},
    {21, 21, fixed, n, 3, clear, "forwarding institution country code"},
    {22, 22, fixed, n, 3, clear, "point of service entry mode"},
    {23, 23, fixed, n, 3, clear, "card sequence number"},
    {24, 24, fixed, n, 3, clear, "network international identifier"},
    {25, 25, fixed, n, 2, clear, "point of service condition code"},
    {26, 26, fixed, n, 2, clear, "point of service PIN capture code"},
    {27, 27, fixed, n, 1, clear, "authorization identification response length"},
    {28, 28, fixed, x_n, 8, clear, "amount, transaction fee"},
    {29, 29, fixed, x_n, 8, clear, "amount, settlement fee"},
    {30, 30, fixed, x_n, 8, clear, "amount, transaction processing fee"},
    {31, 31, fixed, x_n, 8, clear, "amount, settlement processing fee"},
    {32, 32, ll, n, 11, clear, "acquiring institution identification code"},
    {33, 33, ll, n, 11, clear, "forwarding institution identification code"},
    {34, 34, ll, an, 28, masked, "primary account number, extended"},
    {35, 35, ll, z, 37, masked, "track 2 data"},
    {36, 36, lll, an, 104, masked, "track 3 data"},
    {37, 37, fixed, an, 12, clear, "retrieval reference number"},
    {38, 38, fixed, an, 6, clear, "authorization identification response"},
    {39, 39, fixed, an, 2, clear, "response code"},
    {40, 40, fixed, an, 3, clear, "service restriction code"},
    {41, 41, fixed, an, 8, clear, "card acceptor terminal identification"},
    {42, 42, fixed, an, 15, clear, "card acceptor identification code"},
    {43, 43, fixed, an, 40, clear, "card acceptor name and location"},
    {44, 44, ll, an, 25, clear, "additional response data"},
    {45, 45, ll, an, 76, masked, "track 1 data"},
    {46, 46, lll, an, 999, masked, "additional data, ISO"},
    {47, 47, lll, an, 999, masked, "additional data, national"},
    {48, 48, lll, an, 999, tags, "additional data, private"},
    {49, 49, fixed, an, 3, clear, "currency code, transaction"},
    {50, 50, fixed, an, 3, clear, "currency code, settlement"},
    {51, 51, fixed, an, 3, clear, "currency code, cardholder billing"},
    {52, 52, fixed, b, 8, masked, "PIN data"},
    {53, 53, fixed, n, 16, masked, "security related control information"},
    {54, 54, lll, an, 120, clear, "additional amounts"},
    {55, 55, lll, b, 999, masked, "integrated circuit card data"},
    {56, 56, lll, an, 999, masked, "reserved, ISO"},
    {57, 59, lll, an, 999, masked, "reserved, national"},
    {60, 63, lll, an, 999, masked, "reserved, private"},
    {64, 64, fixed, b, 8, masked, "message authentication code"},
    {66, 66, fixed, n, 1, clear, "settlement code"},
    {67, 67, fixed, n, 2, clear, "extended payment code"},
    {68, 68, fixed, n, 3, clear, "receiving institution country code"},
    {69, 69, fixed, n, 3, clear, "settlement institution country code"},
    {70, 70, fixed, n, 3, clear, "network management information code"},
    {71, 71, fixed, n, 4, clear, "message number"},
    {72, 72, fixed, n, 4, clear, "message number, last"},
    {73, 73, fixed, n, 6, clear, "date, action"},
    {74, 74, fixed, n, 10, clear, "credits, number"},
    {75, 75, fixed, n, 10, clear, "credits, reversal number"},
    {76, 76, fixed, n, 10, clear, "debits, number"},
    {77, 77, fixed, n, 10, clear, "debits, reversal number"},
    {78, 78, fixed, n, 10, clear, "transfers, number"},
    {79, 79, fixed, n, 10, clear, "transfers, reversal number"},
    {80, 80, fixed, n, 10, clear, "inquiries, number"},
    {81, 81, fixed, n, 10, clear, "authorizations, number"},
    {82, 82, fixed, n, 12, clear, "credits, processing fee amount"},
    {83, 83, fixed, n, 12, clear, "credits, transaction fee amount"},
    {84, 84, fixed, n, 12, clear, "debits, processing fee amount"},
    {85, 85, fixed, n, 12, clear, "debits, transaction fee amount"},
    {86, 86, fixed, n, 16, clear, "credits, amount"},
    {87, 87, fixed, n, 16, clear, "credits, reversal amount"},
    {88, 88, fixed, n, 16, clear, "debits, amount"},
    {89, 89, fixed, n, 16, clear, "debits, reversal amount"},
    {90, 90, fixed, n, 42, clear, "original data elements"},
    {91, 91, fixed, an, 1, clear, "file update code"},
    {92, 92, fixed, an, 2, clear, "file security code"},
    {93, 93, fixed, an, 6, clear, "response indicator"},
    {94, 94, fixed, an, 7, clear, "service indicator"},
    {95, 95, fixed, an, 42, clear, "replacement amounts"},
    {96, 96, fixed, b, 16, masked, "message security code"},
    {97, 97, fixed, x_n, 16, clear, "amount, net settlement"},
    {98, 98, fixed, an, 25, clear, "payee"},
    {99, 99, ll, n, 11, clear, "settlement institution identification code"},
    {100, 100, ll, n, 11, clear, "receiving institution identification code"},
    {101, 101, ll, an, 17, clear, "file name"},
    {102, 102, ll, an, 28, account, "account identification 1"},
    {103, 103, ll, an, 28, account, "account identification 2"},
    {104, 104, lll, an, 100, masked, "transaction description"},
    {105, 111, lll, an, 999, masked, "reserved, ISO"},
    {112, 119, lll, an, 999, masked, "reserved, national"},
    {120, 127, lll, an, 999, masked, "reserved, private"},
    {128, 128, fixed, b, 8, masked, "message authentication code 2"},
};
// clang-format on

}  // namespace field_rows

constexpr FieldList make_field_list() {
  FieldList list{};
  for (const field_rows::Row& row : field_rows::kRows)
    for (int element = row.first; element <= row.last; ++element)
      list[element] = {row.length, row.content, row.size, row.sensitivity, row.name};
  return list;
}

inline constexpr FieldList kFieldList = make_field_list();

}  // namespace codec
