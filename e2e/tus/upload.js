// node upload.js ENDPOINT FILE TOKEN STORE RETRIES: uploads FILE, from where STORE says that an earlier run got to.
// Prints a line of JSON: the photo's id, the address of the upload, and at which offsets it was gone on with.
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import tus from "tus-js-client";

const [endpoint, path, token, store, retries] = process.argv.slice(2);
const resumedAt = [];
let image = null;

const upload = new tus.Upload(createReadStream(path), {
  endpoint,
  chunkSize: 3_000_000,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: basename(path), title: "Sent by node" },
  retryDelays: Array(Number(retries)).fill(100),
  urlStorage: new tus.FileUrlStorage(store),
  onAfterResponse(request, response) {
    if (request.getMethod() === "HEAD") resumedAt.push(Number(response.getHeader("Upload-Offset")));
    image = response.getHeader("X-Image-Id") ?? image;
  },
  onError(error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
  onSuccess() {
    process.stdout.write(`${JSON.stringify({ image, url: upload.url, resumedAt })}\n`);
  },
});

const [previous] = await upload.findPreviousUploads();
if (previous) upload.resumeFromPreviousUpload(previous);
upload.start();
