// The type of a file by its first bytes, as the server tells it (src/document/media_type.cpp): what it would refuse is
// not sent. A test compares the two.

export const window_size = 1024;

const text_of = (bytes) => String.fromCharCode(...bytes);

function is_bmp(head) {
  return head.startsWith("BM") && head.length >= 18 && [0x0C, 0x28, 0x34, 0x38, 0x40, 0x6C, 0x7C].includes(head.charCodeAt(14))
    && head.slice(15, 18) === "\0\0\0";
}

/** "P1" to "P6", then width and height, with white space and comments between; "P7" has its header's lines. */
function is_pnm(head) {
  return head.startsWith("P7\n") ? head.includes("WIDTH ")
    : /^P[1-6](?:[ \t\r\n\v\f]|#[^\n]*(?:\n|$))+\d+(?:[ \t\r\n\v\f]|#[^\n]*(?:\n|$))+\d+/.test(head);
}

const starts = [
  ["png", "\x89PNG\r\n\x1A\n"],
  ["jpeg", "\xFF\xD8\xFF"],
  ["tiff", "II*\0"], ["tiff", "MM\0*"], ["tiff", "II+\0\x08\0\0\0"], ["tiff", "MM\0+\0\x08\0\0"],
  ["gif", "GIF87a"], ["gif", "GIF89a"],
  ["jp2", "\0\0\0\x0CjP  \r\n\x87\n"], ["jp2", "\xFF\x4F\xFF\x51"],
];

/** A name of docket_types, or null. `bytes` are the first of the file. */
export function sniff(bytes) {
  const head = text_of(bytes.subarray(0, window_size));
  const known = starts.find(([, start]) => head.startsWith(start));
  if (known) {
    return known[0];
  }
  if (head.startsWith("RIFF") && head.slice(8, 15) === "WEBPVP8") {
    return "webp";
  }
  if (is_bmp(head)) {
    return "bmp";
  }
  return is_pnm(head) ? "pnm" : head.includes("%PDF-") ? "pdf" : null;
}
