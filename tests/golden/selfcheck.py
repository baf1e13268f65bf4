"""Checks the golden codec itself: its cryptography against published vectors, its encodings by hand.

Run: python3 tests/golden/selfcheck.py
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import iso8583 as iso  # noqa: E402


class RetailMac(unittest.TestCase):
    """ISO/IEC 9797-1, the informative annex's examples of MAC algorithm 3 with padding method 1."""
    key = bytes.fromhex("0123456789ABCDEF" "FEDCBA9876543210")

    def test_whole_blocks(self):
        self.assertEqual("A1C72E74EA3FA9B6",
                         iso.retail_mac(self.key, b"Now is the time for all ").hex().upper())

    def test_last_block_is_filled_with_zeros(self):
        self.assertEqual("2E2B1428CC78254F",
                         iso.retail_mac(self.key, b"Now is the time for it").hex().upper())


class AesCmac(unittest.TestCase):
    """RFC 4493, section 4."""
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    text = bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A" "AE2D8A571E03AC9C9EB76FAC45AF8E51"
                         "30C81C46A35CE411E5FBC1191A0A52EF" "F69F2445DF4F9B17AD2B417BE66C3710")

    def test_vectors(self):
        for length, expected in ((0, "BB1D6929E95937287FA37D129B756746"),
                                 (16, "070A16B46B4D4144F79BDD9DD04A287C"),
                                 (40, "DFA66747DE9AE63030CA32611497C827"),
                                 (64, "51F0BEBF7E3B9D92FC49741779363CFE")):
            self.assertEqual(expected, iso.aes_cmac(self.key, self.text[:length]).hex().upper())

    def test_a_message_carries_the_first_eight_bytes(self):
        self.assertEqual("070A16B46B4D4144",
                         iso.Mac("cmac", self.key).of(self.text[:16]).hex().upper())


class PinBlock(unittest.TestCase):
    """ISO 9564 format 0."""

    def test_clear_block(self):  # the widely printed example
        self.assertEqual("0412AC89ABCDEF67",
                         iso.clear_pin_block("1234", "43219876543210987").hex().upper())

    def test_account_part(self):
        self.assertEqual("012990000001", iso.account_part("9410129900000011"))
        self.assertEqual("090345678123", iso.account_part("903456781234"))

    def test_triple_des_variable_text(self):  # NIST SP 800-17, with all keys equal
        self.assertEqual("95F8A5E5DD31D900", iso.tdes_encrypt(
            bytes.fromhex("01" * 16), bytes.fromhex("8000000000000000")).hex().upper())

    def test_round_trip(self):
        key = bytes.fromhex("1C5B2A79D0E34F86A8B3C49D5E6E7080")
        for pin in ("1234", "12345678", "123456789012"):
            for number in ("9410129900000011", "903456781234"):
                block = iso.pin_block(key, pin, number)
                self.assertEqual(pin, iso.pin_of_block(key, block, number))
        self.assertIsNone(iso.pin_of_block(key, bytes(8), "9410129900000011"))


class Encoding(unittest.TestCase):
    """Single fields, spelled out by hand."""

    def check(self, de, value, binary, ascii_, ascii_binary):
        for name, expected in zip(iso.PROFILES, (binary, ascii_, ascii_binary)):
            expected = bytes.fromhex(expected) if name == "iso87-binary" else expected
            got = iso.encode_field(name, de, value)
            self.assertEqual(expected, got, (name, de))
            self.assertEqual(value, iso.decode_field(name, de, iso._Reader(got)), (name, de))

    def test_fields(self):
        self.check(2, "9410129900000011", "16 9410129900000011",
                   b"169410129900000011", b"169410129900000011")
        self.check(32, "123", "03 1230", b"03123", b"03123")
        self.check(70, "301", "0301", b"301", b"301")
        self.check(27, "6", "06", b"6", b"6")
        self.check(28, "D00000150", "44 00000150", b"D00000150", b"D00000150")
        self.check(35, "12=34", "05 12D340", b"0512=34", b"0512=34")
        self.check(39, "00", "3030", b"00", b"00")
        self.check(44, "DE004", "05 4445303034", b"05DE004", b"05DE004")
        self.check(52, bytes(range(8)), "0001020304050607", b"0001020304050607",
                   bytes(range(8)))
        self.check(55, b"\x9f\x26", "0002 9F26", b"0029F26", b"002\x9f\x26")

    def test_bitmap(self):
        self.assertEqual("4000000000000000", iso.bitmap_of({2}).hex())
        self.assertEqual("80000000000000000400000000000000", iso.bitmap_of({70}).hex())

    def test_bad_fields_are_named(self):
        good = iso.encode_message("iso87-binary", {0: "0800", 7: "0905013000", 11: "000001"})
        for data, de in ((good[:-1], 11), (good + b"\0", 0), (good[:-3] + b"\x00\x0a\x01", 11),
                         (b"\x08\x0a" + good[2:], None), (good[:9], None)):
            with self.assertRaises(iso.FormatError) as caught:
                iso.decode_message("iso87-binary", data)
            self.assertEqual(de, caught.exception.de)

    def test_frames(self):
        tpdu, message = bytes.fromhex("6000010002"), b"0800"
        for header, expected in (("2-byte", b"\x00\x09"), ("2-byte-inclusive", b"\x00\x0b"),
                                 ("4-ascii", b"0009"), ("2-bcd", b"\x00\x09")):
            packed = iso.frame(header, message, tpdu)
            self.assertEqual(expected + tpdu + message, packed)
            self.assertEqual((tpdu, message), iso.unframe(header, packed, with_tpdu=True))
        self.assertEqual("6000020001", iso.swap_tpdu(tpdu).hex())

    def test_luhn(self):
        self.assertEqual("1", iso.luhn_digit("941012990000001"))


if __name__ == "__main__":
    unittest.main()
