-- Study files as they came into force; of a study that was never edited, none. Written once.
CREATE TABLE study_versions (
  study_id INTEGER NOT NULL REFERENCES studies (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  record BLOB NOT NULL,
  PRIMARY KEY (study_id, number)
);
