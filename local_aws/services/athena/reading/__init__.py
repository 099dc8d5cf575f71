"""Tables as the engine reads them: their partitions, their files, the SQL for both."""
