-- What a study's scheduler came to know and decided, in order; written once.
CREATE TABLE schedule_events (
  study_id INTEGER NOT NULL REFERENCES studies (id),
  position INTEGER NOT NULL CHECK (position >= 1),
  trial INTEGER NOT NULL CHECK (trial >= 0),
  record BLOB NOT NULL,
  PRIMARY KEY (study_id, position)
);
CREATE INDEX schedule_events_by_trial ON schedule_events (study_id, trial, position);
