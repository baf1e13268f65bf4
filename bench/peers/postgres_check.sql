-- The books: what the cards have lost is what the transactions say, card by card, and, where the
-- merchant's row is booked with each purchase, what the merchants are owed. One row: right (t or
-- f), and the sums.
WITH own AS (
  SELECT debit_card AS id, sum(amount_won) AS moved FROM transactions GROUP BY debit_card
), sums AS (
  SELECT (SELECT sum(face_won - balance_won) FROM cards) AS spent,
         (SELECT coalesce(sum(moved), 0) FROM own) AS moved,
         (SELECT sum(payable_won) FROM merchants) AS payable,
         (SELECT count(*) FROM cards LEFT JOIN own USING (id)
            WHERE face_won - balance_won <> coalesce(own.moved, 0)) AS wrong_cards
)
SELECT spent = moved AND wrong_cards = 0
         AND payable = CASE WHEN :books_merchant THEN moved ELSE 0 END,
       spent, moved, payable, wrong_cards
  FROM sums;
