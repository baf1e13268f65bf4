-- The switch's purchase in PostgreSQL: the same accounts, the same register row with its answer,
-- the same three keys to find it by (a repeated message, the original of a reversal, the RRN).

CREATE TABLE cards (
  id bigint PRIMARY KEY,
  state smallint NOT NULL,                        -- 2: active
  face_won bigint NOT NULL,
  balance_won bigint NOT NULL CHECK (balance_won >= 0),
  spent_won bigint NOT NULL                       -- of the business day
) WITH (fillfactor = 50);                         -- room for a new row version on the same page

CREATE TABLE merchants (
  id integer PRIMARY KEY,
  payable_won bigint NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE transactions (
  sequence bigint GENERATED ALWAYS AS IDENTITY (CACHE 100) PRIMARY KEY,
  terminal integer NOT NULL,
  stan integer NOT NULL,
  sent_us bigint NOT NULL,
  debit_card bigint NOT NULL,                     -- double entry: the two accounts and the amount
  credit_merchant integer NOT NULL,
  amount_won bigint NOT NULL,
  balance_won bigint,
  approval integer NOT NULL,
  reference bigint NOT NULL,
  answer text NOT NULL
);
CREATE UNIQUE INDEX duplicates ON transactions (terminal, stan, sent_us);
CREATE INDEX originals ON transactions (terminal, sent_us);
CREATE INDEX transaction_references ON transactions (reference);

-- One round trip. The merchant's row, which every purchase wants, comes last: its lock is held
-- until the commit is on disk. With in_books_merchant false that row is left to a settlement that
-- sums the transactions, which lets commits share a sync.
CREATE FUNCTION debit(in_card bigint, in_merchant integer, in_terminal integer, in_stan integer,
                      in_sent_us bigint, in_amount_won bigint, in_books_merchant boolean)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  the_answer text;
  left_won bigint;
BEGIN
  SELECT answer INTO the_answer FROM transactions
    WHERE terminal = in_terminal AND stan = in_stan AND sent_us = in_sent_us;
  IF FOUND THEN
    RETURN the_answer;
  END IF;
  UPDATE cards SET balance_won = balance_won - in_amount_won, spent_won = spent_won + in_amount_won
    WHERE id = in_card AND state = 2 AND balance_won >= in_amount_won
      AND spent_won + in_amount_won <= 3000000
    RETURNING balance_won INTO left_won;
  the_answer := CASE WHEN FOUND THEN '00' ELSE '51' END;
  INSERT INTO transactions (terminal, stan, sent_us, debit_card, credit_merchant, amount_won,
                            balance_won, approval, reference, answer)
    VALUES (in_terminal, in_stan, in_sent_us, in_card, in_merchant,
            CASE WHEN the_answer = '00' THEN in_amount_won ELSE 0 END,
            left_won, in_sent_us % 1000000, in_sent_us, the_answer);
  IF the_answer = '00' AND in_books_merchant THEN
    UPDATE merchants SET payable_won = payable_won + in_amount_won WHERE id = in_merchant;
  END IF;
  RETURN the_answer;
END $$;
