"""Whether data come when they should: schedules, alarms, letters about them."""
