-- Key columns beside the record, which is the truth. Times are milliseconds since 1970.
CREATE TABLE engine (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch INTEGER NOT NULL
);
INSERT INTO engine (one, epoch) VALUES (1, 0);

CREATE TABLE studies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner VARCHAR(255) NOT NULL,
  name VARCHAR(255) NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  record BLOB NOT NULL,
  UNIQUE (owner, name)
);

CREATE TABLE trials (
  study_id INTEGER NOT NULL REFERENCES studies (id),
  number INTEGER NOT NULL CHECK (number >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  record BLOB NOT NULL,
  PRIMARY KEY (study_id, number)
);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name VARCHAR(700) NOT NULL UNIQUE,
  study_id INTEGER NOT NULL CHECK (study_id >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  record BLOB NOT NULL
);
CREATE INDEX sessions_open ON sessions (open) WHERE open = 1;
CREATE INDEX sessions_by_study ON sessions (study_id, id);

CREATE TABLE session_numbers (
  owner VARCHAR(255) NOT NULL,
  dataset VARCHAR(255) NOT NULL,
  last INTEGER NOT NULL CHECK (last >= 1),
  PRIMARY KEY (owner, dataset)
);

CREATE TABLE attempts (
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  token CHAR(32) NOT NULL UNIQUE,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  acknowledged INTEGER NOT NULL CHECK (acknowledged >= 0),
  record BLOB NOT NULL,
  PRIMARY KEY (session_id, number)
);
-- At most one live attempt of a session.
CREATE UNIQUE INDEX attempts_open ON attempts (session_id) WHERE open = 1;

CREATE TABLE measurements (
  session_id INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  metric VARCHAR(255) NOT NULL,
  step INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4), -- plain, not a number, infinity, -infinity, -0
  value DOUBLE,
  PRIMARY KEY (session_id, attempt, sequence, metric),
  CHECK ((status = 0) = (value IS NOT NULL))
) WITHOUT ROWID;

CREATE TABLE requests (
  principal VARCHAR(255) NOT NULL,
  request_id VARCHAR(255) NOT NULL,
  body_digest VARCHAR(255) NOT NULL,
  reply BLOB NOT NULL,
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (principal, request_id)
) WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (time_ms);
