-- What sessions have saved; the files are in the artifact store.
CREATE TABLE checkpoints (
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  record BLOB NOT NULL,
  PRIMARY KEY (session_id, number)
);
