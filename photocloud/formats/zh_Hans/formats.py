MONTH_DAY_FORMAT = "n月j日"  # without zeros
