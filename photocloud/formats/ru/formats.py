MONTH_DAY_FORMAT = "j E"  # the genitive: 25 ноября
