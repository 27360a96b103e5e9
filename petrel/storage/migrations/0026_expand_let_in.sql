-- Whom the crew has let in is known: they are not taken back with the wave they came in.
alter table signup.arrival add column let_in_at timestamptz;
