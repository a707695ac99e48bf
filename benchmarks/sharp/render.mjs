// Renders thumb and preview of each photo with sharp, in one of two ways, and prints the CPU time as JSON.
// usage: node render.mjs <once|clone> <photo> <photo> ...
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false);

const [way, ...photos] = process.argv.slice(2);
const inside = (edge) => ({ width: edge, height: edge, fit: "inside", withoutEnlargement: true });
const preview = { quality: 82 };
const thumb = { quality: 75, effort: 2 };

const ways = {
  // One decode into pixels of the preview's size, which feed both encoders.
  async once(photo) {
    const { data, info } = await sharp(photo)
      .autoOrient()
      .resize(inside(1600))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = sharp(data, { raw: { width, height, channels } });
    return Promise.all([
      pixels.clone().jpeg(preview).toBuffer(),
      pixels.clone().resize(inside(480)).webp(thumb).toBuffer(),
    ]);
  },
  // What the manual shows; sharp decodes the file for each clone, at the scale that suits it.
  async clone(photo) {
    const file = sharp(photo).autoOrient();
    return Promise.all([
      file.clone().resize(inside(1600)).jpeg(preview).toBuffer(),
      file.clone().resize(inside(480)).webp(thumb).toBuffer(),
    ]);
  },
};

const render = ways[way];
await render(photos[0]);
const start = process.cpuUsage();
for (const photo of photos) await render(photo);
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ cpu_seconds: (user + system) / 1e6, peak_kib: process.resourceUsage().maxRSS }));
