"""When which step runs: ticks, timetable, heartbeat; no business logic here."""
