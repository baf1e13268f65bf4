#pragma once
/// Every (operation, DE 39) that can be answered without banks and card companies. The model test
/// fails when one of them never was, and when another one was.

#include <map>
#include <string>
#include <vector>

namespace simulation {

inline const std::map<std::string, std::vector<std::string>> kPossibleAnswers{
    {"verify",
     {"00", "03", "14", "30", "51", "54", "55", "57", "58", "62", "63", "75", "78", "92", "96"}},
    {"inquiry", {"00", "03", "14", "30", "54", "55", "58", "62", "63", "75", "78", "92", "96"}},
    {"purchase",
     {"00", "03", "13", "14", "25", "30", "51", "54", "55", "57", "58", "61", "62", "63", "75",
      "78", "92", "94", "96"}},
    {"hold",
     {"00", "03", "13", "14", "25", "30", "51", "54", "55", "57", "58", "62", "63", "75", "78",
      "92", "94", "96"}},
    // No card is closed (14) once something was held of it.
    {"rated_hold",
     {"00", "03", "13", "14", "25", "30", "51", "54", "55", "57", "58", "62", "63", "75", "78",
      "92", "94", "96"}},
    {"completion", {"00", "03", "10", "13", "25", "30", "51", "58", "61", "63", "92", "94", "96"}},
    {"rated_completion",
     {"00", "03", "10", "13", "25", "30", "51", "58", "61", "63", "92", "94", "96"}},
    // No refund to a closed card (57): none is closed once it has paid.
    {"refund", {"00", "03", "13", "25", "30", "58", "63", "92", "94", "96"}},
    // 62: a stock card whose password was tried five times.
    {"sale", {"00", "03", "12", "13", "14", "25", "30", "57", "58", "61", "62", "63", "94", "96"}},
    {"collect", {"00", "03", "25", "30", "58", "63"}},
    {"activation",
     {"00", "03", "14", "25", "30", "54", "55", "57", "58", "62", "63", "75", "94", "96"}},
    {"password_change",
     {"00", "03", "14", "25", "30", "54", "55", "58", "62", "63", "75", "78", "94", "96"}},
    {"registration",
     {"00", "03", "14", "25", "30", "54", "55", "58", "62", "63", "75", "78", "94", "96"}},
    // Blocked and expired cards may be blocked and unblocked, the latter without a password; the
    // operator can reverse nothing (25).
    {"block", {"00", "03", "14", "25", "30", "55", "58", "63", "75", "78", "94", "96"}},
    {"deposit",
     {"00", "03", "13", "14", "25", "30", "54", "58", "61", "62", "63", "92", "94", "96"}},
    // 12: not for cash, which waits for banks and card companies.
    {"recharge",
     {"00", "03", "12", "13", "14", "25", "30", "54", "55", "58", "61", "62", "63", "75", "78",
      "92", "94", "96"}},
    {"exchange",
     {"00", "03", "13", "14", "25", "30", "51", "54", "55", "58", "61", "62", "63", "75", "78",
      "92", "94", "96"}},
    // An expired card is read as any; 96: a wrong password could not be counted.
    {"statement", {"00", "03", "14", "30", "55", "58", "62", "63", "75", "78", "92", "96"}},
    {"unblock", {"00", "03", "14", "30", "58", "63", "94", "96"}},
    // 51: a reversed refund whose money was spent.
    {"reversal", {"00", "03", "13", "25", "30", "51", "58", "61", "63", "92", "94", "96"}},
    {"network", {"00", "12", "30", "63"}},
    {"other", {"12", "30", "58", "63"}},
};

}  // namespace simulation
