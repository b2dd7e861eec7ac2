#!/bin/sh
# A program for docket_command per=file, see ../commands.conf: the first bytes of a file, as many as its argument says.
exec head -c "$1" "$DOCKET_FILE"
