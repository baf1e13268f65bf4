-- The books: what the cards have lost is what the transactions say, and, where the merchant's row is
-- booked with each purchase, what the merchants are owed. One row: right (t or f), and the sums.
WITH sums AS (
  SELECT (SELECT sum(face_won - balance_won) FROM cards) AS spent,
         (SELECT coalesce(sum(amount_won), 0) FROM transactions) AS moved,
         (SELECT sum(payable_won) FROM merchants) AS payable,
         (SELECT count(*) FROM (SELECT card.id FROM cards card JOIN
              (SELECT debit_card, sum(amount_won) AS moved FROM transactions GROUP BY debit_card) own
              ON own.debit_card = card.id WHERE card.face_won - card.balance_won <> own.moved) wrong)
            AS wrong_cards)
SELECT spent = moved AND wrong_cards = 0 AND payable = CASE WHEN :books_merchant THEN moved ELSE 0 END,
       spent, moved, payable, wrong_cards FROM sums;
