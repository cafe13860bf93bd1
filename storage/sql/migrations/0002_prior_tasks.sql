-- What a study inherits from earlier ones, written with the study and never changed.
CREATE TABLE prior_tasks (
  study_id INTEGER NOT NULL REFERENCES studies (id),
  place INTEGER NOT NULL CHECK (place >= 0),
  record BLOB NOT NULL,
  PRIMARY KEY (study_id, place)
);
