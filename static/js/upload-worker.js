/* Heavy work on one file, off the page's thread: its SHA-256, and a smaller copy. */
import { sha256 } from "../vendor/uppy/sha256.js";
import { keepExif } from "./upload-exif.js";

const WHOLE_BYTES = 128 * 1024 ** 2;
const QUALITY = 0.85;
/* What saves less isn't worth the loss. */
const MOST_OF_ORIGINAL = 0.9;
/* A PNG that needs fewer bytes a pixel is a drawing or a screenshot, which JPEG would blur. */
const PHOTO_BYTES_PER_PIXEL = 1;

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/* crypto.subtle exists on HTTPS and localhost only, and wants the file whole. */
async function hash(blob) {
  if (crypto.subtle && blob.size <= WHOLE_BYTES) {
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())));
  }
  const state = sha256.create();
  const reader = blob.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) state.update(part.value);
  return hex(state.digest());
}

/* PNG chunks up to the pixels: an animation announces itself there. */
function isAnimated(bytes) {
  const view = new DataView(bytes);
  for (let at = 8; at + 8 <= bytes.byteLength; at += 12 + view.getUint32(at)) {
    const name = view.getUint32(at + 4);
    if (name === 0x6163544c) return true; // acTL
    if (name === 0x49444154) return false; // IDAT
  }
  return false;
}

function isOpaque(context, width, height) {
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

/* A JPEG that fits a square of `pixels`, upright, with the camera data of the original; null if that saves little. */
async function shrink(blob, type, pixels) {
  if (type === "png" && isAnimated(await blob.arrayBuffer())) return null;
  const picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const area = picture.width * picture.height;
  const scale = Math.min(1, pixels / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  if (type === "png" && (blob.size < area * PHOTO_BYTES_PER_PIXEL || !isOpaque(context, width, height))) return null;
  const encoded = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  const smaller = type === "jpeg" ? await keepExif(blob, encoded) : encoded;
  return smaller.size < blob.size * MOST_OF_ORIGINAL ? smaller : null;
}

const JOBS = {
  hash: ({ blob }) => hash(blob),
  shrink: ({ blob, type, pixels }) => shrink(blob, type, pixels),
};

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage({ result: await JOBS[data.job](data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
});
