#!/bin/sh
# A program for docket_command, see ../commands.conf: says of each file of a job its name, size and type, and leaves a
# list of them all. What it prints is the job's log, and lines on descriptor 3 are its progress.
set -eu

total=$(find "$DOCKET_INPUT_DIR" -name '[0-9]*' | wc -l)
number=0
printf '[' > "$DOCKET_OUTPUT_DIR/result.json"
while [ "$number" -lt "$total" ]; do
    file=$DOCKET_INPUT_DIR/$number
    size=$(stat --format=%s "$file")
    # The clients' names of the files are in files.json; here they have numbers, which are safe in any command line.
    echo "file $number: $size bytes, $file"
    [ "$number" -eq 0 ] || printf ',' >> "$DOCKET_OUTPUT_DIR/result.json"
    printf '{"file": %d, "size": %d}' "$number" "$size" >> "$DOCKET_OUTPUT_DIR/result.json"
    number=$((number + 1))
    echo "$number/$total" >&3
done
printf ']\n' >> "$DOCKET_OUTPUT_DIR/result.json"

# 65 says that a file is at fault; 75 would ask for another try.
[ "$total" -gt 0 ] || { echo "there is no file" >&2; exit 65; }
