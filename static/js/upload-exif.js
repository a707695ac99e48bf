/* The camera data of a JPEG, moved into a copy that a canvas made. The copy is upright, so its orientation is 1. */
const ORIENTATION = 0x0112;
const HEAD_BYTES = 256 * 1024;

/* The first Exif segment with its marker, or null. */
function exifSegment(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 10 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const end = at + 2 + view.getUint16(at + 2);
    const isExif = bytes[at + 1] === 0xe1 && view.getUint32(at + 4) === 0x45786966;
    if (isExif) return end <= bytes.length ? bytes.slice(at, end) : null;
    at = end;
  }
  return null;
}

/* Exif 2.32, 4.6.2: a TIFF header, then the first directory with entries of 12 bytes. */
function setUpright(segment) {
  const tiff = 10;
  const view = new DataView(segment.buffer);
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  const count = view.getUint16(directory, little);
  for (let at = directory + 2; at < directory + 2 + count * 12; at += 12) {
    if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
  }
}

/* `copy` with the Exif of `original`; as it is if there is none, or none that can be read. */
export async function keepExif(original, copy) {
  const segment = exifSegment(new Uint8Array(await original.slice(0, HEAD_BYTES).arrayBuffer()));
  if (!segment) return copy;
  try {
    setUpright(segment);
  } catch {
    return copy;
  }
  return new Blob([copy.slice(0, 2), segment, copy.slice(2)], { type: copy.type });
}
