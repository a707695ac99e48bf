/* What a ThumbHash says, as a small canvas. The format: https://evanw.github.io/thumbhash/ */
const SIDE = 24;
const WAVES = 7;
const waves = Array.from({ length: WAVES }, (_, wave) =>
  Array.from({ length: SIDE }, (_, at) => Math.cos((Math.PI / SIDE) * (at + 0.5) * wave)),
);

/* The constant of each channel, and its waves as [horizontal, vertical, weight]. */
function channels(hash) {
  const head = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const tail = hash[3] | (hash[4] << 8);
  const hasAlpha = head >> 23;
  const long = hasAlpha ? 5 : 7;
  const isWide = tail >> 15;
  const [across, down] = [isWide ? long : tail & 7, isWide ? tail & 7 : long].map((count) => Math.max(3, count));
  let at = hasAlpha ? 12 : 10;
  const channel = (constant, across, down, scale) => {
    const parts = [];
    for (let y = 0; y < down; y++) {
      for (let x = y ? 0 : 1; x * down < across * (down - y); x++, at++) {
        const weight = (hash[at >> 1] >> ((at & 1) * 4)) & 15;
        parts.push([waves[x], waves[y], (weight / 7.5 - 1) * scale * 2]);
      }
    }
    return { constant, parts };
  };
  return [
    channel((head & 63) / 63, across, down, ((head >> 18) & 31) / 31),
    channel(((head >> 6) & 63) / 31.5 - 1, 3, 3, (((tail >> 3) & 63) / 63) * 1.25),
    channel(((head >> 12) & 63) / 31.5 - 1, 3, 3, (((tail >> 9) & 63) / 63) * 1.25),
    hasAlpha ? channel((hash[5] & 15) / 15, 5, 5, (hash[5] >> 4) / 15) : { constant: 1, parts: [] },
  ];
}

/* The value of a channel in each point: its constant and all of its waves. */
function plane({ constant, parts }) {
  const values = new Float32Array(SIDE * SIDE).fill(constant);
  for (const [across, down, weight] of parts) {
    let at = 0;
    for (let y = 0; y < SIDE; y++) {
      const height = weight * down[y];
      for (let x = 0; x < SIDE; x++) values[at++] += height * across[x];
    }
  }
  return values;
}

/* It has no sides of its own: stretch it over the photo. Null if the hash is none. */
export function blur(base64) {
  const hash = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  if (hash.length < 5) return null;
  const [light, yellow, red, alpha] = channels(hash).map(plane);
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const pixels = new ImageData(SIDE, SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) {
    const b = light[at] - (2 / 3) * yellow[at];
    const r = (3 * light[at] - b + red[at]) / 2;
    pixels.data[4 * at] = 255 * r;
    pixels.data[4 * at + 1] = 255 * (r - red[at]);
    pixels.data[4 * at + 2] = 255 * b;
    pixels.data[4 * at + 3] = 255 * alpha[at];
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}
