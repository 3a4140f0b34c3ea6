"""The specification, row by row: each test's id is chapter, section and row, as 04-4.3-nfiles."""
