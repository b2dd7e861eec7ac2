// A page's listener: node events.mjs URL. Prints each event as a line of JSON and ends when it may not come again.
import { EventSource } from "eventsource";

const source = new EventSource(process.argv[2]);
for (const name of ["status", "page", "file", "reset"]) {
  source.addEventListener(name, (event) => {
    console.log(JSON.stringify({ name, id: event.lastEventId, data: JSON.parse(event.data) }));
  });
}
source.addEventListener("error", (event) => {
  if (source.readyState === EventSource.CLOSED) {
    console.log(JSON.stringify({ name: "closed", code: event.code }));
  }
});
