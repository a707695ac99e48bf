/* What a file is by its first bytes: the formats that images/formats.py accepts, or "". */
const HEIC = ["heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs"];
const AVIF = ["avif", "avis"];
const STARTS = [
  ["\xff\xd8\xff", "jpeg"],
  ["\x89PNG\r\n\x1a\n", "png"],
  ["GIF87a", "gif"],
  ["GIF89a", "gif"],
  ["II*\0", "tiff"],
  ["MM\0*", "tiff"],
  ["II+\0", "tiff"],
  ["MM\0+", "tiff"],
];

function typeOfBrands(head) {
  const major = head.slice(8, 12);
  if (HEIC.includes(major)) return "heic";
  if (AVIF.includes(major)) return "avif";
  if (major !== "mif1" && major !== "msf1") return "";
  const compatible = head.slice(16).match(/[^]{4}/g) ?? [];
  return compatible.some((brand) => AVIF.includes(brand)) ? "avif" : "heic";
}

function typeOfHead(head) {
  const isCanonRaw = /^(II\*\0|MM\0\*)[^]{4}CR/.test(head);
  if (isCanonRaw) return "";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  if (head.slice(4, 8) === "ftyp") return typeOfBrands(head);
  return STARTS.find(([start]) => head.startsWith(start))?.[1] ?? "";
}

export async function typeOf(blob) {
  const bytes = new Uint8Array(await blob.slice(0, 64).arrayBuffer());
  return typeOfHead(String.fromCharCode(...bytes));
}
