"""A file per page of the Desk: reads, asks a step, renders; decides nothing."""
