"""How the administration writes times: of twenty-four hours."""
DATE_FORMAT, TIME_FORMAT, DATETIME_FORMAT = "j M Y", "H:i:s", "j M Y H:i:s"
