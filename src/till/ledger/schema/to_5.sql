-- Version 4 did not record which order had failed: whichever fails next has failed for the first time.
ALTER TABLE charge ADD COLUMN failed_dm_id TEXT NOT NULL DEFAULT '';
